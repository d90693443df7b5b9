"""Trials on fresh seeds: none of them is one that a claim may use, and what comes out on the other side is told."""

import pytest

from claims.evidence.evidence import EvidenceError, as_json, read_evidence
from claims.evidence.profiles import VERDICT
from claims.kit import claim, holds, reading, trials
from claims.kit.domains import seeds
from claims.kit.engines.trials import independent_seeds
from claims.kit.examine import examine_reading
from claims.texts import the_text
from reports.running import fresh
from reports.running.fresh import Fresh, contrary, evidence_key, fresh_seeds, in_trials, read_fresh, try_fresh
from tests import toys
from tests.toys import UNUSED

CLAIMS = list(in_trials())


@pytest.fixture
def tried(tmp_path):
    """Examine a toy, and try it on fresh seeds: what is said, and what is known."""

    def go(made, count=20):
        folder, said = tmp_path / "report", []
        evidence = {"id": made.id, "profile": "verdict", "rests_on": "", "readings": []}
        evidence["readings"] = [examine_reading(made, one, VERDICT) for one in made.readings]
        (folder / "evidence").mkdir(parents=True, exist_ok=True)
        (folder / "evidence" / f"{made.id}.json").write_bytes(as_json(evidence))
        known = try_fresh([made], count, folder, tmp_path / "runs", said.append)
        assert read_fresh(folder) == known
        return said, known[made.id]

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
    said, known = tried(lucky())
    assert said == ["toys.lucky: otherwise: as written, the other way round"]
    assert [(one.won, one.told, one.tried) for one in known.values()] == [(0, 20, 20), (20, 20, 20)]


def test_what_was_none_is_as_before(tried):
    said, known = tried(toys.nine_in_ten)
    assert said == ["toys.nine-in-ten: as before"]
    assert known["as written"].won > 12
    assert known["divisor one"].won == 0


def test_nothing_is_asked_twice_and_more_seeds_go_on_where_the_others_ended(tried):
    asked = []
    made = lucky(asked)
    tried(made, 5)
    asked.clear()
    _, known = tried(made, 8)
    beyond = fresh_seeds(made.by, 8)[5:]
    assert [seed for seed in asked if seed not in independent_seeds(0, 45)] == beyond * 2
    assert {one.tried for one in known.values()} == {8}


def test_other_evidence_is_tried_anew():
    seen = examine_reading(toys.nine_in_ten, toys.nine_in_ten.readings[0], VERDICT)
    other = examine_reading(toys.nine_in_ten, toys.nine_in_ten.readings[1], VERDICT)
    assert evidence_key(seen) == evidence_key(seen) != evidence_key(other)


def test_a_seed_that_cannot_be_told_counts_for_neither_side(tried):
    _, known = tried(toys.open_trials)
    assert (known["as written"].told, known["as written"].tried) == (0, 20)
    assert (known["known"].won, known["known"].told) == (0, 20)


def test_a_file_that_is_torn_is_refused_by_name(tmp_path):
    (tmp_path / fresh.FILE).write_text("{")
    with pytest.raises(EvidenceError, match="delete it"):
        read_fresh(tmp_path)


@pytest.mark.parametrize("made", CLAIMS, ids=lambda one: one.id)
def test_what_is_kept_is_of_the_evidence_that_there_is_and_on_its_side(made):
    folder = the_text().report
    seen = {one.name: one for one in read_evidence(folder / "evidence" / f"{made.id}.json").readings}
    known = read_fresh(folder)[made.id]
    assert known.keys() == seen.keys()
    for name, one in known.items():
        assert one.evidence == evidence_key(seen[name]), f"{name}: python -m reports.running.fresh 20 {made.id}"
        assert not contrary(made.by, seen[name], one), name


def test_a_reading_that_came_out_otherwise_would_be_noticed():
    made = toys.nine_in_ten
    seen = examine_reading(made, made.readings[0], VERDICT)
    assert contrary(made.by, seen, Fresh(evidence="", won=10, told=20, tried=20))
    assert not contrary(made.by, seen, Fresh(evidence="", won=11, told=20, tried=20))
