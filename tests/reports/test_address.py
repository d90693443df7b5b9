"""Where the report is published, if that is said: pages, citations and exports name it, and the record is the same."""

import json

import pytest

from reports.record.record import read_record

AT = "https://example.org/a_b/"
ID = "toys.numbers-are-small"


@pytest.mark.parametrize("given", [AT, AT.rstrip("/"), f"{AT}index.html"])
def test_pages_citations_and_exports_name_it(reports, given):
    reports.examine("--address", given)
    page = (reports.folder / "site" / "claims" / f"{ID}.html").read_text(encoding="utf-8")
    start = (reports.folder / "site" / "index.html").read_text(encoding="utf-8")
    at = f"{AT}claims/{ID}.html"

    assert f'<link rel="canonical" href="{at}">' in page
    assert f'<link rel="canonical" href="{AT}">' in start
    assert page.count(at) > 6, "each format has it, and what is said above them"
    assert rf"institution = {{\url{{{AT}}}}}" in start
    reviews = json.loads((reports.folder / "claim-reviews.jsonld").read_bytes())["@graph"]
    assert at in {one["url"] for one in reviews}
    root = json.loads((reports.folder / "ro-crate-metadata.json").read_bytes())["@graph"][1]
    assert (root["@id"], root["url"]) == ("./", AT)


def test_the_record_is_the_same_and_the_next_run_has_to_say_it_again(reports):
    reports.examine()
    before, page = reports.record.read_bytes(), reports.folder / "site" / "claims" / f"{ID}.html"
    reports.examine("--address", AT)

    assert reports.record.read_bytes() == before
    assert read_record(reports.record).run.address == AT
    assert AT in page.read_text(encoding="utf-8")
    reports.examine()
    assert AT not in page.read_text(encoding="utf-8")


def test_what_is_written_of_that_record_later_names_it_as_well(reports):
    reports.examine("--address", AT)
    reports.run("slides")

    assert AT in (reports.folder / "site" / "slides.html").read_text(encoding="utf-8")
