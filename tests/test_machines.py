"""claims.subjects.machines: what was recorded is found by its seed, what is not at hand is said, and noise decides nothing.

The audit stands in for the clock: its seconds are drawn, so that the true ratio is known."""

import json
import random
from collections import Counter

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.catalogue import Entry, Keys, entries_of
from claims.evidence.evidence import EvidenceError
from claims.evidence.keys import here
from claims.evidence.profiles import QUICK, VERDICT
from claims.evidence.store import Store
from claims.kit.claim import claim
from claims.kit.domains import seeds as all_seeds
from claims.kit.engines.trials import independent_seeds
from claims.kit.examine import examined, put_once
from claims.kit.property import Unsettled, at_least, listening, measure, measured_once, records_only
from claims.kit.reading import reading
from claims.subjects import machines
from claims.subjects.machines import ONE_CORE, Machine, Recorded, Timing, gpus, on_other_gpus, read_recorded, repetitions
from impls.clocks import timing
from impls.clocks.timing import Layer, Sitting
from reports.running import work
from reports.running.examination import Examiner

SLOW, FAST = Layer("LSTM", 128), Layer("Transformer layer", 128)
GPU = Machine("a GPU", "cuda", here=False)
ROWS = [[0.25 + k, 0.5 + k] for k in range(24)]


def recorded(name="one CPU core", kind="cpu", date="2026-01-02T03:04:05+00:00", rows=ROWS):
    return Recorded(
        schema=1, name=name, kind=kind, device="a device", processors=1, clock=1e9, driver="", versions={}, system="", date=date,
        commit="", kernels=[[0.5, 0.25, 0.125]] * 24,
        timings=[Timing(layers=[(SLOW.name, 128), (FAST.name, 128)], n=16, batch=4, seconds=rows)], bytes=[], left_out=[],
        digest="",
    )  # fmt: skip


@pytest.fixture
def known(monkeypatch):
    """Let these be the recordings."""

    def let(*found):
        monkeypatch.setattr(machines, "every_recording", lambda: found)

    return let


# --- what was recorded ------------------------------------------------------------------------------------------------


@given(st.permutations([0, 1]), st.integers(0, 23))
def test_the_repetition_of_a_seed_is_found_by_its_place_whatever_the_order_of_layers(order, place):
    one = recorded()
    layers = [(SLOW, FAST)[k] for k in order]
    assert one.find(layers, 16, 4)[place] == [ROWS[place][k] for k in order]
    assert one.find(layers, 17, 4) == one.find(layers, 16, 3) == one.find([Layer("GRU", 1)], 16, 4) == []


def test_seeds_of_trials_are_the_places_of_repetitions(known):
    known(recorded())
    with records_only():
        took = [ONE_CORE.seconds((SLOW, FAST), 16, 4, seed) for seed in independent_seeds(0, 24)]
    assert took == ROWS


def test_what_a_case_rests_on_is_said(known):
    known(recorded())
    with records_only(), listening() as seen:
        ONE_CORE.seconds((SLOW, FAST), 16, 4, independent_seeds(0, 1)[0])
    assert seen.recorded == "one CPU core (a device), 2026-01-02"


@pytest.mark.parametrize("seed", [independent_seeds(0, 25)[-1], 77], ids=["one repetition too many", "no seed of a trial"])
def test_no_repetition_stands_for_another(known, seed):
    known(recorded())
    with records_only(), pytest.raises(Unsettled, match="no repetition for this seed"):
        ONE_CORE.seconds((SLOW, FAST), 16, 4, seed)


def test_what_is_not_here_and_was_not_recorded_names_the_command(known):
    known()
    with pytest.raises(Unsettled, match="python -m reports record-hardware"):
        GPU.seconds((SLOW, FAST), 16, 4, 0)
    with pytest.raises(Unsettled, match="python -m reports record-hardware"):
        GPU.bytes_held(SLOW, 16, 4)


def test_verdicts_rest_on_the_first_gpu_that_was_recorded_and_others_stand_beside_it(known, monkeypatch):
    old, new = recorded("NVIDIA A", "cuda", "2025-01-01"), recorded("NVIDIA B", "cuda", "2026-01-01")
    known(new, old, recorded("two CPU cores"), recorded())
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.get_device_name", lambda: "NVIDIA C")

    assert [str(one) for one in gpus()] == ["NVIDIA A", "NVIDIA B"]
    assert gpus()[0].recorded is old
    also = on_other_gpus(n=16)
    assert list(also) == ["on NVIDIA B", "on NVIDIA C, here and now"]
    recalled, measured = (one.arguments["on"].values[0] for one in also.values())
    assert (recalled.is_here, measured.is_here) == (False, True)
    assert ONE_CORE.recorded.name == "one CPU core"


