"""Code with its comments, strings, numbers, keywords, decorators and names of functions marked; all else is plain text.

An expression a language tells these apart as a whole lexer does, and sooner."""

import html
import re
from collections.abc import Callable, Iterator
from itertools import groupby
from operator import itemgetter

from markupsafe import Markup

KEYWORDS = [
    "False",
    "None",
    "True",
    "and",
    "as",
    "assert",
    "async",
    "await",
    "break",
    "class",
    "continue",
    "def",
    "del",
    "elif",
    "else",
    "except",
    "finally",
    "for",
    "from",
    "global",
    "if",
    "import",
    "in",
    "is",
    "lambda",
    "nonlocal",
    "not",
    "or",
    "pass",
    "raise",
    "return",
    "try",
    "while",
    "with",
    "yield",
]

Pieces = Iterator[tuple[str, str]]  # the class in the style sheet, empty for plain text, and the text

_QUOTED = r'"""(?:[^\\]|\\.)*?"""|"(?:[^"\\\n]|\\.)*"' + r"|'''(?:[^\\]|\\.)*?'''|'(?:[^'\\\n]|\\.)*'"
_PYTHON = re.compile(
    rf"(?P<c>\#[^\n]*)|^[ ]*(?P<match>(?:match|case)\b)(?=[ ](?!=)[^\n]*:)|(?P<d>@[^\W\d]\w*)"
    rf"|(?P<filled>[rR]?[fF][rR]?(?:{_QUOTED}))|(?P<s>[rRuUbB]{{0,2}}(?:{_QUOTED}))"
    rf"|(?P<f>(?<=\bdef[ ])\w+|__(?:call|getitem|init)__)|(?P<k>yield[ ]from\b|(?:{'|'.join(KEYWORDS)})\b)"
    r"|(?P<m>0[xXoObB][\da-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)|\w+",
    re.DOTALL | re.MULTILINE,
)
_TOML = re.compile(
    rf"(?P<c>\#[^\n]*)|^[ ]*(?P<k>\[\[?[\w.-]+\]\]?)|[\w-]+(?=[ ]*=)|\d{{4}}-\d\d-\d\d|(?P<s>{_QUOTED})"
    r"|(?P<constant>(?:true|false)\b)|(?P<m>[+-]?\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?)|\w+",
    re.DOTALL | re.MULTILINE,
)


def _bracketed(inner: str) -> str:
    return rf"\((?:{inner})*\)|\[(?:{inner})*\]|\{{(?:{inner})*\}}"


_TEXT = r"'[^']*'|\"[^\"]*\""
_FLAT = rf"[^][(){{}}'\"]|{_TEXT}"
_WITHIN = f"{_FLAT}|{_bracketed(f'{_FLAT}|{_bracketed(_FLAT)}')}"
_FILLED = re.compile(rf"\{{\{{|\{{(?P<value>(?:[^][(){{}}'\":!]|!=|{_TEXT}|{_bracketed(_WITHIN)})*?)(?:=\s*)?(?:![sraf])?[:}}]")


def python(code: str) -> Pieces:
    """A statement of Python's; what is filled into a string is code again."""
    for name, text in _scanned(_PYTHON, code):
        yield from _filled(text) if name == "filled" else [("k" if name == "match" else name, text)]


def toml(code: str) -> Pieces:
    """Lines of TOML's."""
    return (("k" if name == "constant" else name, text) for name, text in _scanned(_TOML, code))


LANGUAGES: dict[str, Callable[[str], Pieces]] = {".py": python, ".toml": toml}


def highlighted(code: str, language: str) -> Markup:
    """Code of a file with this ending; text that looks the same is marked in one go, which keeps pages small."""
    pieces = groupby(filter(itemgetter(1), LANGUAGES[language](code)), key=itemgetter(0))
    texts = ((name, html.escape("".join(text for _, text in same), quote=False)) for name, same in pieces)
    return Markup("".join(f'<i class="{name}">{text}</i>' if name else text for name, text in texts).rstrip("\n"))


def _scanned(language: re.Pattern[str], code: str) -> Pieces:
    at = 0
    for found in language.finditer(code):
        start, end = found.span(found.lastgroup or 0)
        yield "", code[at:start]
        yield found.lastgroup or "", code[start:end]
        at = end
    yield "", code[at:]


def _filled(text: str) -> Pieces:
    at = 0
    for found in _FILLED.finditer(text):
        if found["value"] is not None:
            yield "s", text[at : found.start("value")]
            yield from python(found["value"])
            at = found.end("value")
    yield "s", text[at:]
