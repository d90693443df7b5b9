"""What of a source file counts for the runs that rest on it."""

import ast

import pytest

from claims.kit.evidence.code import code_of
from claims.kit.evidence.dependencies import ROOT

WRITTEN = '''"""A module."""

X: int = 1  # one, or ½


def twice(x: "Float[Tensor, 'n']", *more: tuple[int,
          str]) -> dict[str,
    int]:
    """Twice.

    Really."""
    said = "# no comment, and no é docstring"  # é
    return x + x
'''


def code(tmp_path, text, name="a.py"):
    (tmp_path / name).write_text(text, encoding="utf-8")
    return code_of(tmp_path / name).decode()


def test_comments_docstrings_annotations_and_blank_lines_go_and_nothing_else_does(tmp_path):
    assert code(tmp_path, WRITTEN).splitlines() == [
        "X:  = 1", "def twice(x: , *more: ) -> :", '    said = "# no comment, and no é docstring"', "    return x + x",
    ]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), [
    ("# one, or ½", "# two"), ('"""A module."""', '"""Another."""'), ("Really.", "Not.\n\n    At all."), ("X: int", "X: float"),
    ("dict[str,\n    int]", "str"), ("\n\n\ndef", "\ndef"), ("more: tuple[int,\n          str]", "more: int"),
], ids=lambda text: text[:12].strip())  # fmt: skip
def test_an_edit_that_changes_nothing_leaves_it_as_it_is(tmp_path, before, after):
    assert before in WRITTEN
    assert code(tmp_path, WRITTEN.replace(before, after)) == code(tmp_path, WRITTEN)


@pytest.mark.parametrize(("before", "after"), [
    ("= 1", "= 2"), ("x + x", "x * x"), ("no comment", "a comment"), ("twice", "double"), ("    return", "return"),
    ("*more", "more"),
])  # fmt: skip
def test_an_edit_that_changes_something_shows(tmp_path, before, after):
    assert before in WRITTEN
    assert code(tmp_path, WRITTEN.replace(before, after)) != code(tmp_path, WRITTEN)


def test_another_kind_of_file_counts_whole(tmp_path):
    assert code(tmp_path, "a = 1  # one", "a.toml") == "a = 1  # one"


def test_of_our_own_modules_all_code_is_left():
    """As many statements that are no docstrings as before, where a file can still be read once its colons are filled in."""
    for file in [*ROOT.glob("impls/*/*.py"), *ROOT.glob("claims/subjects/trained/*.py")]:
        names = {
            node.id
            for node in ast.walk(ast.parse(file.read_bytes()))
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        left = code_of(file).decode()
        assert all(name in left for name in names), file
