"""What changed since an older record: verdicts, statements, and the readings responsible."""

import json
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.evidence.evidence import as_json
from reports.record.record import SCHEMA
from reports.text.comparison import as_lines, as_text, compare
from tests import toys
from tests.reports.made import HOSTILE, WORDS, claim, reading, record
from tests.reports.running import ALL_PINNED, VERDICT_CHANGED, files

WRITTEN = reading("as written", "as written", "held")
FALLEN = reading("as written", "as written", "fell", why="norm 1")
CONTROL = reading("fails for", "near miss", "fell")


def stands(*readings, verdict="supported", **more):
    """A record of one claim that rests on these."""
    return record(claim(verdict, id="gradients.one", readings=list(readings), **more))


@pytest.mark.parametrize(("old", "new", "turns"), [
    ([WRITTEN, CONTROL], [FALLEN, CONTROL], [("held", "fell")]),
    ([WRITTEN], [WRITTEN, CONTROL], [(None, "fell")]),
    ([WRITTEN, CONTROL], [WRITTEN], [("fell", None)]),
    ([WRITTEN, CONTROL], [WRITTEN, reading("holds for", "near miss", "fell")], [("fell", None), (None, "fell")]),
    ([WRITTEN, CONTROL], [CONTROL, WRITTEN], []),
    ([WRITTEN], [reading("as written", "as written", "held", cases=7, why="otherwise")], []),
], ids=["came out otherwise", "came", "went", "another role", "another order", "other numbers"])  # fmt: skip
def test_the_readings_responsible_are_those_that_came_out_otherwise_came_or_went(old, new, turns):
    (change,) = compare(stands(*old), stands(*new, verdict="refuted")).changed
    found = [(one.was and one.was.outcome, one.now and one.now.outcome) for one in change.turns]

    assert (change.was.verdict, change.now.verdict) == ("supported", "refuted")
    assert found == turns


@pytest.mark.parametrize(("old", "new", "ids"), [
    (["a", "b"], ["a", "b"], ([], [], [])),
    (["a"], ["a", "b"], ([], ["b"], [])),
    (["a", "b"], ["b"], ([], [], ["a"])),
    (["a"], ["b"], ([], ["b"], ["a"])),
    (["a", "B", "c"], ["C", "b", "a"], (["c", "b"], [], [])),
    ([], ["a"], ([], ["a"], [])),
], ids=["same", "appeared", "disappeared", "renamed", "changed", "from nothing"])  # fmt: skip
def test_each_statement_is_where_it_belongs(old, new, ids):
    """A capital letter has another verdict."""
    older, newer = (whole([claim("refuted" if id.isupper() else "supported", id=id.lower()) for id in of]) for of in (old, new))
    changes = compare(older, newer)

    assert tuple([one.claim.id for one in group] for group in (changes.changed, changes.appeared, changes.disappeared)) == ids


def whole(claims):
    """A record of these claims, of none as well."""
    return msgspec.structs.replace(record(*claims), claims=claims)


@st.composite
def records(draw):
    """Records of a few claims, each of a few readings."""
    outcomes = st.sampled_from(["held", "fell", "undecided", "error", "not run"])
    roles = st.sampled_from(["as written", "amended", "fails for", "holds for", "witness"])
    claims = draw(st.dictionaries(st.sampled_from("abcd"), st.sampled_from(WORDS)))
    readings = st.dictionaries(st.sampled_from("pqr"), st.tuples(roles, outcomes))
    return whole([
        claim(word, id=id, readings=[reading(role, name, outcome) for name, (role, outcome) in draw(readings).items()])
        for id, word in claims.items()
    ])  # fmt: skip


@given(records())
def test_a_record_does_not_differ_from_itself(one):
    changes = compare(one, one)

    assert changes.changed + changes.appeared + changes.disappeared == ()
    assert len(as_lines(changes)) == 1


@given(records(), records())
def test_compared_the_other_way_round_all_is_reversed(one, other):
    there, back = compare(one, other), compare(other, one)

    assert ends(there.appeared) == ends(back.disappeared, reverse=True)
    assert ends(there.disappeared) == ends(back.appeared, reverse=True)
    assert ends(there.changed) == ends(back.changed, reverse=True)
    assert {one.claim.id: ends(one.turns) for one in there.changed} == {
        one.claim.id: ends(one.turns, reverse=True) for one in back.changed
    }


def ends(changes, reverse=False):
    """What was and what is, as text and in no order."""
    return {tuple(map(repr, (one.now, one.was) if reverse else (one.was, one.now))) for one in changes}


