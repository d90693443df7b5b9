"""What the checkout is said to be: its commit, and whether anything but the report's own files is otherwise."""

import subprocess

import pytest

from reports.record import checkout

OUTPUTS = [
    "reports/verdicts.json", "reports/verdicts.md", "reports/evidence/a.claim.json", "reports/evidence/runs/one.json",
    "reports/badges/refuted.svg",
]  # fmt: skip
SOURCES = ["claims/a.py", "reports/pages/page.py", "reports/evidence/recorded/machine.json", "other/verdicts.json"]


@pytest.fixture
def report(tmp_path, monkeypatch):
    """The folder of the report, in a checkout where everything is committed."""
    for name in OUTPUTS + SOURCES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("as it was")
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "all"]):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *words], cwd=tmp_path, check=True)
    monkeypatch.setattr(checkout, "ROOT", tmp_path)
    return tmp_path / "reports"


@pytest.mark.parametrize("name", OUTPUTS)
def test_what_a_run_writes_is_no_change(report, name):
    clean = checkout.commit(report)
    (report.parent / name).write_text("written anew")

    assert len(clean) == 12
    assert checkout.commit(report) == clean


@pytest.mark.parametrize("name", SOURCES)
def test_anything_else_is_one(report, name):
    clean = checkout.commit(report)
    (report.parent / name).write_text("edited")

    assert checkout.commit(report) == f"{clean}+"


def test_a_report_of_elsewhere_takes_nothing_out(report, tmp_path_factory):
    (report / "verdicts.json").write_text("written anew")

    assert checkout.commit(tmp_path_factory.mktemp("elsewhere")).endswith("+")


def test_outside_of_a_checkout_there_is_no_commit(tmp_path, monkeypatch):
    monkeypatch.setattr(checkout, "ROOT", tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))

    assert checkout.commit(tmp_path / "reports") == ""
