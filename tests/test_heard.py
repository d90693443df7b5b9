"""Other ways to say what claims say: each is of a claim that there is, and of no other."""

from collections import Counter
from pathlib import Path

import pytest

from claims.catalogue import catalogue
from claims.kit.heard import read_heard
from claims.texts import the_text
from reports.search.words import words

KNOWN = {one.id for one in catalogue().entries}
HEARD = read_heard(the_text().folder / "heard.toml", KNOWN)


def test_every_sentence_is_said_once_and_says_something() -> None:
    said = Counter(tuple(words(one)) for _, sentences in HEARD for one in sentences)

    assert [" ".join(one) for one, count in said.items() if count > 1 or not one] == []
    assert [id for id, sentences in HEARD if not sentences] == []


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ('"a.b" = "one sentence"', 'Expected `array`, got `str`.*; a row is "a claim\'s id" = '),
        ('"a.b" = ["one", 2]', "Expected `str`, got `int`"),
        ('"a.b" = ["one"]\n"a.b" = ["two"]', "a row is"),
        ('"a.c" = ["one"]', "there is no claim 'a.c'"),
    ],
)
def test_a_row_with_a_mistake_is_told_with_its_file(tmp_path: Path, row: str, told: str) -> None:
    file = tmp_path / "heard.toml"
    file.write_text(row, encoding="utf-8")
    with pytest.raises(ValueError, match=rf"heard\.toml: .*{told}"):
        read_heard(file, {"a.b"})
