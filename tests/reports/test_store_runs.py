"""Runs on one machine: nothing is examined twice, nothing is taken on trust, and nothing is kept that may be the machine's."""

import dataclasses
import errno
import os
import shutil

import msgspec
import pytest

from claims.catalogue import Catalogue
from claims.evidence.evidence import Examined
from claims.evidence.keys import ROOT, Sources, here
from claims.evidence.profiles import PROFILES
from claims.evidence.runs import keep_runs, read_runs
from claims.evidence.source import read
from claims.evidence.store import Store
from claims.texts import the_text
from reports.commands import statements
from reports.record.record import read_record
from reports.running import work
from tests import toys
from tests.reports import test_runs
from tests.reports.running import ALL_PINNED, INPUT_ERROR, files

TOYS = (toys.supported, toys.qualified, toys.refuted, toys.every_entry_is_a_square)
READINGS = sum(len(one.readings) for one in TOYS)
SOURCE = ROOT / "tests" / "toys.py"


@pytest.fixture
def examined(monkeypatch):
    """The readings that are examined, one after the other."""
    done, usual = [], work.examine

    def examine(task):
        done.append((task.id, task.reading))
        return usual(task)

    monkeypatch.setattr(work, "examine", examine)
    return done


@pytest.fixture
def runs(reports, examined):
    """Toys that have keys, examined once."""
    reports.keyed(*TOYS)
    code, said, complaint = reports.examine()
    assert code == ALL_PINNED, complaint
    assert "Examined: 4 examined now." in said
    assert len(examined) == READINGS
    examined.clear()
    return reports


def edited(*pairs):
    """The source of the toys with these words changed."""
    text = SOURCE.read_text(encoding="utf-8")
    for before, after in pairs:
        assert before in text
        text = text.replace(before, after, 1)
    return Sources(here().read, {SOURCE: text.encode()})


# --- nothing twice --------------------------------------------------------------------------------------------------


def test_a_second_run_examines_nothing_says_so_and_leaves_every_file_as_it_was(runs, examined):
    before = files(runs.folder)
    code, said, _ = runs.examine()

    assert (code, examined) == (ALL_PINNED, [])
    assert "Examined: 4 on this machine before, which nothing has changed since." in said
    assert "4 of 4 came out as published." in said
    after = files(runs.folder)
    assert after.keys() == before.keys()
    assert [name for name in before if name.startswith("evidence/") and before[name] != after[name]] == []
    assert before["verdicts.json"] == after["verdicts.json"]


def test_a_fresh_run_examines_everything(runs, examined):
    said = runs.examine("--fresh")[1]

    assert len(examined) == READINGS
    assert "Examined: 4 examined now." in said


def test_another_profile_is_another_examination(runs, examined):
    runs.examine("--profile", "quick")
    assert len(examined) == READINGS
    examined.clear()
    runs.examine("--profile", "quick")
    assert examined == []


def test_trying_harder_under_the_same_name_is_another_examination(runs, examined):
    harder = dataclasses.replace(PROFILES["verdict"], effort=2)
    runs.monkeypatch.setitem(PROFILES, "verdict", harder)
    assert "older than the code" in runs.refuses("--no-examine")
    runs.examine()
    assert len(examined) == READINGS


def test_one_that_tries_its_luck_is_never_taken_from_the_store(runs, examined):
    for _ in range(2):
        runs.examine("--profile", "explore", "--only", toys.every_entry_is_a_square.id)
    assert len(examined) == 2 * len(toys.every_entry_is_a_square.readings)


def test_a_claim_by_itself_is_known_to_a_whole_run_and_the_other_way_round(reports, examined):
    reports.keyed(*TOYS)
    reports.examine("--only", toys.refuted.id)
    assert {id for id, _ in examined} == {toys.refuted.id}
    examined.clear()
    said = reports.examine()[1]
    assert {id for id, _ in examined} == {one.id for one in TOYS} - {toys.refuted.id}
    assert "Examined: 3 examined now, 1 on this machine before" in said
    examined.clear()
    reports.examine("--only", "toys", "--out", reports.folder / "elsewhere")
    assert examined == []


def test_what_was_examined_while_somebody_edited_is_not_kept(reports, examined):
    reports.keyed(*TOYS)
    with reports.monkeypatch.context() as edited_meanwhile:
        edited_meanwhile.setattr(Sources, "still_stands", lambda sources: False)
        assert reports.examine()[0] == ALL_PINNED
    examined.clear()
    reports.examine()
    assert len(examined) == READINGS


