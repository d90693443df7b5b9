"""Texts beside the project's own: the one in `examples/`, one that lies outside of the checkout, and texts with mistakes."""

import json
import shutil
import subprocess
import sys
from importlib import metadata

import pytest

from claims import every_claim
from claims.evidence import keys
from claims.evidence.evidence import read_evidence
from claims.evidence.keys import ROOT
from claims.evidence.profiles import VERDICT
from claims.evidence.runs import read_runs, shelf
from claims.evidence.verdict import judge
from claims.kit.examine import examine_reading
from claims.texts import read_text
from reports.__main__ import main
from reports.commands import statements
from reports.record.record import read_record
from tests.executed import as_trained
from tests.pinning import groups

EXAMPLE = ROOT / "examples" / "attention"
RECORD = read_record(EXAMPLE / "report" / "verdicts.json")
IS_PINNED = any(one.name == "torch" and metadata.version("torch") in one.specifier for one in groups("run"))
BEGUN = 'title = "Notes on sums"\nnoun = "notes"\n[[chapter]]\nname = "sums"\ntitle = "Sums"\n'
DRAWS_ITS_OWN = '''"""Sums of pairs."""

from dataclasses import dataclass

from hypothesis import strategies as st

from claims.kit import at_most, claim, domain, reading


@dataclass(frozen=True)
class Pair:
    """Two numbers."""

    a: int
    b: int


@domain("pairs of numbers up to {most}")
def pairs(most):
    return st.builds(Pair, st.integers(0, most), st.integers(0, most))


@claim(
    "sums.at-most-ten", says="Two numbers add up to ten at most.", as_written=reading(pair=pairs(9)), expect="qualified",
    amended={"neither is above five": reading(pair=pairs(5))}, fails_for={"near miss: up to six": reading(pair=pairs(6))},
    teach="Count.",
)
def the_sum(pair):
    at_most(pair.a + pair.b, 10, "the sum")
'''


class Command:
    """`python -m reports`, in this process and with one worker, for whichever text is named."""

    def __init__(self, monkeypatch, capsys):
        self.monkeypatch, self.capsys = monkeypatch, capsys

    def __call__(self, *arguments):
        """Exit code, what it said, what it complained about."""
        keys.here.cache_clear()  # what lay on disk for the command before may lie there no more
        self.monkeypatch.setattr(sys, "argv", ["reports", *map(str, arguments)])
        code = main()
        said = self.capsys.readouterr()
        return code, said.out, said.err

    def refuses(self, *arguments):
        """The line that it ends with."""
        code, _, complaint = self(*arguments)
        assert (code, complaint.count("\n")) == (3, 1), complaint
        return complaint


@pytest.fixture
def command(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(statements, "KEPT", tmp_path / "kept")
    path, modules, homes, meant = [*sys.path], {*sys.modules}, dict(keys.HOMES), [*keys.TEXT]
    yield Command(monkeypatch, capsys)
    sys.path[:], keys.TEXT[:] = path, meant
    keys.HOMES.clear()
    keys.HOMES.update(homes)
    for name in {*sys.modules} - modules:
        if name.partition(".")[0] not in ("claims", "impls", "reports") and not getattr(sys.modules[name], "__file__", ""):
            del sys.modules[name]


@pytest.fixture
def begun(tmp_path):
    """Writes a text that has a title and a chapter."""

    def write(name, about=BEGUN, **files):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "text.toml").write_text(about, encoding="utf-8")
        for file, content in files.items():
            (folder / f"{file}.py").write_text(content, encoding="utf-8")
        return folder

    return write


@pytest.fixture
def copied(tmp_path):
    """The example, without its report, outside of the checkout."""
    return shutil.copytree(EXAMPLE, tmp_path / "mynotes", ignore=shutil.ignore_patterns("report", "__pycache__"))


def a_copy_of_its_report(folder):
    """As it is committed."""
    shutil.copytree(EXAMPLE / "report", folder / "report", ignore=shutil.ignore_patterns("site", "scratch"))


# --- the example --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def seen():
    """Every reading of the example, put to its property; the training runs are those that are kept with it."""
    kept = EXAMPLE / "report" / "evidence" / "runs"
    with shelf(read_runs(kept), instead=None if IS_PINNED else as_trained(kept)) as taken:
        found = {one: [examine_reading(one, each, VERDICT) for each in one.readings] for one in every_claim(read_text(EXAMPLE))}
    assert not taken.new
    return found


def test_the_example_comes_out_as_pinned_and_as_committed(seen):
    came = {one.id: judge(readings).word for one, readings in seen.items()}

    assert came == {one.id: one.expect for one in seen}
    assert came == {one.id: one.verdict for one in RECORD.claims}


