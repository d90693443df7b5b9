"""A real browser on the real site: Debian's chromium, driven by playwright, on pages made of the committed record.

Where there is no chromium these tests are skipped, and say so; `.ci/run` installs it."""

import shutil
from pathlib import Path

import pytest

from claims.evidence.evidence import read_evidence
from claims.evidence.keys import ROOT
from claims.texts import the_text
from reports.classroom.writing import handout_of, slides_of
from reports.essay.page import read_copy, write_copy
from reports.pages.pages import write_single, write_site, write_start
from reports.record.record import Record, read_record
from tests.reports.made import with_its_words

REPORTS = ROOT / "reports"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
HERE = ("file:", "data:", "blob:")
ESSAY = """# On memory <script>document.title = "broken into"</script>

A chain of states keeps *everything* it has read, says [one](javascript:alert(1)) author. Another says less.

| network | memory |
|---|---|
| plain | short |

```mermaid
graph LR; a --> b
```
"""


@pytest.fixture(scope="session")
def whole() -> Record:
    """The committed record, with the vocabulary as it is now."""
    return with_its_words(read_record(REPORTS / "verdicts.json"))


@pytest.fixture(scope="session")
def site(whole, tmp_path_factory) -> Path:
    """The whole site of the committed record, with the deck, the handout, the one file and a reader's essay."""
    folder = tmp_path_factory.mktemp("reports")
    record = whole
    evidence = {one.id: read_evidence(REPORTS / "evidence" / f"{one.id}.json") for one in record.claims}
    shutil.copy(REPORTS / "verdicts.json", folder)
    shutil.copytree(REPORTS / "evidence", folder / "evidence")
    write_site(record, evidence, folder, the_text().bibliography)
    write_single(record, evidence, folder, the_text().bibliography)
    slides_of(folder, [], "slides").write()
    handout_of(folder, [], "handout").write()
    essay = folder / "essay.md"
    essay.write_text(ESSAY, encoding="utf-8")
    write_copy(read_copy(essay), record, folder)
    write_start(record, folder, the_text().bibliography)
    return folder / "site"


@pytest.fixture(scope="session")
def browser():
    if CHROMIUM is None:
        pytest.skip("no chromium here: install it, for instance with apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


class Visit:
    """A reader at a page: what the console said of errors, and what was asked for beyond this machine."""

    def __init__(self, browser, site, **how):
        self.site, self.errors, self.asked = site, [], []
        self.context = browser.new_context(**how)
        self.page = self.context.new_page()
        self.page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.context.on("request", lambda one: None if one.url.startswith(HERE) else self.asked.append(one.url))

    def open(self, name):
        path, _, rest = name.partition("#")
        self.page.goto((self.site / path).as_uri() + (f"#{rest}" if rest else ""))
        return self.page


@pytest.fixture
def visit(browser, site):
    """Open pages; at the end nothing was asked for beyond this machine, and the console is empty."""
    begun = []

    def begin(**how):
        begun.append(Visit(browser, site, **how))
        return begun[-1]

    yield begin
    for one in begun:
        one.context.close()
        assert one.asked == []
        assert one.errors == []
