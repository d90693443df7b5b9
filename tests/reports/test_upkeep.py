"""What is left as it is when the site is written again, and what is not."""

import os
import subprocess
import sys
from typing import Any

import msgspec
import pytest

from claims.evidence.keys import ROOT
from claims.evidence.store import Store
from reports.pages import pictures, upkeep
from reports.pages.pages import Pages, write_site
from reports.record.record import ClaimRecord, with_digest
from tests.reports.made import BIB, WORDS, chart, claim, evidence, fact, record

LATER = "2027-01-01T00:00:00+00:00"


class Site:
    """A site that is written again and again, on a machine of its own."""

    def __init__(self, folder, monkeypatch):
        self.folder, self.rendered = folder, []
        self.bibliography = folder / "sources.bib"
        self.bibliography.write_text(BIB, encoding="utf-8")
        monkeypatch.setattr(upkeep, "STORE", Store(folder / "checked"))
        forget_pictures()
        plain = Pages._page

        def seen(self_, template, here, **more):
            self.rendered.append(template)
            return plain(self_, template, here, **more)

        monkeypatch.setattr(Pages, "_page", seen)

    def write(self, made, figure=None, folder="reports"):
        """The files by name, and the names of those that were written."""
        before = self.times()
        self.rendered.clear()
        site = write_site(made, evidence(made, figure), self.folder / folder, self.bibliography).parent
        after = self.times()
        return {name: (site / name).read_bytes() for name in names(site)}, {n for n in after if after[n] != before.get(n)}

    def times(self):
        site = self.folder / "reports" / "site"
        return {name: (site / name).stat().st_mtime_ns for name in names(site)}


def forget_pictures():
    """As another process knows none."""
    pictures._drawn.cache_clear()
    pictures._on_its_way.cache_clear()


def names(site):
    return [file.relative_to(site).as_posix() for file in site.rglob("*") if file.is_file()]


@pytest.fixture
def site(tmp_path, monkeypatch):
    return Site(tmp_path, monkeypatch)


def run_later(made):
    return msgspec.structs.replace(made, run=msgspec.structs.replace(made.run, date=LATER, commit="fedcba987654", seconds=9.0))


def taught(made, place, **other: Any):
    """The same with another claim in that place."""
    claims = [msgspec.structs.replace(one, **other) if n == place else one for n, one in enumerate(made.claims)]
    return msgspec.structs.replace(made, claims=claims)


def test_where_nothing_changed_nothing_is_rendered_or_drawn(site, monkeypatch):
    first, written = site.write(record(), chart())
    assert set(first) == written
    forget_pictures()
    monkeypatch.setattr(pictures, "_pencils", None)
    assert site.write(record(), chart()) == (first, set())
    assert site.rendered == []


def test_another_run_that_found_the_same_is_named_on_the_start_page_alone(site):
    site.write(record(), chart())
    files, written = site.write(run_later(record()), chart())
    assert written == {"index.html"}
    assert LATER in files["index.html"].decode()


def test_a_page_that_shows_nothing_new_still_says_of_which_record_it_is(site):
    made = record()
    site.write(with_digest(made))
    other = with_digest(taught(made, 2, teach="Say something else."))
    files, written = site.write(other)

    assert written >= {name for name in files if name.endswith(".html")}
    assert [name for name, page in files.items() if name.endswith(".html") and other.run.digest.encode() not in page] == []


def test_other_words_of_a_claim_are_written_where_they_are_shown(site):
    made = record()
    site.write(made, chart())
    files, written = site.write(run_later(taught(made, 2, teach="Say something else.")), chart())
    own = "claims/gradients.is-refuted.html"
    shows = {name for name in files if b"Say something else." in files[name]}
    assert shows | {"assets/index.js"} == written == {own, "instead.html", "index.html", "assets/index.js"}
    assert LATER in files[own].decode()


