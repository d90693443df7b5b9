"""Settings for all tests: one thread, no deadline, and in CI the same cases every time.

The tensors are tiny and the cores shared. What is timed in a first call is torch loading itself, not the
code on trial. Fifty cases: where the numbers come from a seed, each case is a thousand random numbers already.
"""

import os
from types import SimpleNamespace

import pytest
import torch
from hypothesis import Phase, settings

from claims.texts import VARIABLE

torch.set_num_threads(1)
settings.register_profile("tests", settings(deadline=None, max_examples=50, derandomize=bool(os.environ.get("CI"))))
settings.load_profile("tests")


@pytest.fixture
def no_shrinking(monkeypatch):
    """Small counterexamples take most of the time; they are tried on toys, and matter to no outcome."""
    phases = SimpleNamespace(generate=Phase.generate, target=Phase.target, shrink=Phase.target)
    monkeypatch.setattr("claims.kit.engines.search.Phase", phases)  # by name, so that whoever starts workers need not import it


@pytest.fixture(scope="session", autouse=True)
def _store_of_its_own(tmp_path_factory):
    """Pictures and pages that tests make are no matter of this machine's store."""
    from reports.pages import upkeep

    upkeep.STORE = upkeep.Store(tmp_path_factory.mktemp("checked"))


@pytest.fixture(autouse=True)
def _text_of_its_own(monkeypatch):
    """Which text a test means is no matter of the next."""
    monkeypatch.setenv(VARIABLE, "")  # so that it is put back


def pytest_collection_modifyitems(items) -> None:
    """What takes a minute begins at once, so that no process is left with it at the end."""
    items.sort(key=lambda item: "test_soundness" not in item.nodeid)


SECTIONS = {
    "mutant": "mutants of impls/, and the claims whose verdict they changed",
    "soundness": "changes of definitions, and how many readings each would have examined again",
}


def pytest_terminal_summary(terminalreporter) -> None:
    """Print who caught which mutant (test_mutants.py), in the order of its table, and what keys would have cost."""
    for wanted, title in SECTIONS.items():
        passed = terminalreporter.getreports("passed")
        told = [text for report in passed for name, text in report.user_properties if name == wanted]
        if told:
            terminalreporter.section(title)
            for text in sorted(told):
                terminalreporter.write_line(text)
