"""A plugin of pytest, `-p tests.collecting`: it takes the claims of collected.py for those of a chapter, and one of another file
that cannot be imported. The claims themselves are imported when they are collected, as those of chapters are."""

import pytest
from hypothesis import is_hypothesis_test

from claims.catalogue import Entry, entries_of
from claims.evidence.keys import ROOT, here
from claims.testing import plugin
from claims.testing.plugin import pytest_collect_file, pytest_configure, pytest_configure_node, pytest_report_header

__all__ = ["pytest_collect_file", "pytest_configure", "pytest_configure_node", "pytest_report_header"]


def by_file():
    return {
        ROOT / "tests" / "collected.py": list(entries_of("tests.collected", here())),
        ROOT / "tests" / "toys.py": [Entry("toys.gone", "tests.not_there", "tests/toys.py:1")],
    }


plugin.by_file = by_file


def pytest_collection_finish(session):
    """Say what a fuzzer finds."""
    for item in session.items:
        if isinstance(item, pytest.Function) and is_hypothesis_test(item.obj):
            print("to fuzz:", item.nodeid)
