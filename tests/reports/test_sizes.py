"""The committed record as a site and as one file: small enough to keep and to mail."""

import shutil
from time import perf_counter

from claims.evidence.evidence import read_evidence
from claims.evidence.keys import ROOT
from claims.evidence.tried import TRIED
from claims.texts import the_text
from reports.pages.pages import write_single, write_site
from reports.record.record import read_record
from tests.reports.sites import lost_links, read

REPORTS = ROOT / "reports"
SITE, ONE_FILE = 10_000_000, 4_300_000  # bytes


def test_the_site_and_the_one_file_of_the_whole_record_stay_small_and_every_link_arrives(tmp_path):
    record = read_record(REPORTS / "verdicts.json")
    evidence = {one.id: read_evidence(REPORTS / "evidence" / f"{one.id}.json") for one in record.claims}
    shutil.copy(REPORTS / TRIED, tmp_path)
    started = perf_counter()
    site = write_site(record, evidence, tmp_path, the_text().bibliography).parent
    print(f"site written in {perf_counter() - started:.1f} s")  # 10 s are allowed, on a machine that does nothing else
    files = read(site)

    assert sum('<details class="tried">' in text for text in files.values()) > 0
    assert sum(len(text.encode()) for text in files.values()) < SITE
    assert lost_links(files) == []
    assert write_single(record, evidence, tmp_path, the_text().bibliography).stat().st_size < ONE_FILE
