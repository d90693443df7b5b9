"""The essay's tokens as HTML, with something put around each sentence: valid wherever one begins and ends, within emphasis, in a
cell, in code. Nothing is fetched: pictures become their description, and links to files beside the essay are text."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Protocol
from urllib.parse import unquote, urlsplit

from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token
from markupsafe import Markup

from reports.reading.parsing import BEGINS, CODE, SCHEMES, is_harmless, parser
from reports.reading.sentences import Essay


class Marking(Protocol):
    """What is put around a sentence of this number, and behind it; whether two in a row need only one of the latter."""

    def around(self, number: int, html: Markup) -> Markup: ...
    def behind(self, number: int) -> Markup: ...
    def alike(self, one: int, other: int) -> bool: ...


def rendered(essay: Essay, marking: Marking) -> Markup:
    """The essay as HTML, its headings one level down, below that of the page."""
    writer = _Writer(essay, marking)
    return Markup(writer.html())


class _Writer:
    def __init__(self, essay: Essay, marking: Marking) -> None:
        self.essay, self.marking, self.parser = essay, marking, parser()
        self.anchors = _anchors(essay.tokens)
        self.names = set(self.anchors.values())
        self.tables = 0

    def html(self) -> str:
        tokens = [self._block(number, token) for number, token in enumerate(self.essay.tokens)]
        return str(self.parser.renderer.render(tokens, self.parser.options, {}))

    def _block(self, number: int, token: Token) -> Token:
        within = self.essay.within.get(number, {})
        if token.type == "inline":
            return Token("inline", "", 0, children=[_raw(self._inline(token, within))])
        if token.type in CODE:
            return _raw(self._code(token, within))
        if token.type in ("heading_open", "heading_close"):
            id = {"id": f"essay-{self.anchors[number]}"} if number in self.anchors else {}
            return replace(token, tag=f"h{min(int(token.tag[1]) + 1, 6)}", attrs=id)
        if token.type == "table_open":
            self.tables += 1
            return _raw(f'<div class="wide" role="region" aria-label="Table {self.tables} of the text" tabindex="0"><table>\n')
        if token.type == "table_close":
            return _raw("</table></div>\n")
        return replace(token, attrs={**token.attrs, "scope": "col"}) if token.type == "th_open" else token

    def _inline(self, token: Token, within: Mapping[int, int]) -> str:
        html = ""
        for start, piece in _pieces(self._tame(token.children or [])):
            text = self.parser.renderer.renderInline(piece, self.parser.options, {})
            words = text.rstrip()
            html += self._marked(within[start], words) + text[len(words) :] if start in within else text
        return html

    def _marked(self, number: int, html: str, behind: bool = True) -> str:
        return self.marking.around(number, Markup(html)) + (self.marking.behind(number) if behind else "")

    def _code(self, token: Token, within: Mapping[int, int]) -> str:
        """Line by line; what is behind neighbours that are alike stands behind the last."""
        numbered, lines = sorted(within), token.content.rstrip("\n").split("\n")
        following = dict(zip(numbered, [within[one] for one in numbered[1:]], strict=False))
        for place in numbered:
            line, number = lines[place], within[place]
            indent, words, rest = re.fullmatch(r"(\s*)(.*?)(\s*)", line, re.S).groups()  # type: ignore[union-attr]
            more = place in following and self.marking.alike(number, following[place])
            lines[place] = escapeHtml(indent) + self._marked(number, escapeHtml(words), not more) + escapeHtml(rest)
        rest_of = [escapeHtml(line) if place not in within else line for place, line in enumerate(lines)]
        language = escapeHtml((token.info.split() or [""])[0])
        return f'<pre class="code" data-language="{language}"><code>' + "\n".join(rest_of) + "</code></pre>\n"

    def _tame(self, children: list[Token]) -> Iterator[Token]:
        """The tokens without pictures and without links that lead nowhere from here."""
        links: list[bool] = []
        for token in children:
            if token.type == "image":
                yield Token("text", "", 0, content=f"[picture: {token.content}]")
            elif token.type == "link_open":
                address = self._address(str(token.attrs.get("href", "")))
                links.append(bool(address))
                attrs: dict[str, str | int | float] = {"href": address, "rel": "noreferrer"}
                yield replace(token, attrs=attrs) if address else Token("span_open", "span", 1)
            elif token.type == "link_close":
                yield token if links.pop() else Token("span_close", "span", -1)
            else:
                yield token

    def _address(self, address: str) -> str:
        """Where a link leads from the page; empty if to a file that is not there."""
        if not is_harmless(address):
            return ""
        parts = urlsplit(address)
        if parts.scheme in SCHEMES:
            return address
        name = unquote(parts.fragment)
        return f"#essay-{name}" if address.startswith("#") and name in self.names else ""


def _raw(html: str) -> Token:
    return Token("html_inline", "", 0, content=html)


def _pieces(children: Iterator[Token]) -> Iterator[tuple[int, list[Token]]]:
    """The tokens of each sentence by where it begins; what was begun before it and ends behind it is closed and begun again."""
    start, piece, opened = 0, list[Token](), list[Token]()
    for token in children:
        if token.type == BEGINS:
            closing = [Token(one.type.replace("_open", "_close"), one.tag, -1) for one in reversed(opened)]
            yield start, [*piece, *closing]
            start, piece = token.meta["at"], list(opened)
            continue
        piece.append(token)
        if token.nesting > 0:
            opened.append(token)
        elif token.nesting < 0:
            opened.pop()
    yield start, piece


def _anchors(tokens: list[Token]) -> dict[int, str]:
    """By the number of a heading's token, the name that a link within the text has for it: the one that forges make."""
    found: dict[int, str] = {}
    taken, counts = set[str](), Counter[str]()
    for number, token in enumerate(tokens):
        if token.type == "heading_open":
            words = "".join(one.content for one in tokens[number + 1].children or [])
            name = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
            while (anchor := f"{name}-{counts[name]}" if counts[name] else name) in taken:
                counts[name] += 1
            taken.add(anchor)
            found[number] = anchor
    return found
