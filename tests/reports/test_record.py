"""The record: the same bytes every time, valid by its schema, and whole whatever happens while it is written."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import jsonschema
import msgspec
import pytest

from claims.evidence.evidence import EvidenceError, as_json, read_evidence, write_whole
from claims.evidence.keys import ROOT
from claims.evidence.outcomes import WORDS
from reports.record.record import Run, read_record
from reports.running import work
from reports.running.work import Task
from tests import toys
from tests.reports.running import ALL_PINNED, files

# --- the record -----------------------------------------------------------------------------------------------------


def test_two_runs_give_the_same_bytes_and_what_is_of_one_run_alone_lies_beside_them(reports, tmp_path):
    reports.examine()
    reports.examine("--out", tmp_path / "again")
    first, second = files(reports.folder), files(tmp_path / "again")

    assert first.keys() == second.keys()
    others = {name for name in first if first[name] != second[name]}
    assert "run.json" in others
    assert {name for name in others if name.partition("/")[0] != "site"} <= {"run.json", "verdicts.intoto.json", *DATED}
    assert json.loads(first["verdicts.json"])["run"] == {"profile": "verdict"}


DATED = {"ro-crate-metadata.json", "verdicts.junit.xml", "claim-reviews.jsonld"}  # say when the run was


def test_what_is_of_one_run_alone_is_read_with_the_record_and_of_another_record_it_is_not(reports):
    reports.examine()
    made = read_record(reports.record)
    assert (made.run.seconds > 0, set(made.run.examined)) == (True, {one.id for one in toys.QUICK_TOYS})
    assert {"python", "torch"} <= set(made.run.versions)

    text = reports.record.read_bytes()
    reports.record.write_bytes(text.replace(b"Eleven is not.", b"Twelve is not."))
    other = read_record(reports.record).run
    assert (other.profile, other.versions, other.machine, other.examined) == ("verdict", {}, "", {})
    assert other.date, "of the file, then"

    reports.record.write_bytes(text)
    (reports.folder / "run.json").unlink()
    assert read_record(reports.record).run.versions == {}


def test_two_workers_give_what_one_gives(tmp_path):
    """Two processes that load other modules. One toy comes out otherwise each time, which is what is wrong with it."""
    program = """
import sys
from pathlib import Path
from claims.catalogue import Entry, Keys
from claims.evidence.evidence import as_json
from claims.evidence.keys import here
from claims.evidence.profiles import VERDICT
from claims.evidence.store import Store
from reports.running import hands
from reports.running.examination import Examiner
from tests.toys import TOYS, flaky

def started(processes, preload, usual=hands._started):
    asked.append(processes)
    return usual(processes, preload)

def evidence(workers):
    entries = [Entry(one.id, "tests.toys", one.defined_at) for one in TOYS if one is not flaky]
    examiner = Examiner(Keys(here()), Store(None), VERDICT, workers, Path(sys.argv[1]) / str(workers))
    return {id: as_json(seen) for id, seen in examiner.examine(entries, lambda *_: None).evidence.items()}

if __name__ == "__main__":
    asked, hands._started = [], started
    one, two = evidence(1), evidence(2)
    print(len(one), one == two, asked)
