"""What a validator of HTML would say of a page, as far as it can be said without one: an approximation of its rules on which
elements hold which, by html5lib's parser, which complains of what does not parse."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import html5lib

HTML, SVG = "{http://www.w3.org/1999/xhtml}", "{http://www.w3.org/2000/svg}"


def _words(text: str) -> set[str]:
    return set(text.split())


# Elements that may stand within a line. What is not one of these may stand in none that holds only a line.
PHRASING = _words(
    "a abbr audio b bdi bdo br button canvas cite code data del dfn em i img input ins kbd label mark meter noscript output "
    "picture progress q ruby rp rt s samp script select option optgroup small span strong sub sup template textarea time u var "
    "video wbr"
)
LINES = _words(
    "abbr b bdi bdo button cite code data dfn em h1 h2 h3 h4 h5 h6 i kbd label mark meter output p pre progress q s samp small "
    "span strong sub summary sup time u var"
)
OPERATED = {"a", "button", "select", "textarea", "label", "details"}  # none of which stands in a link or a button
LABELLED = {"button", "input", "meter", "output", "progress", "select", "textarea"}
ALLOWED = {  # what these hold, and nothing else
    "ul": {"li", "script", "template"}, "ol": {"li", "script", "template"},
    "dl": {"dt", "dd", "div", "script", "template"}, "tr": {"th", "td", "script", "template"},
}  # fmt: skip


def faults(text: str) -> list[str]:
    """What is wrong with a page."""
    parser = html5lib.HTMLParser()
    page = parser.parse(text)
    found = [f"{place}: {what} {more}" for place, what, more in parser.errors]
    ids = Counter(one.get("id") for one in page.iter() if one.get("id") is not None)
    found += [f"{id!r} is the id of {many}" for id, many in ids.items() if many > 1 or not id or set(id) & set(" \t\n")]
    for label in page.iter(f"{HTML}label"):
        found += _of_a_label(label)
    return found + list(_misplaced(page, ()))


def _of_a_label(label: Any) -> Iterator[str]:
    """One names one control, of that id."""
    inside = [one for one in label.iter() if _name(one) in LABELLED]
    if len(inside) > 1 or any(label.get("for") not in (None, one.get("id")) for one in inside):
        yield f"a label for {label.get('for')!r} holds {[_name(one) for one in inside]}"


def _misplaced(one: Any, above: tuple[str, ...]) -> Iterator[str]:
    """What stands where nothing of its kind may."""
    name = _name(one)
    if name is None:  # a picture, a comment
        return
    heading = name in {"h1", "h2", "h3", "h4", "h5", "h6"} and above[-1:] == ("summary",)
    outer = next((each for each in reversed(above) if each in LINES), None)
    if outer and name not in PHRASING and not heading:
        yield f"{name} in {outer}"
    if name in OPERATED and {"a", "button"} & set(above):
        yield f"{name} in a link or a button"
    parent = above[-1] if above else ""
    if parent in ALLOWED and name not in ALLOWED[parent]:
        yield f"{name} in {parent}"
    for child in one:
        yield from _misplaced(child, (*above, name))


def _name(one: Any) -> str | None:
    return one.tag.removeprefix(HTML) if isinstance(one.tag, str) and one.tag.startswith(HTML) else None
