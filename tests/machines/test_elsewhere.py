"""A run by a real scheduler of Dask and three workers on loopback: the same evidence, whoever is killed; and who is refused."""

import os
import shutil
import signal

import pytest

from claims.evidence import stability
from claims.evidence.keys import ROOT
from claims.kit import told as telling
from reports.running import fresh
from reports.running.elsewhere import cluster
from reports.running.elsewhere.likeness import KINDS, OURS
from reports.running.elsewhere.sharing import Sharing
from tests import toys
from tests.machines.away import SLOW
from tests.machines.loopback import Loopback, end
from tests.reports.running import ALL_PINNED, Reports, files

AWAY = "tests.machines.away"


@pytest.fixture(scope="module")
def loopback(tmp_path_factory):
    with Loopback(tmp_path_factory.mktemp("dask")) as one:
        yield one.start(workers=3)


@pytest.fixture
def patient(monkeypatch):
    """Nobody waits for long."""
    monkeypatch.setattr(cluster, "PATIENCE", 2)


@pytest.fixture
def slow(reports, monkeypatch):
    monkeypatch.setattr(telling, "TRAINED", AWAY)
    reports.keyed(*SLOW, module=AWAY)
    return reports


@pytest.fixture(scope="module")
def at_home(tmp_path_factory):
    """Evidence of the same claims, examined in this process."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(telling, "TRAINED", AWAY)
        capsys = type("Silent", (), {"readouterr": lambda _: type("Said", (), {"out": "", "err": ""})})()
        one = Reports(tmp_path_factory.mktemp("home") / "reports", patched, capsys)
        one.keyed(*SLOW, module=AWAY)
        assert one.examine()[0] == ALL_PINNED
        return evidence(one)


def evidence(reports):
    """Every byte of it, but for the seconds that training took."""
    found = files(reports.folder / "evidence")
    return {name: text for name, text in found.items() if "/" not in name}, sorted(name for name in found if "/" in name)


def test_evidence_is_the_same_byte_for_byte_as_at_home(slow, loopback, at_home):
    code, said, complaint = slow.run("--dask", loopback.address)
    assert (code, complaint) == (ALL_PINNED, "")
    assert "Helping: " in said
    assert "2 examined now" in said
    assert evidence(slow) == at_home


def test_what_is_known_is_not_sent(slow, loopback, at_home, monkeypatch):
    assert slow.examine()[0] == ALL_PINNED
    monkeypatch.setattr(cluster.Cluster, "send", lambda *_: pytest.fail("something was sent"))
    assert slow.run("--dask", loopback.address)[0] == ALL_PINNED
    assert evidence(slow) == at_home


@pytest.mark.parametrize("after", [1, 9])
def test_a_worker_that_is_killed_half_way_changes_nothing(slow, loopback, at_home, monkeypatch, after):
    taken, usual = [], Sharing._take

    def take(self, one):
        taken.append(one)
        if len(taken) == after:
            end(loopback.workers.pop(0))
        usual(self, one)

    monkeypatch.setattr(Sharing, "_take", take)
    code, _, complaint = slow.run("--dask", loopback.address, "--fresh")
    loopback.start_worker()
    assert (code, complaint) == (ALL_PINNED, "")
    assert len(taken) > after
    assert evidence(slow) == at_home


def test_the_process_that_did_the_work_is_killed_and_the_worker_goes_on(slow, loopback, at_home, monkeypatch):
    taken, usual = [], Sharing._take

    def take(self, one):
        taken.append(one)
        if len(taken) == 2:
            hands = self.cluster.client.run(hand_of_a_worker)
            os.kill(next(iter(hands.values())), signal.SIGKILL)
        usual(self, one)

    monkeypatch.setattr(Sharing, "_take", take)
    assert slow.run("--dask", loopback.address, "--fresh")[0] == ALL_PINNED
    assert evidence(slow) == at_home


def hand_of_a_worker():
    from reports.running.elsewhere.hand import THE

    return THE.process.pid


def test_stability_comes_out_as_at_home(reports, loopback):
    reports.keyed(toys.caught_by_luck, toys.supported, toys.nine_in_ten)
    reports.examine()

    def tried(*options):
        said = reports.run("stability", "--seeds", 3, *options)[1]
        kept = [reports.folder / name for name in (stability.FILE, fresh.FILE)]
        found = [one.read_bytes() for one in kept]
        for one in kept:
            one.unlink()
        return said, found

    said, away = tried("--dask", loopback.address)
    assert "Helping: 3 workers" in said
    assert away == tried("--workers", 2)[1]


# --- a scheduler that goes --------------------------------------------------------------------------------------------------


def once_five_are_taken(monkeypatch, happens):
    """Have this happen when five answers have come."""
    taken, usual = [], Sharing._take

    def take(self, one):
        taken.append(one)
        usual(self, one)
        if len(taken) == 5:
            happens()

    monkeypatch.setattr(Sharing, "_take", take)


def test_a_scheduler_that_is_started_again_is_found_and_what_was_lost_is_sent_again(slow, at_home, tmp_path, monkeypatch):
    with Loopback(tmp_path / "dask") as loopback:
        loopback.start(workers=1)

        def start_again():
            end(loopback.scheduler)
            loopback.start(workers=1)

        once_five_are_taken(monkeypatch, start_again)
        code, _, complaint = slow.run("--dask", loopback.address)
    assert (code, complaint) == (ALL_PINNED, "")
    assert evidence(slow) == at_home


def test_where_the_scheduler_stays_away_it_is_said_and_what_was_done_is_kept(slow, at_home, tmp_path, monkeypatch):
    with Loopback(tmp_path / "dask") as loopback:
        loopback.start(workers=1)

        def go_for_good():
            monkeypatch.setattr(cluster, "PATIENCE", 2)
            end(loopback.scheduler)

        once_five_are_taken(monkeypatch, go_for_good)
        complaint = slow.refuses("--dask", loopback.address)
    assert "the scheduler has gone" in complaint
    assert "the same command goes on from there" in complaint
    assert len(list((slow.folder / "evidence" / "runs" / "anew").glob("*.json"))) >= 4
    assert slow.examine()[0] == ALL_PINNED
    assert evidence(slow) == at_home


# --- who is refused ---------------------------------------------------------------------------------------------------------


def test_who_computes_otherwise_is_refused_by_name_and_the_others_go_on(slow, loopback, at_home):
    other = loopback.start_worker(ATEN_CPU_CAPABILITY="default")
    try:
        said = refusal(slow, loopback)
    finally:
        end(other)
        loopback.workers.remove(other)
    assert "the processor's vector units" in said
    assert "DEFAULT, here " in said
    assert evidence(slow) == at_home


def refusal(reports, loopback):
    """The line with which a worker is refused, sooner or later, by a run that others bring to its end."""
    for _ in range(20):
        code, said, complaint = reports.run("--dask", loopback.address, "--fresh")
        assert (code, complaint) == (ALL_PINNED, "")
        if "Refused: the worker tcp://127.0.0.1:" in said:
            return said
    raise AssertionError(said)


def test_one_of_other_sources_and_one_of_no_checkout_are_refused_and_where_no_other_is_there_it_ends(slow, tmp_path):
    copy, nowhere = tmp_path / "copy", tmp_path / "nowhere"
    nowhere.mkdir()
    for folder in (*OURS, "reports"):
        for one in (ROOT / folder).glob("*" if folder == "reports" else "**/*"):
            if one.suffix in KINDS and one.is_file():
                (to := copy / one.relative_to(ROOT)).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(one, to)
    shutil.copy(ROOT / "pyproject.toml", copy)
    (copy / "impls" / "__init__.py").write_text("# another version\n")
    with Loopback(tmp_path / "dask") as loopback:
        loopback.start()
        loopback.start_worker(cwd=copy)
        complaint = slow.refuses("--dask", loopback.address)
        assert "every worker is refused" in complaint
        assert "other sources: impls/__init__.py" in complaint
        end(loopback.workers.pop())
        loopback.start_worker(cwd=nowhere)
        assert "it was not started in a checkout of this version" in slow.refuses("--dask", loopback.address)
    assert not slow.record.exists()


def test_where_nobody_listens_or_nobody_works_it_is_said_in_a_line(slow, tmp_path, patient):
    with Loopback(tmp_path / "dask") as loopback:
        complaint = slow.refuses("--dask", loopback.address)
        assert "no scheduler answers there" in complaint
        loopback.start()
        complaint = slow.refuses("--dask", loopback.address)
        assert f"no worker for 2 s; start one in a checkout: dask worker {loopback.address} --nthreads 1" in complaint
    assert not slow.record.exists()


def test_without_dask_it_is_said_what_to_install(slow, monkeypatch):
    monkeypatch.setattr(cluster.importlib.util, "find_spec", lambda name: None)
    complaint = slow.refuses("--dask", "local")
    assert "distributed" in complaint
    assert "python -m pip install --group dask" in complaint


def test_a_text_outside_the_checkout_is_not_sent(slow, monkeypatch, tmp_path):
    monkeypatch.setattr(cluster, "the_text", lambda: type("Text", (), {"folder": tmp_path}))
    assert "lies outside" in slow.refuses("--dask", "local")


# --- both of it here --------------------------------------------------------------------------------------------------------


def test_local_starts_scheduler_and_workers_and_comes_to_the_same(slow, at_home):
    code, said, complaint = slow.run("--dask", "local", "--workers", 2)
    assert (code, complaint) == (ALL_PINNED, "")
    assert "of local." in said
    assert evidence(slow) == at_home
