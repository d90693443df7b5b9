"""Trials on fresh seeds: none of them is one that a claim may use, and what comes out on the other side is told."""

import msgspec
import pytest

from claims import every_claim
from claims.catalogue import Entry
from claims.evidence.evidence import EvidenceError, ReadingEvidence, as_json, read_evidence
from claims.evidence.profiles import VERDICT
from claims.evidence.runs import experiment, ran
from claims.kit import claim, holds, reading, trials
from claims.kit.domains import seeds
from claims.kit.engines.trials import independent_seeds
from claims.kit.examine import examine_reading
from claims.texts import the_text
from reports.running import fresh
from reports.running.elsewhere.errands import spread
from reports.running.fresh import Trying, came_out, evidence_key, fresh_seeds, read_fresh
from tests import toys
from tests.toys import UNUSED

CLAIMS = [one for one in every_claim() if one.by.name == "trials" and not one.by.timed]


def trying(made, folder):
    """What is known of a toy whose evidence lies there."""
    entry = Entry(made.id, made.check.__module__, made.defined_at)
    one = Trying(folder, {made.id: made.by}, {made.id: entry}, {made.id: read_evidence(folder / "evidence" / f"{made.id}.json")})
    one.read()
    return one


@pytest.fixture
def tried(tmp_path, monkeypatch):
    """Examine a toy, and try it on fresh seeds: what moved, and what is known."""

    def go(made, count=20):
        monkeypatch.setattr(fresh, "find_claim", lambda *_: made)
        folder = tmp_path / "report"
        evidence = {"id": made.id, "profile": "verdict", "rests_on": "", "readings": []}
        evidence["readings"] = [examine_reading(made, one, VERDICT) for one in made.readings]
        (folder / "evidence").mkdir(parents=True, exist_ok=True)
        (folder / "evidence" / f"{made.id}.json").write_bytes(as_json(evidence))
        one = trying(made, folder)
        for each in spread(one.due(count, (), tmp_path / "runs"), 1, None):
            one.take(each)
        assert read_fresh(folder).get(made.id, one.known[made.id]) == one.known[made.id]
        return [flip.reading for flip in one.stamped({})[made.id].flips], one.known[made.id]

    return go


def lucky(asked=None):
    """Won with the seeds that decide it, and lost with any other."""
    by, known = trials(), set(independent_seeds(0, 45))

    @claim("toys.lucky", **UNUSED, expect="supported", scope="Toys", by=by, as_written=reading(seed=seeds(), also=True),
           fails_for={"the other way round": reading(seed=seeds(), also=False)})  # fmt: skip
    def check(seed, also):
        if asked is not None:
            asked.append(seed)
        holds((seed in known) == also, "bad luck")

    return check


@pytest.mark.parametrize("by", sorted({one.by for one in CLAIMS}, key=repr), ids=lambda by: f"{by.seeds} against {by.beats}")
def test_no_fresh_seed_is_one_that_any_claim_of_its_kind_may_use(by):
    may_use = max(one.by.seeds for one in CLAIMS if one.by.beats == by.beats)
    assert len(set(fresh_seeds(by, 20))) == 20
    assert not set(fresh_seeds(by, 20)) & set(independent_seeds(0, max(may_use, by.seeds)))
    assert fresh_seeds(by, 20)[:7] == fresh_seeds(by, 7)


def test_what_was_luck_is_told(tried):
    moved, known = tried(lucky())
    assert moved == ["as written", "the other way round"]
    assert [(one.won, one.told, one.tried) for one in known.values()] == [(0, 20, 20), (20, 20, 20)]


def test_what_was_none_is_as_before(tried):
    moved, known = tried(toys.nine_in_ten)
    assert moved == []
    assert known["as written"].won > 12
    assert known["divisor one"].won == 0


def test_nothing_is_asked_twice_and_more_seeds_go_on_where_the_others_ended(tried):
    asked = []
    made = lucky(asked)
    tried(made, 5)
    asked.clear()
    _, known = tried(made, 8)
    beyond = fresh_seeds(made.by, 8)[5:]
    assert [seed for seed in asked if seed not in independent_seeds(0, 45)] == [seed for seed in beyond for _ in made.readings]
    assert {one.tried for one in known.values()} == {8}


@experiment
def drawing(seed: int):
    return ran([1.0], score=float(seed))


@claim("toys.draws", **UNUSED, expect="supported", scope="Toys", by=trials(), as_written=reading(seed=seeds()),
       fails_for={"as well": reading(seed=seeds())})  # fmt: skip
def draws(seed):
    holds(drawing(seed=seed)["score"] == seed, "another")


def test_what_is_trained_for_a_fresh_seed_is_put_beside_what_is_kept_and_not_trained_twice(monkeypatch, tmp_path):
    monkeypatch.setattr(fresh, "find_claim", lambda *_: draws)
    kept, anew, again = (tmp_path / name for name in ("kept", "anew", "again"))
    assert came_out(draws.id, "", ["as written"], 7, [kept], anew) == {"as written": True}
    assert (len(list(anew.iterdir())), kept.exists()) == (1, False)
    came_out(draws.id, "", ["as written"], 7, [anew], again)
    assert not list(again.glob("*"))


def test_other_evidence_is_tried_anew():
    seen = examine_reading(toys.nine_in_ten, toys.nine_in_ten.readings[0], VERDICT)
    other = examine_reading(toys.nine_in_ten, toys.nine_in_ten.readings[1], VERDICT)
    assert evidence_key(seen) == evidence_key(seen) != evidence_key(other)


def test_evidence_that_is_read_back_is_no_other_evidence():
    one = examine_reading(toys.nine_in_ten, toys.nine_in_ten.readings[0], VERDICT)
    seen = msgspec.structs.replace(one, measured=[{"steps": 3.0, "loss": 0.5}])
    assert evidence_key(msgspec.json.decode(as_json(seen), type=ReadingEvidence)) == evidence_key(seen)


def test_a_seed_that_cannot_be_told_counts_for_neither_side(tried):
    _, known = tried(toys.open_trials)
    assert (known["as written"].told, known["as written"].tried) == (0, 20)
    assert (known["known"].won, known["known"].told) == (0, 20)


def test_a_file_that_is_torn_is_refused_by_name(tmp_path):
    (tmp_path / fresh.FILE).write_text("{")
    with pytest.raises(EvidenceError, match="delete it"):
        read_fresh(tmp_path)


def test_seeds_are_counted_in_their_order_whichever_is_done_first(tried, tmp_path):
    made = lucky()
    tried(made, 2)
    one = trying(made, tmp_path / "report")
    third, fourth = spread(one.due(4, (), tmp_path / "runs"), 1, None)
    one.take(fourth)
    assert {each.tried for each in one.known[made.id].values()} == {2}
    one.take(third)
    assert {each.tried for each in one.known[made.id].values()} == {4}


@pytest.mark.parametrize("made", CLAIMS, ids=lambda one: one.id)
def test_what_is_kept_is_of_the_evidence_that_there_is_and_on_its_side(made):
    one = trying(made, the_text().report)
    assert read_fresh(the_text().report)[made.id] == one.known[made.id], f"python -m reports stability {made.id}"
    assert one.stamped({})[made.id].flips == []
