"""What pytest asks for, and is told of claims. `claims/conftest.py` hands it on."""

from pathlib import Path
from typing import Any

import pytest

from claims.kit.claim import ClaimError
from claims.testing.found import by_file
from claims.testing.how import HANDED_ON, chosen, register_profiles
from claims.testing.items import HOW, ClaimsFile

register_profiles()  # before Hypothesis loads one


def pytest_configure(config: pytest.Config) -> None:
    """Read off the options how to go about it."""
    handed_on = getattr(config, "workerinput", {}).get(HANDED_ON)
    profile, seed = (config.getoption(f"--hypothesis-{name}", None) for name in ("profile", "seed"))
    config.stash[HOW] = chosen(profile, seed, handed_on)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Let those who share the work draw under one seed."""
    node.workerinput[HANDED_ON] = node.config.stash[HOW].seed


def pytest_report_header(config: pytest.Config) -> str:
    """Say how hard it is tried, and under which seed."""
    return config.stash[HOW].words


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Any:
    """A file that makes claims is collected as such, and as no module of tests."""
    found = yield
    try:
        entries = by_file().get(file_path.resolve(), [])
    except ClaimError as problem:
        raise pytest.Collector.CollectError(str(problem)) from problem
    if not entries:
        return found
    made = ClaimsFile.from_parent(parent, path=file_path)
    made.entries = tuple(entries)
    return [*(one for one in found if not isinstance(one, pytest.Module)), made]