@pytest.mark.parametrize("message", ["CUDA out of memory. Tried to allocate 8 GiB\nand more", "no kernel image is available"])
def test_an_error_of_the_gpu_is_a_line_and_no_counterexample(monkeypatch, message):
    def broken(*_):
        raise RuntimeError(message)

    monkeypatch.setattr(timing, "steps_of", broken)
    with pytest.raises(Unsettled) as said:
        Machine("a GPU", "cuda").seconds((SLOW, FAST), 16, 4, 0)
    assert str(said.value) == "on a GPU: " + message.partition("\n")[0]
    with pytest.raises(RuntimeError):  # a CPU has no such excuse
        ONE_CORE.seconds((SLOW, FAST), 16, 4, 0)


def written(path, change=lambda found: found):
    found = msgspec.to_builtins(recorded())
    path.write_text(json.dumps(change(found | {"digest": timing.digest(found)})))
    return path


def test_a_recording_is_read_as_it_was_written(tmp_path):
    assert read_recorded(written(tmp_path / "a.json")).timings == recorded().timings


@pytest.mark.parametrize("change", [
    lambda found: found | {"date": "2027-01-01"},
    lambda found: found | {"timings": []},
    lambda found: found | {"clock": "fast"},
    lambda found: {"schema": 1},
    lambda found: [found],
], ids=["another date", "timings taken out", "words for a number", "next to nothing", "a list"])  # fmt: skip
def test_a_recording_that_was_changed_is_refused_by_name(tmp_path, change):
    path = written(tmp_path / "changed.json", change)
    with pytest.raises(EvidenceError, match=r"changed\.json.*record again"):
        read_recorded(path)


def test_half_a_recording_is_refused(tmp_path):
    path = written(tmp_path / "half.json")
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(EvidenceError, match=r"half\.json"):
        read_recorded(path)


# --- an audit on drawn seconds ----------------------------------------------------------------------------------------


def put(ratio, noise, luck, profile=VERDICT):
    """What comes of "the first takes at least as long as the second" where its true seconds are `ratio` times the second's, each
    blurred by a factor of its own, both by one that they share, as on a machine that is doing something else."""
    drawn = random.Random(luck)

    def side_by_side(*_):
        shared = drawn.lognormvariate(0, 1)
        return [shared * ratio * drawn.lognormvariate(0, noise), shared * drawn.lognormvariate(0, noise)]

    def no_faster(on: Machine, seed: int) -> None:
        first, second = side_by_side() if profile is VERDICT else on.seconds((SLOW, FAST), 16, 4, seed)
        at_least(first / second, 1, "ratio")

    no_faster.__module__ = __name__
    made = claim(
        "toys.clock", says="", as_written=reading(on=ONE_CORE, seed=all_seeds()), expect="supported", teach="", scope="Toys",
        by=repetitions(),
        fails_for={"never asked": reading(on=ONE_CORE, seed=all_seeds())},
    )(no_faster)  # fmt: skip
    return examined(made, made.readings[0], profile, 0)


@settings(max_examples=60)
@given(st.sampled_from([(1.6, "held"), (1 / 1.6, "fell")]), st.floats(0.0, 0.15), st.integers(0, 2**32))
def test_a_ratio_that_is_there_is_seen_through_noise_that_layers_share_and_some_of_their_own(truth, noise, luck):
    ratio, outcome = truth
    assert put(ratio, noise, luck).evidence.outcome == outcome


def test_where_there_is_no_difference_none_is_found():
    """22 of 24 fair coins, either way: 3.6e-5 of the audits may find one; of 400 none."""
    found = Counter(put(1.0, 0.3, luck).evidence.outcome for luck in range(400))
    assert found["undecided"] == 400


def test_the_level_allows_for_two_repetitions_that_a_machine_spoils():
    by = repetitions()
    made = claim("toys.x", says="", as_written=reading(seed=all_seeds()), expect="supported", teach="",
                 fails_for={"x": reading(seed=all_seeds())}, scope="Toys", by=by)(lambda seed: None)  # fmt: skip
    assert by.problems_of(made.readings) == []
    assert by.timed


def test_a_quick_profile_takes_what_was_recorded(known):
    known(recorded())
    seen = put(1.0, 0.0, 0, QUICK)
    assert (seen.evidence.outcome, seen.clocked.wins, seen.clocked.recorded) == ("fell", 0, "one CPU core (a device), 2026-01-02")
    assert put(1.0, 0.0, 0).clocked.recorded == ""