@pytest.mark.parametrize("place", range(len(WORDS) + 1))
@pytest.mark.parametrize(
    "other",
    [
        {"says": "Otherwise."}, {"why": "Otherwise."}, {"teach": "Otherwise."}, {"not_shown": "All."}, {"verdict": "undecided"},
        {"expected": "undecided"}, {"by": "trials"}, {"cites": ["hochreiter1997"]}, {"lines": [7]}, {"readings": []},
        {"figure": None}, {"uses": ["gradients.is-refuted"]}, {"defined_at": "claims/rnns/needed.py:1"}, {"fact": None},
    ],
    ids=lambda other: next(iter(other)),
)  # fmt: skip
def test_what_was_left_is_what_would_have_been_written(site, place, other):
    """Whatever changes in a claim: a site written again is the site that is written from nothing."""
    made = record(*map(claim, WORDS), fact())
    site.write(made)
    changed = taught(made, place, **other)
    assert site.write(changed)[0] == site.write(changed, folder="anew")[0]


def test_another_figure_bibliography_or_evidence_is_written(site):
    made = record()
    site.write(made, chart())
    other = chart() | {"mark": "line"}
    assert site.write(made, other)[0] == site.write(made, other, folder="anew")[0]
    site.bibliography.write_text(BIB.replace("Difficulty", "Ease"), encoding="utf-8")
    assert "Ease" in site.write(made, other)[0]["references.html"].decode()


def test_other_code_writes_all_pages(site, monkeypatch):
    first, _ = site.write(record())
    monkeypatch.setattr(upkeep, "_renders", lambda: b"of other code")
    assert site.write(record()) == (first, set()), "the same bytes are not written again"
    assert site.rendered.count("claim_page.html") == len(WORDS)


@pytest.mark.parametrize("touched", ["index.html", "claims/gradients.is-refuted.html", "assets/style.css"])
def test_a_page_that_others_changed_or_removed_is_written_again(site, touched):
    first, _ = site.write(record())
    place = site.folder / "reports" / "site" / touched
    place.write_text("edited by hand", encoding="utf-8")
    assert site.write(record()) == (first, {touched})
    place.unlink()
    assert site.write(record())[0] == first


@pytest.mark.parametrize("harm", [lambda content: content[: len(content) // 2], lambda content: content.replace(b"svg", b"gvs")])
def test_a_picture_that_is_torn_in_the_store_is_drawn_anew(site, harm):
    first, _ = site.write(record(), chart())
    (kept,) = (file for file in (site.folder / "checked" / "pictures").rglob("*") if file.is_file())
    kept.write_bytes(harm(kept.read_bytes()))
    assert upkeep.STORE.get("pictures", kept.name, str) is None
    forget_pictures()
    assert site.write(record(), chart(), folder="anew")[0] == first
    assert "</svg>" in upkeep.STORE.get("pictures", kept.name, str)


def test_where_nothing_can_be_kept_the_site_is_written_all_the_same(site, monkeypatch):
    (site.folder / "checked").write_text("no folder", encoding="utf-8")
    first, _ = site.write(record())
    assert site.write(record())[0] == first


TINY = """
import sys
from pathlib import Path
from reports.exports import write_exports
from reports.record.record import read_record
from reports.pages import upkeep
from reports.pages.pages import write_site
upkeep.STORE = upkeep.Store(None)
folder = Path(sys.argv[1])
made = read_record(folder / "verdicts.json")
write_site(made, {}, folder, folder / "sources.bib")
write_exports(made, folder)
print(*sys.modules)
"""
SLOW = {"torch", "scipy", "altair", "networkx", "hypothesis", "nltk", "pygments", "vl_convert", "numpy", "click", "claims.kit"}


def test_pages_of_a_record_without_figures_load_nothing_slow(tmp_path):
    from reports.record.record import write_record

    bare: ClaimRecord = claim("refuted", figure=None)
    write_record(record(bare), tmp_path)
    (tmp_path / "sources.bib").write_text(BIB, encoding="utf-8")
    said = subprocess.run(
        [sys.executable, "-c", TINY, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert SLOW & set(said.stdout.split()) == set()
