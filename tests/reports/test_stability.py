"""What moves under other seeds, threads and versions: stamped, told with what moved it, and never tried twice in vain."""

import io
import re
import sys
from dataclasses import replace
from itertools import product
from types import SimpleNamespace

import msgspec
import pytest

from claims.evidence.evidence import ClaimEvidence, read_evidence
from claims.evidence.stability import (
    FILE,
    FRESH,
    NEEDED,
    SEED,
    Came,
    Tried,
    key_of,
    read_stability,
    stamp_of,
    with_fresh_seeds,
    with_what_came,
)
from claims.evidence.verdict import judge
from claims.kit.claim import ClaimError
from reports.commands import stability
from reports.record.record import read_record
from reports.record.stability import axes_tried
from reports.running import cell
from reports.running.grid import Cell, grid, run
from tests import toys
from tests.reports.test_store_runs import edited
from tests.test_verdict import CAUGHT, HELD, seen

MOVED = 1
TOYS = (toys.supported, toys.refuted, toys.every_entry_is_a_square, toys.caught_by_luck)
STABLE = {toys.supported.id, toys.refuted.id, toys.every_entry_is_a_square.id}
SEEDS = 8


@pytest.fixture
def asked(monkeypatch):
    """The claims that are examined, cell by cell: in this process, but for what only a process of its own has."""
    done = []

    def here(cells, claims, kept):
        for one, (id, module) in product(cells, claims):
            done.append((str(one), id))
            yield one, cell.examine(id, module, one.luck, tuple(kept))

    monkeypatch.setattr(stability, "run", here)
    monkeypatch.setitem(NEEDED, "search", {**NEEDED["search"], SEED: SEEDS})
    return done


@pytest.fixture
def tried(reports, asked):
    """Toys that were examined, and then otherwise."""
    reports.keyed(*TOYS)
    reports.examine()
    code, said, _ = reports.run("stability", "--seeds", SEEDS, "--workers", 1)
    assert code == MOVED
    return said


def test_what_is_fragile_by_construction_is_stamped_so_and_the_others_stable(reports, tried):
    reports.examine()
    found = {one.id: one.stability for one in read_record(reports.record).claims}
    fragile = found.pop(toys.caught_by_luck.id)

    assert {id: one.stamp for id, one in found.items()} == dict.fromkeys(STABLE, "stable")
    assert fragile.stamp == "fragile"
    (control,) = (one.name for one in toys.caught_by_luck.readings if one.role == "fails for")
    assert {one.reading for one in fragile.flips} == {control, ""}, "the control, and with it the verdict"
    assert {one.axis for one in fragile.flips} <= {SEED, "together"}, "where the cases are as usual nothing moves"
    assert f"{toys.caught_by_luck.id}: fragile" in tried
    assert "4 claims: 3 stable, 1 fragile, 0 in part." in tried


def test_what_moved_it_stands_on_its_page_in_the_lists_and_in_the_exports(reports, tried):
    reports.examine()
    site, (axis, *_) = reports.folder / "site", axes_tried(read_record(reports.record).claims)
    page, stable = (
        (site / "claims" / f"{one.id}.html").read_text(encoding="utf-8") for one in (toys.caught_by_luck, toys.supported)
    )
    trust, start = ((site / name).read_text(encoding="utf-8") for name in ("trust.html", "index.html"))

    assert "<strong>Fragile.</strong>" in page
    assert "“numbers up to a million, one in 37 of which does”: " in page
    assert "with seed" in page
    assert "<strong>Stable.</strong>" in stable
    ways = f"{SEEDS} other seeds, 3 other hash seeds, 1 other number of threads, 2 other kinds of processor"
    assert ways in re.sub("<[^>]*>", "", stable), "with what leads to the glossary"

    assert (axis.axis, axis.claims, axis.times, axis.moved) == (SEED, 3, 3 * SEEDS, 1), "a list is gone through without a seed"
    assert f'<td class="number">{axis.outcomes}</td>' in trust
    assert "numbers up to a million" in trust
    assert "Of 4 statements: 3 stable, 1 fragile." in trust
    assert start.count('<small class="stability">stable</small>') == len(STABLE)
    assert start.count('<small class="stability">fragile</small>') == 1
    listed = dict(line.split("\t")[:: len(line.split("\t")) - 1] for line in reports.run("list")[1].splitlines())
    assert listed == dict.fromkeys(STABLE, "stable") | {toys.caught_by_luck.id: "fragile"}
    assert '"fragile"' in (reports.folder / "verdicts.csv").read_text(encoding="utf-8")