# --- sittings: what a run shares, and what becomes of one that was disturbed ------------------------------------------


def growth(on: Machine, seed: int) -> None:
    """The second layer's time grows as little as the first one's, from 16 tokens to 64."""
    short, long = (on.seconds((SLOW, FAST), n, 4, seed) for n in (16, 64))
    measure(short=short[0], long=long[0])
    at_least(long[0] / short[0], long[1] / short[1], "growth")


def no_slower(on: Machine, seed: int) -> None:
    """The first takes at least as long as the second."""
    first, second = on.seconds((SLOW, FAST), 16, 4, seed)
    measure(first=first, second=second)
    at_least(first / second, 1, "ratio")


def clocked(check, id="toys.clock", on=ONE_CORE):
    check.__module__ = __name__
    return claim(
        id, says="", as_written=reading(on=on, seed=all_seeds()), expect="supported", teach="", scope="Toys", by=repetitions(),
        fails_for={"a control": reading(on=on, seed=all_seeds())},
    )(check)  # fmt: skip


@pytest.fixture
def sat(monkeypatch):
    """What was sat for so far, each sitting with rows of its own; those of the lengths in `disturbed` are."""

    class Sat(list):
        disturbed = ()

    sat = Sat()

    def sit(steps, count, between):
        sat.append((steps, count))
        first = len(sat) * 100
        return Sitting(tuple((first + k + 0.5, first + k + 0.25) for k in range(count)), steps in sat.disturbed)

    monkeypatch.setattr(timing, "sit", sit)
    monkeypatch.setattr(timing, "steps_of", lambda layers, n, batch, device: n)
    return sat


def at_once(made, name="as written", profile=VERDICT):
    return examined(made, made.reading(name), profile)


def test_a_comparison_is_measured_once_for_all_readings_of_a_run(sat):
    one, other = clocked(no_slower), clocked(growth, "toys.growth")
    with measured_once():
        found = [at_once(one), at_once(one, "a control"), at_once(other)]
    assert sat == [(16, 24), (64, 24)]
    assert found[0].clocked.measured == found[1].clocked.measured
    assert [each["short"] for each in found[2].clocked.measured] == [each["first"] for each in found[0].clocked.measured]
    assert all(one.clocked.recorded == "" for one in found)


def test_both_sides_are_of_the_repetition_that_belongs_to_the_seed(sat):
    with measured_once():
        took = [ONE_CORE.seconds((SLOW, FAST), 16, 4, seed) for seed in independent_seeds(0, 24)]
        again = [ONE_CORE.seconds((SLOW, FAST), 16, 4, seed) for seed in reversed(independent_seeds(0, 24))]
    assert took == [[100 + k + 0.5, 100 + k + 0.25] for k in range(24)] == again[::-1]


def test_other_layers_another_length_batch_or_machine_are_another_comparison(sat):
    asked = [((SLOW, FAST), 16, 4), ((FAST, SLOW), 16, 4), ((SLOW, FAST), 16, 2), ((SLOW, FAST), 64, 4), ((SLOW,), 16, 4)]
    seed = independent_seeds(0, 1)[0]
    with measured_once():
        took = [on.seconds(*each, seed) for on in (ONE_CORE, Machine("another core")) for each in asked]
    assert len(sat) == len({tuple(each) for each in took}) == 10


def test_a_reading_by_itself_shares_with_no_other_and_a_repetition_by_itself_is_a_single_one(sat):
    one = clocked(no_slower)
    assert at_once(one).clocked.measured != at_once(one).clocked.measured
    assert put_once(one.check, {"on": ONE_CORE, "seed": 7}) == ("the statement holds here", [])
    assert sat == [(16, 24), (16, 24), (16, 1)]


def test_no_seed_but_those_of_trials_has_a_repetition_of_a_sitting(sat):
    with measured_once(), pytest.raises(Unsettled, match="no repetition for this seed"):
        ONE_CORE.seconds((SLOW, FAST), 16, 4, 7)


def test_a_disturbed_reading_rests_on_what_was_recorded_and_says_so(known, sat):
    known(recorded())
    sat.disturbed = (16,)
    found = at_once(clocked(no_slower))
    assert (found.evidence.outcome, found.clocked.wins, found.clocked.cases) == ("fell", 0, 22)  # measured it would have held
    assert found.clocked.recorded == "one CPU core (a device), 2026-01-02, for this machine was busy"
    assert found.evidence.why == "repetitions counted, see the run"
    assert [each["first"] for each in found.clocked.measured] == [row[0] for row in ROWS[:22]]