def test_what_is_seen_of_it_is_what_was_committed(seen):
    committed = {one.id: read_evidence(EXAMPLE / "report" / "evidence" / f"{one.id}.json").readings for one in seen}

    assert [one.id for one, readings in seen.items() if readings != committed[one.id]] == []


def test_it_has_claims_of_every_kind(seen):
    verdicts = [one.verdict for one in RECORD.claims]

    assert len(verdicts) == 15
    assert {"supported", "qualified", "refuted"} == {*verdicts}
    assert {"search", "exhaustion", "trials"} == {one.by.name for one in seen}
    assert sum(one.fact is not None for one in seen) >= 2
    assert all(any(reading.role == "altered" for reading in one.readings) for one in seen if not one.fact)
    searched = [[each.name for each in one.readings] for one in seen if one.by.name == "search"]
    assert all(any(name.startswith("near miss") for name in names) for names in searched)


def test_its_report_names_no_other_text():
    pages = [one for one in (EXAMPLE / "report").glob("verdicts.*") if one.is_file()]
    told = "".join(one.read_text(encoding="utf-8") for one in pages)

    assert RECORD.text.title == "A page on attention"
    assert "notes on attention" in told
    assert [word for word in ("essay", "RNNs", "rnns") if word in told.replace("essay.html", "")] == []


def test_its_passages_place_every_sentence_and_every_claim(command, tmp_path):
    a_copy_of_its_report(tmp_path)
    code, said, complaint = command("--text", EXAMPLE, "--essay", EXAMPLE / "notes.md", "--out", tmp_path / "report")
    page = (tmp_path / "report" / "site" / "essay.html").read_text(encoding="utf-8")

    assert (code, complaint) == (0, "")
    assert "37 of 37 sentences accounted for (100 %), 15 of them with claims" in said
    assert [one.id for one in RECORD.claims if one.id not in page] == []
    assert "The notes, annotated" in page


def test_its_deck_its_worksheets_and_its_one_file_are_about_it_alone(command, tmp_path):
    a_copy_of_its_report(tmp_path)
    assert command("--text", EXAMPLE, "--slides", "--handout", "--out", tmp_path / "report")[0] == 0
    deck = (tmp_path / "report" / "site" / "slides.html").read_text(encoding="utf-8")

    assert "Checked claims: a page on attention" in deck
    assert "recurrent" not in deck
    assert "python -m reports --text examples/attention --replay" in deck
    assert (tmp_path / "report" / "site" / "handout.html").exists()


def test_no_sentence_of_a_page_is_left_to_be_filled_in(command, tmp_path):
    """What a template does not fill in would be read as it stands."""
    a_copy_of_its_report(tmp_path)
    assert command("--text", EXAMPLE, "--essay", EXAMPLE / "notes.md", "--out", tmp_path / "report")[0] == 0
    pages = [*(tmp_path / "report" / "site").rglob("*.html")]

    assert len(pages) > len(RECORD.claims)
    assert [one.name for one in pages if "{{ " in one.read_text(encoding="utf-8")] == []


# --- a text of one's own ------------------------------------------------------------------------------------------------


def test_a_text_outside_of_the_checkout_is_examined_by_several_processes(copied):
    """All of it at a glance; training is not run."""
    asked = ["--text", str(copied), "--profile", "quick", "--workers", "2"]
    done = subprocess.run([sys.executable, "-m", "reports", *asked], cwd=ROOT, capture_output=True, text=True, check=False)
    folder = copied / "report" / "scratch" / "quick"
    seen = [read_evidence(one) for one in sorted((folder / "evidence").glob("*.json"))]

    assert (done.returncode, done.stderr) == (0, "")
    assert [one.id for one in seen] == sorted(one.id for one in RECORD.claims)
    assert "error" not in {each.outcome for one in seen for each in one.readings}
    assert "mynotes/weights.py:" in (folder / "verdicts.json").read_text(encoding="utf-8")
    assert (folder / "site" / "index.html").exists()


@pytest.mark.skipif(not IS_PINNED, reason="what is kept was trained by the torch that is pinned")
def test_training_runs_of_the_project_serve_a_text_that_has_none_of_its_own(command, copied):
    code, said, complaint = command("--text", copied, "--only", "practice.recalls-sooner", "--workers", 1)

    assert (code, complaint) == (0, "")
    assert "68 training runs, none of them trained now" in said


