"""The digest of a record: worked out by others, printed wherever a verdict is cited, and stated beside it by in-toto's words."""

import hashlib
import json
import re
import subprocess
import sys

import jcs
import msgspec
import pytest
import rispy
from google.protobuf import json_format
from in_toto_attestation.predicates.provenance.v1 import provenance_pb2
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
from pybtex.database import parse_string

from claims.evidence.evidence import as_json
from claims.evidence.keys import ROOT
from reports.exports.statement import FILE, PREDICATE, RECORD, statement
from reports.record.digests import canonical_digest, digest_of_bytes, digest_of_record
from reports.record.record import read_record, with_digest
from reports.text.citing import RECOMPUTED, bibtex, citation, citations
from reports.text.markdown import as_markdown
from tests import toys
from tests.reports import made

COMMITTED = ROOT / "reports" / RECORD
RECORDS = pytest.mark.parametrize(
    "path", [COMMITTED, ROOT / "examples" / "attention" / "report" / RECORD], ids=["own", "example"]
)
ID = "toys.small-numbers-are-small"
STAMPED = with_digest(made.record())
DIGEST = STAMPED.run.digest


@RECORDS
def test_a_second_implementation_comes_to_the_same(path):
    canonical = jcs.canonicalize(json.loads(path.read_bytes()))

    assert hashlib.sha256(canonical).hexdigest() == digest_of_record(path) == read_record(path).run.digest


@RECORDS
def test_the_verdicts_as_text_name_the_record_that_they_are_of(path):
    assert digest_of_record(path) in path.with_name("verdicts.md").read_text(encoding="utf-8")


def test_spaces_and_the_order_of_keys_are_nothing_and_a_word_is_something():
    document = json.loads(as_json(made.record()))
    turned = json.loads(json.dumps(dict(reversed(document.items())), indent=7))

    assert canonical_digest(turned) == canonical_digest(document)
    turned["claims"][0]["why"] += "."
    assert canonical_digest(turned) != canonical_digest(document)


def test_what_changes_from_run_to_run_is_no_part_of_it():
    later = msgspec.structs.replace(STAMPED, run=msgspec.structs.replace(STAMPED.run, date="2030-01-01T00:00:00", commit="b"))

    assert with_digest(later).run.digest == DIGEST


@pytest.mark.parametrize(
    "document", [{"a": 2**53}, {"a": float("nan")}, {"a": "\ud800"}], ids=["large", "no number", "half a sign"]
)
def test_what_has_no_canonical_form_is_refused(document):
    with pytest.raises(ValueError, match=r"\w"):
        canonical_digest(document)


@pytest.mark.parametrize("others", [False, True], ids=["this record", "another record"])
def test_anybody_works_it_out_in_three_lines_of_a_shell(reports, others):
    reports.examine()
    page = (reports.folder / "site" / "provenance.html").read_text(encoding="utf-8")
    record = read_record(reports.record)
    _, work_out, compare = (one.format(digest=record.run.digest) for one in RECOMPUTED)
    assert page.count('class="command"') >= 4
    assert record.run.digest in page
    if others:
        reports.record.write_bytes(reports.record.read_bytes().replace(b"supported", b"qualified"))
    lines = f"{work_out.replace('python', sys.executable, 1)}\n{compare}"
    done = subprocess.run(["sh", "-c", lines], cwd=reports.folder, capture_output=True, text=True, check=False)

    assert ("It is that record." in done.stdout) is not others
    assert (done.returncode == 0) is not others, done.stderr


def test_two_runs_that_come_to_the_same_have_one_digest_and_write_no_page_but_the_first(reports):
    reports.keyed(toys.supported)
    reports.examine("--only", ID, "--out", reports.folder)
    first = read_record(reports.record).run.digest
    page = reports.folder / "site" / "claims" / f"{ID}.html"
    before = page.read_bytes()
    reports.examine("--only", ID, "--out", reports.folder)

    assert read_record(reports.record).run.digest == first
    assert page.read_bytes() == before


def test_every_page_says_of_which_record_it_is_and_no_record_does(reports):
    reports.examine("--single")
    reports.run("slides")
    reports.run("handout")
    digest = read_record(reports.record).run.digest
    pages = sorted((reports.folder / "site").rglob("*.html"))

    assert len(pages) > 10
    assert [one.name for one in pages if digest[:12] not in one.read_text(encoding="utf-8")] == []
    assert digest not in reports.record.read_text(encoding="utf-8")
    assert digest in (reports.folder / "site" / "index.html").read_text(encoding="utf-8")


def test_every_way_to_cite_has_it_whole():
    claim = STAMPED.claims[0]
    found = citations(claim, STAMPED) | {"report": citation(STAMPED), "report in BibTeX": bibtex(STAMPED)}

    assert [name for name, text in found.items() if f"sha256:{DIGEST}" not in text] == []
    (entry,) = rispy.loads(found["RIS"] + "\n")
    assert f"sha256:{DIGEST}" in str(entry)
    assert f"sha256:{DIGEST}" in json.loads(found["CSL-JSON"])[0]["note"]
    assert f"sha256:{DIGEST}" in parse_string(found["BibTeX"], "bibtex").entries[claim.id].fields["note"]
    assert DIGEST in as_markdown(STAMPED)


# --- the statement --------------------------------------------------------------------------------------------------


def parsed(document):
    """As in-toto's own package reads it."""
    read = Statement.copy_from_pb(json_format.ParseDict(document, statement_pb2.Statement()))
    read.validate()
    return read.pb


def test_in_toto_reads_the_statement_and_slsa_its_predicate(reports):
    reports.examine()
    document = json.loads((reports.folder / FILE).read_bytes())
    read = parsed(document)
    provenance = json_format.ParseDict(document["predicate"], provenance_pb2.Provenance())

    assert read.predicate_type == PREDICATE
    assert provenance.build_definition.build_type == document["predicate"]["buildDefinition"]["buildType"]
    assert "unsigned" in provenance.run_details.builder.id
    assert re.match(r"\d{4}-", provenance.run_details.metadata.finished_on.ToJsonString())
    told = {one.name: one.digest["sha256"] for one in read.subject}
    assert told == {name: digest_of_bytes(reports.folder / name) for name in told}
    (record,) = (one for one in read.subject if one.name == RECORD)
    assert record.annotations["canonicalSha256"] == digest_of_record(reports.record)


@pytest.mark.parametrize("harm", [
    lambda told: told.update(_type="another"), lambda told: told.update(subject=[]),
    lambda told: told["subject"][0].update(digest={}), lambda told: told.update(more=1), lambda told: told.pop("predicate"),
], ids=["type", "subjects", "digest", "field", "predicate"])  # fmt: skip
def test_in_toto_refuses_what_is_no_statement(harm):
    document = json.loads(as_json(statement(STAMPED, {RECORD: "0" * 64})))
    parsed(document)
    harm(document)

    with pytest.raises((ValueError, json_format.ParseError)):
        parsed(document)


def test_it_speaks_of_every_file_of_the_report_but_what_is_written_on_demand(reports):
    reports.examine("--single")
    reports.run("slides")
    told = {one["name"] for one in json.loads((reports.folder / FILE).read_bytes())["subject"]}
    there = {one.relative_to(reports.folder).as_posix() for one in reports.folder.rglob("*") if one.is_file()}

    assert there - told == {FILE, ".run.lock", "site/single.html", "site/slides.html"}
    assert told <= there
