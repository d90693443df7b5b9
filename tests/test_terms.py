"""The words that people ask with: every term leads to claims that there are, and none leads two ways."""

from collections import Counter
from pathlib import Path

import pytest

from claims.catalogue import catalogue
from claims.kit.terms import Term, read_terms
from claims.texts import the_text
from reports.record.making import terms_of

TERMS = read_terms(the_text().folder / "terms.toml")


def test_every_term_leads_to_claims_that_there_are() -> None:
    known = {one.id for one in catalogue().entries}

    assert {id for one in TERMS for id in one.claims} <= known
    assert all(one.names and one.claims for one in TERMS)


def test_a_name_stands_once_and_so_does_a_claim_of_a_term() -> None:
    names = Counter(name.lower() for one in TERMS for name in one.names)

    assert [name for name, count in names.items() if count > 1] == []
    assert [one.names[0] for one in TERMS if len(set(one.claims)) < len(one.claims)] == []


def test_every_chapter_can_be_asked_for() -> None:
    assert {id.partition(".")[0] for one in TERMS for id in one.claims} == {
        one.id.partition(".")[0] for one in catalogue().entries
    }


def test_a_record_has_the_terms_that_lead_into_it() -> None:
    terms = [Term(names=["here"], claims=["a.b", "a.c"]), Term(names=["elsewhere"], claims=["a.d"])]

    assert [(one.names, one.claims) for one in terms_of(terms, {"a.c"})] == [(["here"], ["a.c"])]


def test_a_file_with_mistakes_is_named(tmp_path: Path) -> None:
    (tmp_path / "terms.toml").write_text('[[term]]\nname = ["x"]\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"terms\.toml: .*a row has names and claims"):
        read_terms(tmp_path / "terms.toml")