# --- what an edit examines ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("before", "after"), [
    ("Count your fingers.", "Count your toes."), ("Numbers up to ten are at most ten.", "Ten is the most."),
    ("def supported(n):", "# a comment\n\n\ndef supported(n: int) -> None:"),
    ("_calls = itertools.count()", "_calls = itertools.count(7)"),
], ids=["what to teach", "what is said", "comments, lines and annotations", "what it does not reach"])  # fmt: skip
def test_an_edit_of_words_examines_nothing(runs, examined, before, after):
    runs.keyed(*TOYS, sources=edited((before, after)))
    said = runs.examine()[1]

    assert examined == []
    assert "Examined: 4 on this machine before" in said


def test_an_edit_of_a_property_examines_its_readings_and_one_of_a_reading_this_one(runs, examined):
    property_of = ('    show("twice the number", 2 * n)', '    show("twice the number", n + n)')
    runs.keyed(*TOYS, sources=edited(property_of))
    runs.examine()
    assert examined == [(toys.qualified.id, one.name) for one in toys.qualified.readings]

    examined.clear()
    amended = (
        'amended={"the numbers go up to ten": reading(n=whole(0, 10))}',
        'amended={"the numbers go up to ten": reading(n=whole(0, 9))}',
    )
    runs.keyed(*TOYS, sources=edited(property_of, amended))
    said = runs.examine()[1]
    assert examined == [(toys.qualified.id, "the numbers go up to ten")]
    assert "Examined: 1 examined now, 3 on this machine before" in said


def test_words_that_changed_are_told_though_nothing_is_examined(runs, examined, monkeypatch):
    new = toys.claim(
        toys.supported.id, says="Ten is the most.", expect="supported", as_written=toys.reading(n=toys.whole(0, 10)),
        fails_for={"near miss: numbers up to eleven": toys.reading(n=toys.whole(0, 11))}, teach="Count your toes.",
    )(toys.supported)  # fmt: skip
    sources = edited(("Count your fingers.", "Count your toes."), ("Numbers up to ten are at most ten.", "Ten is the most."))
    runs.keyed(new, *TOYS[1:], sources=sources)
    runs.examine()

    assert examined == []
    assert b"Count your toes." in files(runs.folder)["verdicts.json"]
    assert b"Ten is the most." in files(runs.folder)["verdicts.md"]


# --- nothing on trust -----------------------------------------------------------------------------------------------


def test_evidence_that_was_edited_by_hand_is_written_anew(runs, examined):
    path = runs.folder / "evidence" / f"{toys.supported.id}.json"
    before = path.read_bytes()
    path.write_bytes(before.replace(b'"outcome": "held"', b'"outcome": "fell"'))
    assert path.read_bytes() != before
    code, said, _ = runs.examine()

    assert (code, path.read_bytes()) == (ALL_PINNED, before)
    assert examined == []
    assert "3 of 4 came out as published." in said
    assert f"  {toys.supported.id}: “as written” held, published as fell" in said


def test_evidence_that_was_edited_by_hand_is_not_judged(runs, examined):
    path = runs.folder / "evidence" / f"{toys.supported.id}.json"
    path.write_bytes(path.read_bytes().replace(b'"outcome": "held"', b'"outcome": "fell"'))
    before = runs.record.read_bytes()

    assert f"not as this machine has seen it for {toys.supported.id}" in runs.refuses("--no-examine")
    assert (examined, runs.record.read_bytes()) == ([], before)
    runs.examine()
    assert runs.run("--no-examine")[0] == ALL_PINNED


def test_evidence_that_came_with_a_clone_is_compared_and_not_taken_for_an_examination(runs, examined, tmp_path):
    runs.monkeypatch.setattr("reports.commands.statements.KEPT", tmp_path / "another store")
    path = runs.folder / "evidence" / f"{toys.refuted.id}.json"
    path.write_bytes(path.read_bytes().replace(b'"cases": 11', b'"cases": 10'))
    said = runs.examine()[1]

    assert len(examined) == READINGS
    assert "Examined: 4 examined now." in said


def test_what_did_not_come_out_as_published_is_listed(runs):
    paths = {one.id: runs.folder / "evidence" / f"{one.id}.json" for one in TOYS}
    paths[toys.supported.id].unlink()
    text = paths[toys.qualified.id].read_bytes()
    paths[toys.qualified.id].write_bytes(text.replace(b'"name": "a dozen"', b'"name": "twelve"').replace(b'"n": 11', b'"n": 13'))
    said = runs.examine()[1]

    assert "2 of 4 came out as published." in said
    assert f"  {toys.supported.id}: not published" in said
    line = next(line for line in said.splitlines() if line.startswith(f"  {toys.qualified.id}: "))
    assert "“twelve” is gone" in line
    assert "“a dozen” is new" in line
    assert "“as written” has another counterexample" in line