def test_it_is_said_in_a_sentence_a_reading():
    older, newer = stands(WRITTEN, CONTROL), stands(FALLEN, reading("amended", "few", "error"), verdict="refuted", why="It fell.")
    lines = as_lines(compare(older, newer))

    assert lines[0].endswith("profile verdict): 1 verdict changed, no statements appeared, no statements disappeared.")
    assert lines[1:] == [
        "gradients.one: supported, now refuted. It fell.",
        "  “as written” held before and fell now: norm 1",
        "  “near miss” (fails for) is gone; it fell before.",
        "  “few” (amended) is new and broke off.",
    ]


def test_where_no_reading_is_responsible_it_says_what_was_said_before():
    lines = as_lines(compare(stands(WRITTEN, why="It was fine."), stands(WRITTEN, verdict="undecided", why="Too few.")))

    assert lines[1:] == [
        "gradients.one: supported, now undecided. Too few.",
        "  No reading came out otherwise. Before, it was said: It was fine.",
    ]


def test_the_text_has_a_heading_a_kind_and_lets_no_markup_through():
    text = as_text(compare(record(claim("refuted"), claim("supported")), record(claim("refuted", verdict="qualified"))))

    assert [line for line in text.splitlines() if line.startswith("#")] == ["# What changed", "## Changed", "## Disappeared"]
    assert "✗ refuted → ◐ qualified" in text
    assert HOSTILE not in text
    assert "\\<script>" in text


# --- on the command line --------------------------------------------------------------------------------------------


@pytest.fixture
def older(reports, tmp_path):
    """A run of the toys, and its record put aside."""
    reports.examine()
    path = tmp_path / "older.json"
    path.write_bytes(reports.record.read_bytes())
    return path


def test_the_command_tells_what_changed_on_the_terminal_and_in_a_file(reports, older):
    reports.claims(toys.supported, replace(toys.refuted, readings=toys.supported.readings, expect="supported"), toys.toothless)
    code, said, _ = reports.examine("--compare", older)

    assert code == ALL_PINNED
    assert "1 verdict changed, 1 statement appeared, 2 statements disappeared" in said
    assert f"{toys.refuted.id}: refuted, now supported" in said
    assert "“as written” fell before and held now" in said
    assert f"`{toys.toothless.id}`" in (reports.folder / "changes.md").read_text(encoding="utf-8")


def test_a_change_that_is_not_pinned_has_the_code_that_it_has_without_comparing(reports, older):
    reports.claims(replace(toys.refuted, expect="supported"))

    assert reports.examine("--compare", older)[0] == VERDICT_CHANGED


def test_the_record_about_to_be_replaced_can_be_compared_with(reports, older):
    reports.claims(toys.supported)
    said = reports.run("--no-examine", "--compare", reports.record)[1]

    assert "no verdicts changed, no statements appeared, 3 statements disappeared" in said


def test_only_what_is_compared_needs_to_have_kept_its_shape(reports, older):
    parts = json.loads(older.read_bytes())
    older.write_bytes(as_json(parts | {"machines": {"shape": "of old"}, "tables": None, "more": []}))

    assert "no verdicts changed" in reports.examine("--compare", older)[1]


def test_what_was_not_asked_for_did_not_disappear(reports, older):
    said = reports.examine("--only", toys.refuted.id, "--compare", older)[1]

    assert "no verdicts changed, no statements appeared, no statements disappeared" in said


@pytest.mark.parametrize(("content", "words"), [
    (None, "not readable"), (b"", "not readable"), (b"[1]", "not readable"), (b"\xff\xfe", "not readable"),
    (b"[" * 100_000, "not readable"), (as_json({"schema": SCHEMA}), "not readable"),
    (as_json({"schema": SCHEMA - 1, "verdicts": []}), f"of schema {SCHEMA - 1}"),
    (as_json({"schema": SCHEMA + 1}), f"those of schema {SCHEMA}"),
], ids=["no file", "empty", "a list", "no text", "deep", "no fields", "older schema", "newer schema"])  # fmt: skip
def test_a_record_that_cannot_be_compared_with_is_refused_before_any_work(reports, tmp_path, content, words):
    reports.monkeypatch.setattr("reports.commands.verify.run._examine", lambda *_: pytest.fail("it set to work"))
    path = tmp_path / "other.json"
    if content is not None:
        path.write_bytes(content)
    complaint = reports.refuses("--compare", path)

    assert str(path) in complaint
    assert words in complaint
    assert files(reports.folder) == {}