def test_trials_are_made_on_fresh_seeds_and_stamped_by_what_comes_of_them(reports, asked):
    reports.keyed(toys.nine_in_ten)
    reports.examine()
    assert reports.run("stability", "--workers", 1, "--seeds", 19)[1].endswith(
        "1 in part. python -m reports puts it on the pages.\n"
    )
    code, said, _ = reports.run("stability", "--workers", 1)
    reports.examine()
    (one,) = (each.stability for each in read_record(reports.record).claims)

    assert (code, asked) == (0, [])
    assert said.split("\n\n")[1:] == [
        f"{toys.nine_in_ten.id}, fresh seed 20",
        "1 claims: 1 stable, 0 fragile, 0 in part. python -m reports puts it on the pages.\n",
    ]
    assert (one.stamp, one.tried) == ("stable", {FRESH: 20})
    assert {told for _, told in one.won.values()} == {20}
    page = (reports.folder / "site" / "claims" / f"{toys.nine_in_ten.id}.html").read_text(encoding="utf-8")
    assert "20 fresh seeds" in re.sub("<[^>]*>", "", page)


def test_what_has_not_changed_is_not_tried_again_and_more_seeds_are_only_added(reports, asked, tried):
    asked.clear()
    reports.run("stability", "--seeds", SEEDS)
    assert asked == []
    reports.run("stability", "--seeds", SEEDS + 1)
    assert {one for one, _ in asked} == {f"seed {SEEDS + 1}"}
    assert len(asked) == 3


def test_a_claim_that_changed_is_not_called_stable_and_is_tried_again_by_itself(reports, asked, tried):
    sources = edited(("as_written=reading(n=whole(0, 10)),", "as_written=reading(n=whole(0, 9)),"))
    reports.keyed(*TOYS, sources=sources)
    for module in (stability, __import__("reports.commands.verify.run", fromlist=["here"])):
        reports.monkeypatch.setattr(module, "here", lambda: sources)
    reports.examine()

    page = (reports.folder / "site" / "claims" / f"{toys.supported.id}.html").read_text(encoding="utf-8")
    assert "Not tried since it changed." in page
    assert "other seeds" not in page
    asked.clear()
    reports.run("stability", "--seeds", SEEDS)
    assert {id for _, id in asked} == {toys.supported.id}


def test_where_a_cell_breaks_off_what_was_done_is_kept(reports, asked):
    reports.keyed(*TOYS)
    reports.examine()
    whole = stability.run

    def breaks_off(cells, claims, kept):
        yield next(whole(cells, claims, kept))
        if cells[0].axis == "processor":
            raise ClaimError(f"{cells[0]}: ended")
        yield from whole(cells, claims[1:], kept)

    reports.monkeypatch.setattr(stability, "run", breaks_off)
    assert "processor avx2: ended" in reports.refuses("stability", "--workers", 1, "--seeds", 0)
    kept = read_stability(reports.folder / FILE)
    assert kept[toys.supported.id].cells.keys() >= {"hash seed", "threads", "processor"}
    assert "processor" not in kept[toys.refuted.id].cells
    reports.monkeypatch.setattr(stability, "run", whole)
    asked.clear()
    reports.run("stability", "--seeds", 0)
    assert ("processor avx2", toys.supported.id) not in asked
    assert ("processor avx2", toys.refuted.id) in asked


