"""`passages.toml`: it places every claim, holds no text of the essay, and is refused with the line of a mistake."""

import re
import tomllib

import pytest

from claims import every_claim
from claims.catalogue import Keys, catalogue
from claims.evidence.evidence import EvidenceError
from claims.evidence.keys import Sources, here
from claims.texts import the_text
from reports.essay.passages import KINDS, read_passages

PASSAGES = the_text().folder / "passages.toml"
FILE = read_passages(PASSAGES)
CLAIMS = {one.id: one for one in every_claim()}
SAID = {"heading", "contents", "label", "drawing"}  # kinds that say it all


def test_every_claim_is_placed_unless_it_goes_further_than_the_essay() -> None:
    placed = {id for row in FILE.passages for id in row.claims}

    assert placed | set(FILE.beyond) == {id for id, one in CLAIMS.items() if not the_text().about.chapter(one.chapter).apart}
    assert not placed & set(FILE.beyond)
    assert all(id in CLAIMS for row in FILE.passages for id in row.repeats)
    assert [id for id in FILE.beyond if CLAIMS[id].lines] == []


@pytest.mark.parametrize("id", sorted({id for row in FILE.passages for id in row.claims}))
def test_a_claim_is_placed_on_the_lines_that_it_is_said_to_come_from(id: str) -> None:
    """And on each of them that has a sentence which states anything; labels and the frames of drawings do not."""
    stating = {line for row in FILE.passages if row.claims for line in range(row.line, max(row.line, row.last) + 1)}
    begins = {row.line for row in FILE.passages if id in row.claims}
    covers = {line for row in FILE.passages if id in row.claims for line in range(row.line, max(row.line, row.last) + 1)}

    assert begins <= set(CLAIMS[id].lines) | {line - 1 for line in CLAIMS[id].lines}
    assert set(CLAIMS[id].lines) & stating <= covers


def test_sentences_without_a_claim_say_why() -> None:
    assert [row.place for row in FILE.passages if row.none and row.none not in SAID and not row.why] == []
    assert {row.none for row in FILE.passages if row.none} <= set(KINDS)


def test_no_two_rows_overlap() -> None:
    for one, other in zip(FILE.passages, FILE.passages[1:], strict=False):
        assert (other.line, other.start) >= (max(one.line, one.last), one.end) or other.line > max(one.line, one.last)


def test_there_is_no_text_of_an_essay_in_it() -> None:
    """Beside ids, digests and kinds, only reasons, which are short."""
    plain = tomllib.loads(PASSAGES.read_text(encoding="utf-8"))
    words = [value for row in plain["passages"] for key, value in row.items() if isinstance(value, str) and key != "why"]

    assert all(re.fullmatch(r"[0-9a-f]{16}", word) or word in KINDS for word in words)
    assert max(len(row.why) for row in FILE.passages) < 90


def test_evidence_does_not_rest_on_it() -> None:
    plain, without = Keys(here()), Keys(Sources(here().read, {PASSAGES: b""}))

    assert [one.id for one in catalogue().entries if plain.rests_on(one) != without.rests_on(one)] == []


GOOD = '{ line = 3, start = 0, end = 9, digest = "0123456789abcdef", claims = ["a.b"] },'


@pytest.mark.parametrize(("row", "complaint"), [
    (GOOD.replace('claims = ["a.b"]', 'none = "label"') + "\n" + GOOD, "line 4: line 3, start 0 has a row already"),
    (GOOD.replace(', claims = ["a.b"]', ""), "line 3: give one of claims, repeats and none"),
    (GOOD.replace('"] }', '"], none = "label" }'), "line 3: give one of"),
    (GOOD.replace("end = 9", "end = 0"), "line 3: line 3, start 0, last 0, end 0 is no place"),
    (GOOD.replace("0123", "wxyz"), "line 3: digest 'wxyz456789abcdef'"),
    (GOOD.replace('claims = ["a.b"]', 'none = "boring"'), ":3: Invalid enum value 'boring'"),
    (GOOD.replace('claims = ["a.b"]', 'text = "Owls sleep."'), ":3: Object contains unknown field `text`"),
    (GOOD.replace("line = 3", 'line = "3"'), ":3: Expected `int`, got `str`"),
    (GOOD.replace("},", ""), "not readable as TOML"),
], ids=["twice", "nothing", "both", "empty place", "digest", "kind", "field", "type", "syntax"])  # fmt: skip
def test_a_mistake_is_refused_with_its_line_and_value(tmp_path, row, complaint):
    path = tmp_path / "passages.toml"
    path.write_text(f"# A head.\npassages = [\n{row}\n]\n", encoding="utf-8")

    with pytest.raises(EvidenceError, match=re.escape(complaint)):
        read_passages(path)
    path.write_text(f"# A head.\npassages = [\n{GOOD}\n]\n", encoding="utf-8")
    assert len(read_passages(path).passages) == 1
