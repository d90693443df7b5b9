"""Markdown by markdown-it, which is told to note where a sentence begins: no guess of ours about code, links or emphasis can
then put a boundary inside of one."""

import gc
import re
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

BEGINS = "sentence"  # the type of the token that stands before the first word of every sentence but the first
CODE = {"fence": 1, "code_block": 0}  # blocks that are left as they are, and how many lines stand before their first
CELLS = {"th_open", "td_open"}
UNDIVIDED = {"heading_open", *CELLS}
ABBREVIATIONS = {"al", "approx", "ca", "cf", "dr", "e.g", "eq", "fig", "i.e", "mr", "mrs", "prof", "sec", "vs"}
WAITING = 1 << 14  # characters
LABELS = 100_000_000  # characters to be gone through for the ends of links, of brackets that are open or in others
SCHEMES = {"http", "https", "mailto"}

_SIGNS = re.compile(r"[\n!#$%&*+\-:<=>@\[\\\]^_`{}~]")  # where something else than plain text may begin
_END = re.compile(r"""([.!?…])["'”’»)\]*_`~]*(?:\([^()\s]*\)["'”’»)*_]*)?\s+(?=\S)""")
_GOES_ON = re.compile(r"""["'“‘«(\[*_]*([^\W\d_])""")
_BRACKETS = re.compile(r"[\[\]]")
_WORD = re.compile(r"\w")
_WORD_BEFORE = re.compile(r"[\w.]*\Z")


@contextmanager
def none_is_rubbish() -> Iterator[None]:
    """Tokens are made by the hundred thousand, and kept: to look time and again for some to throw away takes half of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def parser() -> MarkdownIt:
    """One that takes HTML for text, and for links what leads to a page, a mailbox or a place in the text."""
    made = MarkdownIt("js-default", {"html": False, "linkify": False, "typographer": False})
    made.validateLink = is_harmless  # type: ignore[method-assign]
    made.core.ruler.at("inline", _inline)
    made.inline.ruler.at("text", _text)
    made.inline.ruler.before("text", BEGINS, _begins)
    return made


def parsed(text: str) -> list[Token]:
    """The tokens of a text. RecursionError where it is nested so deeply that the parser would drop what is inside, or would look
    for the ends of brackets for minutes."""
    made = parser()
    tokens = made.parse(text)
    if any(one.level >= made.options["maxNesting"] - 1 for one in tokens):
        raise RecursionError
    return tokens


def is_harmless(address: str) -> bool:
    """Whether an address leads to a page, a mailbox, or a place in the text or beside it: a script does not."""
    try:
        scheme = urlsplit(address.strip()).scheme
    except ValueError:
        return False
    return not scheme or scheme in SCHEMES


def _inline(state: StateCore) -> None:
    """The core rule of this name, which tells the rules below where sentences may begin."""
    if sum(_labels(one.content) for one in state.tokens if one.type == "inline") > LABELS:
        raise RecursionError
    for before, token in pairwise(state.tokens):
        if token.type == "inline":
            token.meta["in"] = before.type
            state.env["begin"] = [] if before.type in UNDIVIDED else candidates(token.content)
            state.env["of"] = token.content
            token.children = []
            state.md.inline.parse(token.content, state.md, state.env, token.children)


def _labels(content: str) -> int:
    """How many characters stand between brackets, or behind those that are not closed: a link is looked for there."""
    opened: list[int] = []
    length = 0
    for sign in _BRACKETS.finditer(content):
        if sign[0] == "[":
            opened.append(sign.start())
        elif opened:
            length += sign.start() - opened.pop()
    return length + sum(len(content) - one for one in opened)


def _begins(state: StateInline, silent: bool) -> bool:
    """Note that a sentence begins, and leave the rest to the other rules."""
    if not silent and state.pos and _next(state, state.pos) == state.pos:
        state.push(BEGINS, "", 0).meta = {"at": state.pos}
    return False


def _text(state: StateInline, silent: bool) -> bool:
    """Plain text, up to where a sentence begins or anything else may. What waits to become a token is copied with every sign that
    is added to it, so it does not wait for long."""
    limit = min(_next(state, state.pos + 1), state.posMax)
    sign = _SIGNS.search(state.src, state.pos, limit)
    end = sign.start() if sign else limit
    if end <= state.pos:
        return False
    if not silent:
        if len(state.pending) > WAITING:
            state.pushPending()
        state.pending += state.src[state.pos : end]
    state.pos = end
    return True


def _next(state: StateInline, start: int) -> int:
    """Where the next sentence begins from here on; what stands for a picture is parsed by itself and has none."""
    begin: list[int] = state.env.get("begin", []) if state.src is state.env.get("of") else []
    place = bisect_right(begin, start - 1)
    return begin[place] if place < len(begin) else state.posMax


def candidates(content: str) -> list[int]:
    """Where sentences may begin: after a full stop with its closing signs and white space, if what follows is no small letter,
    what went before was no abbreviation, and there is a word to either side."""
    found: list[int] = []
    word = _WORD.search(content)
    for end in _END.finditer(content):
        start = end.end()
        goes_on = _GOES_ON.match(content, start)
        before = _WORD_BEFORE.search(content, max(0, end.start() - 12), end.start())
        is_short = end[1] == "." and before is not None and before[0].lower() in ABBREVIATIONS
        if is_short or (goes_on and goes_on[1].islower()):
            continue
        if word and word.start() < start:
            found.append(start)
            word = _WORD.search(content, start)
    if found and not word:
        found.pop()
    return found