@pytest.mark.parametrize("text", ["", "[]", '{"a": 1}', '{"a": {"key": 1}}', "\0", "[" * 10_000])
def test_a_file_that_is_spoilt_is_named_by_all_that_read_it(reports, text):
    reports.examine()
    (reports.folder / FILE).write_text(text, encoding="utf-8")
    for call in ((), ("stability",)):
        assert f"{FILE}: not readable" in reports.refuses(*call)


# --- what is a flip, and what a stamp ---------------------------------------------------------------------------------


USUAL = ClaimEvidence(id="a.b", profile="verdict", rests_on="1", readings=[HELD, CAUGHT])


def came(*readings, why="x"):
    return Came(id="a.b", readings={one.name: (one.outcome, why) for one in readings}, verdict=judge(readings).word)


def test_another_case_is_no_flip_and_another_outcome_or_verdict_is_one():
    nothing = with_what_came(Tried(key="k"), USUAL, SEED, "1", came(HELD, CAUGHT, why="another case"))
    assert (nothing.cells, nothing.flips) == ({SEED: ["1"]}, [])
    spared = msgspec.structs.replace(CAUGHT, outcome="held")
    moved = with_what_came(nothing, USUAL, SEED, "2", came(HELD, spared))
    assert [(one.reading, one.was, one.came) for one in moved.flips] == [
        (CAUGHT.name, "fell", "held"), ("", "supported", "undecided"),
    ]  # fmt: skip
    too_few = with_what_came(nothing, USUAL, SEED, "2", replace_verdict(came(HELD, CAUGHT), "undecided"))
    assert [(one.reading, one.came) for one in too_few.flips] == [("", "undecided")]
    gone = with_what_came(nothing, USUAL, SEED, "2", replace_verdict(came(HELD), "supported"))
    assert [(one.reading, one.came) for one in gone.flips] == [(CAUGHT.name, "not there")]


def replace_verdict(one, verdict):
    return msgspec.structs.replace(one, verdict=verdict)


@pytest.mark.parametrize(("wins", "flips"), [(20, []), (11, []), (10, ["fell"]), (0, ["fell"])])
def test_fresh_seeds_of_trials_flip_a_reading_on_the_other_side_of_what_it_beats(wins, flips):
    usual = msgspec.structs.replace(USUAL, readings=[HELD, CAUGHT, seen("also", "undecided")])
    won = {HELD.name: (wins, 20), CAUGHT.name: (10, 20), "also undecided": (3, 20)}
    found = with_fresh_seeds(Tried(key=key_of(usual)), usual, won, 20, 0.5)

    assert [(one.reading, one.came) for one in found.flips] == [(HELD.name, one) for one in flips]
    assert stamp_of(found, usual, "trials") == ("fragile" if flips else "stable")
    assert with_fresh_seeds(found, usual, won, 20, 0.5) == found, "and not twice"
    assert stamp_of(with_fresh_seeds(Tried(key=key_of(usual)), usual, won, 19, 0.5), usual, "trials") != "stable"
    nothing = with_fresh_seeds(Tried(key=key_of(usual)), usual, dict.fromkeys(won, (0, 0)), 20, 0.5)
    assert nothing.flips == [], "where none could be told"


def test_a_stamp_takes_the_whole_grid_and_no_flip():
    cells = {axis: [str(n) for n in range(count)] for axis, count in NEEDED["search"].items()}
    whole = Tried(key=key_of(USUAL), cells=cells)

    assert stamp_of(whole, USUAL, "search") == "stable"
    for axis in cells:
        less = msgspec.structs.replace(whole, cells=cells | {axis: cells[axis][1:]})
        assert stamp_of(less, USUAL, "search") == "in part", axis
    without = {axis: values for axis, values in cells.items() if axis != SEED}
    assert stamp_of(msgspec.structs.replace(whole, cells=without), USUAL, "exhaustion") == "stable"
    flips = with_what_came(whole, USUAL, SEED, "99", came(HELD, seen("fails for", "held", name=CAUGHT.name))).flips
    assert stamp_of(msgspec.structs.replace(whole, flips=flips), USUAL, "search") == "fragile"
    for other in (
        msgspec.structs.replace(USUAL, rests_on="2"), msgspec.structs.replace(USUAL, readings=[HELD]),
    ):  # fmt: skip
        assert stamp_of(whole, other, "search") == "outdated"