"""
    run = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False, env=os.environ
    )

    assert run.stdout.strip() == f"{len(toys.TOYS) - 1} True [0, 2]", run.stderr


def test_the_record_is_valid_by_its_own_schema_and_strict(reports):
    reports.claims(*toys.TOYS)
    reports.examine()
    schema = json.loads((reports.folder / "verdicts.schema.json").read_bytes())

    def refuse(constant):
        raise AssertionError(f"{constant} is no JSON")

    record = json.loads(reports.record.read_bytes(), parse_constant=refuse)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(record, schema, cls=jsonschema.Draft202012Validator)
    assert record["summary"] == {word: sum(one["verdict"] == word for one in record["claims"]) for word in WORDS}
    assert len(record["claims"]) == len(toys.TOYS)


@pytest.mark.parametrize(("name", "value"), [("verdict", "proved"), ("id", 7), ("readings", {})])
def test_the_schema_refuses_a_claim_with_another(reports, name, value):
    reports.examine()
    record = json.loads(reports.record.read_bytes())
    record["claims"][0][name] = value

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(record, json.loads((reports.folder / "verdicts.schema.json").read_bytes()))


def test_the_record_is_read_back_as_it_was_written(reports):
    reports.claims(*toys.TOYS)
    reports.examine()

    made = read_record(reports.record)
    assert as_json(msgspec.structs.replace(made, run=Run(profile="verdict"))) == reports.record.read_bytes()
    assert msgspec.to_builtins(made.run) == json.loads((reports.folder / "run.json").read_bytes())["run"]


def test_nothing_of_a_reading_is_said_twice(reports):
    reports.claims(toys.qualified)
    reports.examine()
    written, amended, control, witness = json.loads(reports.record.read_bytes())["claims"][0]["readings"]

    assert [one.get("domain") for one in (written, amended, control, witness)] == [
        "n: whole numbers from 0 to 1000", "n: whole numbers from 0 to 10", "n: whole numbers from 11 to 1000", None,
    ]  # fmt: skip
    assert [one.get("engine") for one in (written, amended, control, witness)] == [None, None, None, "exhaustion"]
    assert witness["counterexample"]["text"] == {"n": "12"}
    assert "counterexample" not in control
    assert not {"entropy", "seconds", "measured", "arguments"} & {*written, *written["counterexample"]}


def test_an_argument_that_stays_as_written_is_not_named_again(reports):
    reports.claims(toys.tight)
    reports.examine()
    control = json.loads(reports.record.read_bytes())["claims"][0]["readings"][1]

    assert control["domain"] == "limit: 9.99"


def test_a_measurement_that_is_no_number_does_not_cost_the_run(reports):
    reports.claims(MEASURES_NAN)

    assert reports.examine()[0] == ALL_PINNED
    evidence = json.loads((reports.folder / "evidence" / f"{MEASURES_NAN.id}.json").read_bytes())
    assert {"loss": None} in evidence["readings"][0]["measured"]


def diverge(seed, rate):
    toys.measure(loss=float("nan"))
    toys.holds(rate < 1, "diverged")


MEASURES_NAN = toys.claim(
    "toys.nan", says="A toy.", teach="Nothing.", expect="supported", scope="Toys", by=toys.trials(),
    as_written=toys.reading(seed=toys.seeds(), rate=0.1), fails_for={"too fast": toys.reading(seed=toys.seeds(), rate=10.0)},
)(diverge)  # fmt: skip


def test_evidence_of_a_claim_that_is_no_more_goes_with_it(reports):
    reports.claims(toys.supported, toys.qualified)
    reports.examine()
    foreign = reports.folder / "evidence" / "mine.json"
    foreign.write_text('{"not": "ours"}')
    reports.claims(toys.supported)
    reports.examine("--only", toys.supported.id)
    both = {name for name in files(reports.folder) if name.startswith("evidence/")}
    reports.examine()

    left = {name for name in files(reports.folder) if name.startswith("evidence/")}
    assert left == {f"evidence/{toys.supported.id}.json", "evidence/mine.json"}
    assert both - left == {f"evidence/{toys.qualified.id}.json"}


def test_only_some_claims_go_to_the_scratch_folder_and_leave_the_record_alone(reports):
    reports.examine()
    before = files(reports.folder)
    code, said, _ = reports.examine("--only", "toys.numbers-are-small")

    assert code == ALL_PINNED
    assert "1 statements" in said
    after = files(reports.folder)
    assert {name: after[name] for name in before} == before
    assert {name for name in after.keys() - before.keys() if not name.startswith("scratch/only/")} == set()
    assert "scratch/only/verdicts.json" in after


def test_a_chapter_may_be_named_for_its_claims_and_none_is_examined_twice(reports):
    assert "4 statements" in reports.examine("--only", "toys", "--only", "toys.numbers-are-small")[1]


@pytest.mark.parametrize("profile", ["quick", "explore"])
def test_another_profile_goes_to_a_scratch_folder_of_its_own(reports, profile):
    reports.claims(toys.every_entry_is_a_square)
    reports.examine("--profile", profile)

    assert {name.split("/")[1] for name in files(reports.folder)} == {profile}


def test_a_quick_look_concludes_nothing(reports):
    code, said, _ = reports.examine("--profile", "quick")

    assert code == ALL_PINNED, "undecided is what a quick look is expected to be"
    assert "4 undecided" in said


def test_exploring_tries_its_luck_anew_and_a_verdict_run_does_not(reports):
    def entropies(luck):
        tasks = [Task(one.id, "tests.toys", each.name, "verdict", luck) for one in searched for each in one.readings]
        return [work._entropy(one, task) for one in searched for task in tasks if task.id == one.id]

    searched, drawn = (toys.supported, toys.tight), []
    reports.monkeypatch.setattr("reports.commands.verify.run.secrets.randbits", lambda bits: drawn.append(bits) or 12345)
    reports.claims(toys.supported, toys.every_entry_is_a_square)
    reports.examine()
    assert drawn == []
    reports.examine("--profile", "explore")
    assert drawn == [48]
    assert not set(entropies(12345)) & set(entropies(0))

    usual, other = (
        [one.entropy for one in read_evidence(folder / "evidence" / f"{toys.supported.id}.json").readings]
        for folder in (reports.folder, reports.folder / "scratch" / "explore")
    )
    assert usual == entropies(0)[:2]
    assert other == entropies(12345)[:2]


# --- nothing is ever half written -----------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["replace", "chmod"])
def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path, monkeypatch, step):
    path = tmp_path / "record.json"
    write_whole(path, b"old")

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, step, fail)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, b"new")
    assert files(tmp_path) == {"record.json": b"old"}


def test_a_write_that_breaks_off_in_the_middle_leaves_the_old_file_and_no_other(tmp_path):
    path = tmp_path / "record.json"
    write_whole(path, b"old")

    with pytest.raises(TypeError):
        write_whole(path, "text, not bytes")
    assert files(tmp_path) == {"record.json": b"old"}


def test_a_disk_that_fills_up_is_a_line_and_leaves_the_record(reports):
    reports.examine()
    before = reports.record.read_bytes()

    def fail(path, content):
        raise OSError(28, "No space left on device", str(path))

    reports.monkeypatch.setattr("reports.running.examination.write_whole", fail)
    assert "No space left on device" in reports.refuses("--workers", 1)
    assert reports.record.read_bytes() == before


def test_evidence_is_on_disk_before_anything_is_judged(reports):
    def stop(*_):
        raise EvidenceError("stopped at the judge")

    reports.monkeypatch.setattr("reports.commands.verify.run.make_record", stop)
    assert "stopped at the judge" in reports.refuses("--workers", 1)
    assert {path.stem for path in (reports.folder / "evidence").iterdir()} == {one.id for one in toys.QUICK_TOYS}
    assert not reports.record.exists()


KILLED = """
import sys, time
from pathlib import Path
from claims.catalogue import Entry
from reports.__main__ import main
from reports.commands import statements
from reports.running import work
from tests import toys

