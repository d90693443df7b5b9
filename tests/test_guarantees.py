"""`docs/guarantees.md`: every promise has tests that there are, and no figure on it is typed."""

import re

import pytest

from claims.evidence.keys import ROOT
from tests.guarantees import FIGURES, PAGE, missing, page, parts

PROMISES = [one for part in parts() for one in part.promises]


@pytest.mark.parametrize("promise", PROMISES, ids=lambda one: one.says[:60])
def test_a_promise_is_held_by_tests_that_there_are(promise):
    assert promise.tests
    assert [one for one in promise.tests if missing(one)] == []
    assert promise.says.endswith(".")
    assert not re.search(r"\d", promise.says.replace("100 MB", "")), "a figure is worked out"


def test_the_page_is_what_the_records_say():
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m tests.guarantees writes it anew"


def test_every_figure_is_shown_once():
    assert sorted(one.figure for one in PROMISES if one.figure) == sorted(FIGURES)


def test_a_test_that_there_is_not_is_missing():
    assert missing("test_guarantees.py::test_that_nobody_wrote")
    assert missing("test_nowhere.py::test_the_page_is_what_the_records_say")
    assert not missing("test_guarantees.py::test_the_page_is_what_the_records_say")


def test_the_readme_leads_to_the_page():
    assert "docs/guarantees.md" in (ROOT / "README.md").read_text(encoding="utf-8")