# --- the grid, in processes of their own ------------------------------------------------------------------------------


def test_each_axis_is_tried_alone_and_all_of_it_together():
    cells = grid(20)
    usual = Cell("", "")
    alone = {(one.axis, one.value): one for one in cells if one.axis != "together"}

    assert len(alone) == 20 + 3 + 1 + 2
    for one in alone.values():
        differs = [one.luck != usual.luck, *(one.environment[name] != usual.environment.get(name) for name in one.environment)]
        assert any(differs), one
    assert len({one.luck for one in cells}) == 1 + 20 + 2
    assert all(one.luck and one.processor and one.threads == 2 and one.hash_seed for one in cells if one.axis == "together")


def test_a_cell_is_as_it_says_and_tells_what_came(tmp_path):
    one = Cell("together", "x", seed=3, hash_seed=7, threads=2, processor={"ATEN_CPU_CAPABILITY": "default"})
    claims = [(toy.id, "tests.toys") for toy in (toys.refuted, toys.says_where_it_runs)]
    (_, refuted), (cell_of_it, where) = run([one], claims, [tmp_path])

    assert cell_of_it == one
    assert (refuted.id, refuted.verdict) == (toys.refuted.id, "refuted")
    assert {name: outcome for name, (outcome, _) in refuted.readings.items()} == {
        "as written": "fell", "numbers up to ten": "held",
    }  # fmt: skip
    assert where.readings["as written"][1] == "hash seed 7, threads 2, DEFAULT"


def test_seeds_share_a_process_and_are_told_apart():
    seeds = [Cell(SEED, str(n), seed=n) for n in (1, 2)]
    found = list(run(seeds, [(toys.caught_by_luck.id, "tests.toys"), (toys.supported.id, "tests.toys")], []))

    assert [(one.value, came.id) for one, came in found] == [
        (seed, toy.id) for seed in "12" for toy in (toys.caught_by_luck, toys.supported)
    ]  # fmt: skip
    for one, came in found:
        assert came == cell.examine(came.id, "tests.toys", one.luck, ()), "as in this process"


def test_what_cannot_be_imported_is_left_out_and_a_process_that_ends_is_told(tmp_path):
    ((_, missing),) = run([Cell(SEED, "1", seed=1)], [("toys.nowhere", "tests.toys")], [])
    assert "toys.nowhere" in missing.left_out
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho no torch >&2\nexit 1\n", encoding="utf-8")
    broken.chmod(0o755)
    with pytest.raises(ClaimError, match=r"seed 1: ended at toys\.refuted: no torch"):
        list(run([replace(Cell(SEED, "1", seed=1), python=str(broken))], [("toys.refuted", "tests.toys")], []))


def test_evidence_that_is_read_back_has_the_key_that_it_was_tried_under(reports, tried):
    kept = read_stability(reports.folder / FILE)
    for id, one in kept.items():
        assert one.key == key_of(read_evidence(reports.folder / "evidence" / f"{id}.json"))


def test_a_process_reads_what_is_asked_and_answers_in_a_line_for_each(monkeypatch):
    asked = {"claims": [(toys.supported.id, "tests.toys"), ("toys.nothing", "tests.toys")], "luck": [0], "threads": 1, "kept": []}
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(msgspec.json.encode(asked))))
    monkeypatch.setattr(sys, "stdout", out)
    cell.main()
    first, second = (msgspec.json.decode(line, type=Came) for line in out.getvalue().splitlines())

    assert (first.id, first.verdict, first.left_out) == (toys.supported.id, "supported", "")
    assert (second.id, second.readings) == ("toys.nothing", {})
    assert "toys.nothing" in second.left_out