def kept(reports, kind="readings"):
    return sorted(path for path in (reports.kept / kind).rglob("*") if path.is_file())


def test_what_was_changed_in_the_store_is_examined_again(runs, examined):
    paths = kept(runs)
    assert len(paths) == READINGS
    for path in paths:
        path.write_bytes(path.read_bytes().replace(b'"outcome":"fell"', b'"outcome":"held"'))
    before = files(runs.folder / "evidence")
    runs.examine()

    fell = [
        one
        for path in sorted((runs.folder / "evidence").glob("*.json"))
        for one in path.read_bytes().split(b'"outcome": "fell"')[1:]
    ]
    assert len(examined) == len(fell) > 3
    assert files(runs.folder / "evidence") == before


def test_a_store_that_was_deleted_is_filled_again(runs, examined):
    shutil.rmtree(runs.kept)
    runs.examine()
    assert len(examined) == len(kept(runs)) == READINGS


def no_room(path, content):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))


def test_where_nothing_can_be_kept_the_run_comes_out_as_ever_and_says_so(runs, examined, monkeypatch, tmp_path):
    before = files(runs.folder / "evidence")
    monkeypatch.setattr("reports.commands.statements.KEPT", tmp_path / "another store")
    monkeypatch.setattr("claims.evidence.store.write_whole", no_room)
    code, said, _ = runs.examine()

    assert (code, len(examined)) == (ALL_PINNED, READINGS)
    assert f"could be kept in {tmp_path / 'another store'} (No space left on device)" in said
    assert files(runs.folder / "evidence") == before


def test_a_file_in_place_of_the_store_is_as_good_as_an_empty_store(runs, examined):
    shutil.rmtree(runs.kept)
    runs.kept.write_text("a file")
    code, said, _ = runs.examine()

    assert (code, len(examined)) == (ALL_PINNED, READINGS)
    assert "could be kept" in said


TORN = ("evidence/.toys.supported.json.a1b2c3_4", "evidence/runs/.an.experiment.json.abcdefgh", "site/claims/.x.html.01234567")