def test_values_of_its_own_types_are_stored_replayed_and_shown(command, begun):
    folder = begun("sums_of_pairs", sums=DRAWS_ITS_OWN)
    code, _, complaint = command("--text", folder, "--workers", 1)
    record = json.loads((folder / "report" / "verdicts.json").read_bytes())
    again = command("--text", folder, "--replay", "sums.at-most-ten")

    assert (code, complaint) == (0, "")
    assert [(one["verdict"], one["defined_at"]) for one in record["claims"]] == [("qualified", "sums_of_pairs/sums.py:23")]
    assert again[0] == 0
    assert "→ the sum: 11" in again[1]
    page = (folder / "report" / "site" / "claims" / "sums.at-most-ten.html").read_text(encoding="utf-8")
    assert "class Pair" not in page
    assert "the_sum" in page, "the code of the check stands on its page"
    assert f"python -m reports --text {folder} --replay sums.at-most-ten" in page
    assert f"--text {folder} --replay" in command("--text", folder, "--only", "sums", "--workers", 1)[1]


def test_a_crash_in_it_is_told_with_its_line(command, begun):
    folder = begun("sums_that_crash", sums=DRAWS_ITS_OWN.replace("pair.a + pair.b", "pair.a / pair.b"))

    code, said, _ = command("--text", folder, "--workers", 1)
    assert code == 2
    assert f"(sums_that_crash/sums.py:{len(DRAWS_ITS_OWN.splitlines())})" in said


def test_new_places_a_claim_in_it(command, begun):
    folder = begun("begun_notes")
    code, said, _ = command("new", "--text", folder, "sums.add-up")

    assert code == 0
    assert f"python -m reports --text {folder} --only sums.add-up" in said
    assert '"sums.add-up"' in (folder / "sums.py").read_text(encoding="utf-8")
    assert command("--text", folder, "--only", "sums.add-up", "--workers", 1)[0] == 0


def test_its_notebook_finds_it_and_the_checkout_from_wherever_it_lies(command, begun):
    folder = begun("sums_in_class", sums=DRAWS_ITS_OWN)
    assert command("--text", folder, "--workers", 1)[0] == 0
    assert command("--text", folder, "--notebook", "sums.at-most-ten")[0] == 0
    book = json.loads((folder / "report" / "site" / "notebooks" / "sums.at-most-ten.ipynb").read_bytes())
    first = "".join(next(one["source"] for one in book["cells"] if one["cell_type"] == "code"))

    assert f'use(root / "{folder}")' in first
    assert f'Path("{ROOT}")' in first
    assert first.index("use(root") < first.index("from sums_in_class.sums import the_sum as claim")


# --- mistakes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "about", "told"), [
    ("none", None, "no text, for it has no text.toml; docs/your-own-text.md"),
    ("Bad-Name", BEGUN, "'Bad-Name' is no name of a package"),
    ("json", BEGUN, "Python has another package called json; give the folder another name"),
    ("claims", BEGUN, "Python has another package called claims"),
    ("no_toml", "title = Sums", "text.toml: not readable as TOML (Invalid value (at line 1, column 9)); mend the file"),
    ("no_title", 'noun = "notes"', "missing required field `title`; docs/your-own-text.md says what may stand there"),
    ("unknown", BEGUN.replace("noun", "nuon"), "unknown field `nuon`"),
    ("untitled", BEGUN.replace('title = "Sums"\n', ""), "missing required field `title` - at `$.chapter[0]`"),
    ("twice", BEGUN + '[[chapter]]\nname = "sums"\ntitle = "Again"\n', "two chapters are called 'sums'"),
    ("bad_chapter", BEGUN.replace('name = "sums"', 'name = "Sums up"'), "'Sums up' is no name of a chapter"),
    ("a_number", BEGUN.replace('"Notes on sums"', "7"), "Expected `str`, got `int` - at `$.title`"),
])  # fmt: skip
def test_a_mistake_in_a_text_is_told_in_a_line(command, tmp_path, begun, name, about, told):
    if about is None:
        (tmp_path / name).mkdir()
    else:
        begun(name, about)

    complaint = command.refuses("--text", tmp_path / name, "--list")
    assert complaint.startswith(f"reports: {tmp_path / name}")
    assert told in complaint


def test_a_text_without_claims_says_how_to_begin_one(command, begun):
    folder = begun("empty_notes")

    assert f"python -m reports new --text {folder} chapter.what-it-says" in command.refuses("--text", folder)
    assert list(folder.iterdir()) == [folder / "text.toml"]


def test_what_is_cited_needs_a_bibliography_and_nothing_else_does(command, begun):
    folder = begun("citing_notes", sums=DRAWS_ITS_OWN.replace("teach=", 'cites=("gauss1809",), teach='))

    assert "has no entry gauss1809, which a claim cites; add it" in command.refuses("--text", folder, "--workers", 1)


def test_two_texts_at_once_are_refused(command, begun):
    folder = begun("one_of_two")

    assert "--text was given 2 times; give it once" in command.refuses("--text", folder, "--text", EXAMPLE, "--list")