def test_a_reading_that_was_not_disturbed_is_measured_whatever_was_recorded(known, sat):
    known(recorded())
    found = at_once(clocked(no_slower))
    assert (found.evidence.outcome, found.clocked.wins, found.clocked.recorded) == ("held", 22, "")
    assert found.evidence.why == "repetitions counted, see the run"


@pytest.mark.parametrize("disturbed", [(16,), (64,), (16, 64)], ids=["the first", "the second", "both"])
def test_nothing_that_was_measured_is_mixed_with_what_was_recorded(known, sat, disturbed):
    whole = recorded()
    long = Timing(layers=whole.timings[0].layers, n=64, batch=4, seconds=[[9.0, 8.0]] * 24)
    known(msgspec.structs.replace(whole, timings=[*whole.timings, long]))
    sat.disturbed = disturbed
    found = at_once(clocked(growth))
    assert found.clocked.measured == [{"short": row[0], "long": 9.0} for row in ROWS[: found.clocked.cases]]
    assert found.clocked.recorded.endswith("for this machine was busy")


def test_a_disturbed_reading_of_which_nothing_was_recorded_is_undecided_for_that_reason(known, sat):
    known()
    sat.disturbed = (16,)
    found = at_once(clocked(no_slower))
    assert (found.evidence.outcome, found.clocked.recorded, found.clocked.wins) == ("undecided", "", 0)
    assert found.evidence.why.startswith(
        "this machine was busy; one CPU core: none was recorded: run python -m reports record-hardware"
    )


def test_a_disturbed_reading_whose_comparison_was_not_recorded_is_undecided_and_says_both(known, sat):
    known(recorded())
    sat.disturbed = (64,)
    found = at_once(clocked(growth))
    assert found.evidence.outcome == "undecided"
    assert found.evidence.why.startswith(
        "this machine was busy; one CPU core (a device), 2026-01-02: no repetition for this seed"
    )


def test_a_comparison_that_was_disturbed_is_not_tried_again_in_the_same_run(known, sat):
    known(recorded())
    sat.disturbed = (16,)
    with measured_once():
        both = at_once(clocked(no_slower)), at_once(clocked(no_slower), "a control")
    assert [one.evidence.outcome for one in both] == ["fell", "fell"]
    assert len(sat) == 1


def test_every_examination_measures_anew(known, sat, monkeypatch, tmp_path):
    made = {one.id: one for one in (clocked(no_slower), clocked(no_slower, "toys.clock-too"))}
    monkeypatch.setattr(work, "find_claim", lambda name, module: made[name])
    entries = [Entry(id, __name__, one.defined_at) for id, one in made.items()]
    examiner = Examiner(Keys(here()), Store(None), VERDICT, 1, tmp_path)
    found = [examiner.examine(entries, lambda task, seen: None) for _ in range(2)]
    assert len(sat) == 2
    first, second = (one.readings["toys.clock"]["as written"].clocked.measured for one in found)
    assert first != second


def test_what_the_clock_decided_stands_apart_from_the_evidence_which_is_the_same_every_time(sat):
    first, second = at_once(clocked(no_slower)), at_once(clocked(no_slower))
    assert first.clocked.measured != second.clocked.measured
    assert first.evidence == second.evidence
    assert (first.evidence.outcome, first.evidence.timed) == ("held", True)
    assert (first.evidence.cases, first.evidence.wins, first.evidence.measured) == (0, None, [])
    assert (first.clocked.cases, first.clocked.wins) == (22, 22)


@pytest.mark.parametrize(("disturbed", "recordings", "kept"), [
    ((), True, 1), ((16,), True, 1), ((16,), False, 0),
], ids=["left alone", "it rests on a recording", "nothing was recorded"])  # fmt: skip
def test_what_a_busy_machine_left_undecided_is_not_kept_but_measured_next_time(known, sat, tmp_path, disturbed, recordings, kept):
    known(*([recorded()] if recordings else []))
    sat.disturbed = disturbed
    found, (entry, *_) = at_once(clocked(no_slower)), entries_of("tests.toys", here())
    assert found.clocked.disturbed == bool(disturbed)

    Examiner(Keys(here()), Store(tmp_path), VERDICT, 1, tmp_path)._keep(entry, work.Came(found, {}))
    assert len([path for path in tmp_path.glob("readings/*/*") if path.is_file()]) == kept
