"""Listings are marked as Pygments would mark them, which knows all of the languages."""

from functools import cache
from itertools import groupby
from pathlib import Path

import pytest
from pygments.lexers import PythonLexer, TOMLLexer
from pygments.token import Token

from claims.evidence.keys import ROOT
from reports.pages.highlighting import LANGUAGES

LEXERS = {".py": PythonLexer, ".toml": TOMLLexer}
CLASSES = {  # the first that fits counts
    Token.Comment: "c", Token.Literal.String: "s", Token.Literal.Number: "m", Token.Keyword: "k", Token.Operator.Word: "k",
    Token.Name.Decorator: "d", Token.Name.Function: "f",
}  # fmt: skip
OURS = {"evidence", "kit"}  # not listed on any page
LISTED = sorted(one for ending in LEXERS for one in (ROOT / "claims").rglob(f"*{ending}") if not OURS & {*one.parts})


@cache
def class_of(kind):
    return next((name for known, name in CLASSES.items() if kind in known), "")


def joined(pieces):
    """Texts of one class that follow each other are one."""
    return [
        (name, "".join(text for _, text in same))
        for name, same in groupby(filter(lambda one: one[1], pieces), lambda one: one[0])
    ]


def marks(code, ending):
    return joined(LANGUAGES[ending](code))


@pytest.mark.parametrize("file", LISTED, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_files_of_claims_are_marked_as_pygments_marks_them(file: Path):
    code = file.read_text(encoding="utf-8")
    tokens = joined((class_of(kind), text) for kind, text in LEXERS[file.suffix](ensurenl=False, stripnl=False).get_tokens(code))
    assert marks(code, file.suffix) == tokens


@pytest.mark.parametrize(
    ("code", "marked"),
    [
        ('f"{a!r:>{width}} {{b}} {c[\'d\']}"', [("s", 'f"{'), ("", "a"), ("s", "!r:>{"), ("", "width"), ("s", "}} {{b}} {"),
                                             ("", "c["), ("s", "'d'"), ("", "]"), ("s", '}"')]),
        ("x = 'it\\'s' # so", [("", "x = "), ("s", "'it\\'s'"), ("", " "), ("c", "# so")]),
        ("@claim\ndef one(): return 1e-9", [("d", "@claim"), ("", "\n"), ("k", "def"), ("", " "), ("f", "one"), ("", "(): "),
                                          ("k", "return"), ("", " "), ("m", "1e-9")]),
        ("a @ b, format_in, 'open", [("", "a @ b, format_in, 'open")]),
    ],
)  # fmt: skip
def test_what_is_marked(code, marked):
    assert marks(code, ".py") == marked
