"""The glossary's page, and links to it: of each word the first place in a page where it stands in running text."""

import re
from collections.abc import Sequence

from reports.text.glossary import Word, own_words, the_glossary

# Where no link may stand, or where one would disturb.
_CLOSED = {
    "a", "b", "button", "code", "dt", "figure", "h1", "h2", "h3", "h4", "h5", "label", "nav", "pre", "s", "script", "style",
    "svg", "th", "title",
}  # fmt: skip
_TAG = re.compile(r"""(<(?:[^>"']|"[^"]*"|'[^']*')*>)""")


def words() -> tuple[list[Word], list[Word]]:
    """Those of the report, and those of the text's subject, each in the order of the alphabet."""
    own, others = (sorted(each, key=lambda one: one.name.lower()) for each in (own_words(), the_glossary().words))
    return own, others


def linked(page: str, known: Sequence[Word], glossary: str) -> str:
    """The page, from its main part on, with a link at the first place of each word."""
    by_form = {form.lower(): one for one in known if one.link for form in (one.name, *one.also)}
    start = page.find("<main")
    if not by_form or start < 0:
        return page
    forms = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, sorted(by_form, key=len, reverse=True)))})(?![\w-])", re.I)
    seen: set[str] = set()

    def link(found: re.Match[str]) -> str:
        word = by_form[found[0].lower()]
        if word.name in seen:
            return found[0]
        seen.add(word.name)
        return f'<a class="word" href="{glossary}#{word.place}">{found[0]}</a>'

    parts, closed = _TAG.split(page[start:]), 0
    for place, part in enumerate(parts):
        if place % 2:
            name = re.match(r"</?(\w+)", part)
            if name and name[1] in _CLOSED and not part.endswith("/>"):
                closed += -1 if part.startswith("</") else 1
        elif part and not closed:
            parts[place] = forms.sub(link, part)
    return page[:start] + "".join(parts)