def test_what_a_killed_run_left_half_written_goes_with_the_next_run_and_nothing_else_does(runs):
    others = (".env.template", "evidence/.notes", ".verdicts.json.orig")
    for name in (*TORN, ".verdicts.json.abcdefgh", *others):
        (runs.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (runs.folder / name).write_text("half", encoding="utf-8")
    runs.examine()

    left = files(runs.folder)
    assert [name for name in (*TORN, ".verdicts.json.abcdefgh") if name in left] == []
    assert [name for name in others if name not in left] == []


def test_what_another_reader_saw_in_the_source_is_read_again(tmp_path, monkeypatch):
    store, found = Store(tmp_path), Sources()
    monkeypatch.setattr(statements, "here", lambda: found)
    monkeypatch.setattr(statements, "catalogue", lambda: Catalogue(found, the_text()))
    found.module("tests.toys")
    statements.keep_sources(store)
    found.known.clear()

    monkeypatch.setattr(statements, "_reader", lambda: "another")
    statements.entries(store)
    assert found.known == {}
    monkeypatch.undo()
    monkeypatch.setattr(statements, "here", lambda: found)
    statements.entries(store)
    assert found.known != {}


# --- before anything is examined --------------------------------------------------------------------------------------


def test_uses_of_what_is_not_there_are_refused_before_anything_is_examined(reports, examined):
    reports.claims(toys.supported, dataclasses.replace(toys.refuted, uses=("toys.nowhere",)))

    assert "uses toys.nowhere" in reports.refuses("--workers", 1)
    assert examined == []


@pytest.mark.parametrize(("text", "words"), [
    ("import a\n\ndef (:\n", "module.py:3: invalid syntax; mend the file"),
    ("from a import *\n", "module.py: line 1 imports whatever there is; name what is needed; mend the file"),
], ids=["no Python", "names that cannot be followed"])  # fmt: skip
def test_source_that_cannot_be_read_is_a_line_with_its_place(reports, monkeypatch, text, words):
    monkeypatch.setattr("reports.commands.statements.entries", lambda *_: read(text.encode(), "module.py"))

    assert words in reports.refuses("--list")


# --- what is kept ---------------------------------------------------------------------------------------------------


def test_an_interrupted_run_keeps_what_it_had(reports, monkeypatch):
    reports.keyed(*TOYS)
    done, usual = [], work.examine

    def interrupted(task):
        if len(done) == 5:
            raise KeyboardInterrupt
        done.append((task.id, task.reading))
        return usual(task)

    with monkeypatch.context() as once:
        once.setattr(work, "examine", interrupted)
        assert reports.examine()[0] == INPUT_ERROR
    assert len(kept(reports)) == 5

    before, examined = list(done), []
    monkeypatch.setattr(work, "examine", lambda task: examined.append((task.id, task.reading)) or usual(task))
    assert reports.examine()[0] == ALL_PINNED
    assert set(examined).isdisjoint(before)
    assert len(examined) + 5 == READINGS


def test_an_interrupted_run_has_written_the_evidence_of_each_claim_that_was_complete(reports, monkeypatch):
    usual = work.examine

    def interrupted(task):
        if task.id != toys.supported.id:
            raise KeyboardInterrupt
        return usual(task)

    monkeypatch.setattr(work, "examine", interrupted)
    reports.claims(toys.supported, toys.qualified)

    assert reports.examine()[0] == INPUT_ERROR
    assert [one.stem for one in (reports.folder / "evidence").iterdir()] == [toys.supported.id]


def test_a_crash_is_not_kept_for_it_may_be_the_machines(reports, examined):
    reports.keyed(toys.crashing, toys.supported)
    reports.examine()
    examined.clear()
    reports.examine()

    assert examined == [(toys.crashing.id, "as written")]


def test_when_it_was_examined_is_told_with_the_run(runs):
    first = read_record(runs.record).run
    assert first.examined == {one.id: "now" for one in TOYS}
    runs.examine()
    second = read_record(runs.record).run
    assert second.examined == {one.id: f"on {first.date[:10]}, here" for one in TOYS}


# --- networks in training -------------------------------------------------------------------------------------------


@pytest.fixture
def trained(reports, examined):
    """A toy that learns, with keys."""
    test_runs.DONE.clear()
    reports.keyed(test_runs.learner, module="tests.reports.test_runs")
    said = reports.examine()[1]
    done = len(test_runs.DONE)
    assert done > 20
    assert f"{done} training runs, {done} of them trained now" in said
    examined.clear()
    return reports, test_runs.DONE, done


FOLDER = "evidence/runs"


def test_a_reading_rests_on_its_training_runs_which_are_not_trained_again(trained, examined):
    reports, done, before = trained
    said = reports.examine()[1]

    assert (examined, len(done)) == ([], before)
    assert f"{before} training runs, none of them trained now" in said
    (path,) = (reports.folder / FOLDER).glob("*.json")
    path.unlink()
    reports.examine()
    assert len(examined) == 2, "what a reading rests on was gone"
    assert len(done) == 2 * before


def test_a_kept_run_that_was_edited_by_hand_is_refused_by_name(trained, examined):
    reports, *_ = trained
    (path,) = (reports.folder / FOLDER).glob("*.json")
    text = path.read_bytes()
    assert b'"score": 1.0' in text
    path.write_bytes(text.replace(b'"score": 1.0', b'"score": 0.0', 1))

    complaint = reports.refuses("--workers", 1)
    assert path.name in complaint
    assert reports.refuses("--no-examine")
    assert examined == []
    path.write_bytes(text)
    assert len(read_runs(reports.folder / FOLDER)) > 20
    assert reports.examine()[0] == ALL_PINNED


def test_a_kept_run_that_is_another_one_by_all_it_says_makes_its_readings_unknown(trained, examined):
    """Trained elsewhere, say: whole, and with another number. Readings that rested on the old one are examined with it."""
    reports, *_ = trained
    (path,) = (reports.folder / FOLDER).glob("*.json")
    runs = list(read_runs(reports.folder / FOLDER).values())
    other = msgspec.structs.replace(runs[0], ran=msgspec.structs.replace(runs[0].ran, curve=[1.0, 0.5]))
    keep_runs(reports.folder / FOLDER, [msgspec.structs.replace(other, check=other.content)])
    assert read_runs(reports.folder / FOLDER).keys() == {one.key for one in runs}
    assert path.exists()
    reports.examine()
    assert len(examined) == 1


def test_what_is_kept_of_a_reading_can_be_read_as_that(runs):
    for path in kept(runs):
        found = msgspec.json.decode(path.read_bytes().partition(b"\n")[2], type=Examined)
        assert found.evidence.name in {one.name for each in TOYS for one in each.readings}