def slowly(task, examine=work.examine):
    time.sleep(0.2)
    return examine(task)

toys = [Entry(one.id, "tests.toys", one.defined_at) for one in toys.QUICK_TOYS]
statements.entries, statements.KEPT = lambda *_: toys, Path(sys.argv[1]) / "kept"
work.examine = slowly
sys.argv = ["reports", "--workers", "1", "--out", sys.argv[1]]
sys.exit(main())
"""


def test_a_run_that_is_killed_leaves_the_last_whole_record(tmp_path):
    start = [sys.executable, "-c", KILLED, str(tmp_path)]
    (tmp_path / "verdicts.json").write_bytes(b"the last record")
    evidence = tmp_path / "evidence"

    with subprocess.Popen(start, cwd=ROOT, stdout=subprocess.DEVNULL) as run:
        until = time.monotonic() + 60
        while not list(evidence.glob("*.json")) and time.monotonic() < until:
            time.sleep(0.02)
        run.send_signal(signal.SIGKILL)
        run.wait()

    assert run.returncode == -signal.SIGKILL
    assert (tmp_path / "verdicts.json").read_bytes() == b"the last record"
    written = list(evidence.glob("[!.]*.json"))
    assert 0 < len(written) < len(toys.QUICK_TOYS)
    assert all(json.loads(path.read_bytes())["id"] == path.stem for path in written)


def test_equal_values_are_equal_bytes_whatever_the_order_they_were_made_in():
    assert as_json({"b": 1, "a": [0.1, "é"]}) == as_json({"a": [0.1, "é"], "b": 1})
    assert json.loads(as_json({"a": [0.1, "é"]})) == {"a": [0.1, "é"]}


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_json_has_no_number_for_is_never_written(value):
    with pytest.raises(ValueError, match="JSON"):
        as_json({"strain": value})


TWO_WORKERS = """
import sys
from pathlib import Path
from reports.__main__ import main
from reports.commands import statements
statements.KEPT = Path(sys.argv[1]) / "kept"
sys.argv = ["reports", "--workers", "2", "--only", "gradients", "--out", sys.argv[1]]
if __name__ == "__main__":
    sys.exit(main())
"""


def children(pid):
    """The processes below one, children of children too."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = [tuple(map(int, line.split())) for line in listed.splitlines()]
    mine = [child for child, parent in parents if parent == pid]
    return mine + [below for child in mine for below in children(child)]


def wait_until(true, seconds=60):
    """Whether it became true in time."""
    until = time.monotonic() + seconds
    while not true() and time.monotonic() < until:
        time.sleep(0.05)
    return true()


DRAWING = """
import time
from reports.pages import pictures, upkeep
upkeep.STORE = upkeep.Store(None)  # which has no picture of it
pictures.begin([{"data": {"values": [{"n": 1}]}, "mark": "bar", "encoding": {"x": {"field": "n", "type": "quantitative"}}}])
time.sleep(600)
"""


@pytest.mark.skipif(shutil.which("ps") is None, reason="needs ps to see processes")
@pytest.mark.parametrize(
    ("program", "below_it"),
    [
        pytest.param(TWO_WORKERS, ["resource tracker", "fork server", "worker", "worker"], id="while it examines"),
        pytest.param(DRAWING, ["resource tracker", "process that draws"], id="while it draws"),
    ],
)
def test_no_process_stays_behind_when_a_run_is_killed(tmp_path, program, below_it):
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], cwd=ROOT) as run:
        assert wait_until(lambda: len(children(run.pid)) == len(below_it))
        below = children(run.pid)
        run.kill()

    # Workers may still be importing torch; only then do they look after the run.
    assert wait_until(lambda: not set(below) & set(all_processes()))


def all_processes():
    """Those that still run: one that is over may stay listed until somebody asks for its exit code."""
    listed = subprocess.run(["ps", "-eo", "pid=,stat="], capture_output=True, text=True, check=True).stdout
    return [int(pid) for pid, state in map(str.split, listed.splitlines()) if not state.startswith("Z")]


def test_a_worker_that_dies_is_a_line_and_leaves_the_record(reports):
    reports.examine()
    before = reports.record.read_bytes()

    def die(*_):
        raise BrokenProcessPool("terminated abruptly")

    reports.monkeypatch.setattr("reports.running.examination._spread", die)
    assert "--workers 1" in reports.refuses("--workers", 2)
    assert reports.record.read_bytes() == before
