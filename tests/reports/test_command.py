"""The command line from outside: exit codes, a line for every input error, folders, replays, the list."""

import json
import re
import subprocess
import sys
from dataclasses import replace

import pytest

from claims.evidence.evidence import as_json
from claims.evidence.keys import ROOT
from claims.kit.mistakes import told_as_mistakes
from claims.texts import Text, the_text
from reports.commands import statements
from reports.pages import render
from reports.running import work
from tests import toys
from tests.reports.running import ALL_PINNED, INPUT_ERROR, NOT_DECIDED, VERDICT_CHANGED, without_run

# --- exit codes -----------------------------------------------------------------------------------------------------


def test_all_as_pinned_is_success_even_where_statements_are_refuted(reports):
    code, said, complaint = reports.examine()

    assert (code, complaint) == (ALL_PINNED, "")
    assert "4 statements: 1 supported, 1 qualified, 2 refuted, 0 undecided" in said


def test_a_changed_verdict_is_told_and_has_a_code(reports):
    reports.claims(toys.supported, replace_expect(toys.refuted, "supported"))
    code, said, _ = reports.examine()

    assert code == VERDICT_CHANGED
    assert "toys.all-numbers-are-small: refuted, pinned as supported. It fell (n: 11" in said


def test_what_is_undecided_and_was_not_pinned_so_has_another_code(reports):
    reports.claims(toys.supported, replace_expect(toys.toothless, "supported"))
    code, said, _ = reports.examine()

    assert code == NOT_DECIDED
    assert "toys.toothless: undecided, pinned as supported" in said


def test_what_is_undecided_and_was_pinned_so_is_success(reports):
    reports.claims(toys.supported, toys.toothless, toys.crashing)

    assert reports.examine()[0] == ALL_PINNED


def test_a_changed_verdict_outweighs_an_undecided_one(reports):
    reports.claims(replace_expect(toys.toothless, "supported"), replace_expect(toys.refuted, "supported"))

    assert reports.examine()[0] == VERDICT_CHANGED


def replace_expect(toy, word):
    return replace(toy, expect=word)


def test_a_crash_of_the_tool_itself_is_not_passed_off_as_a_changed_verdict(reports):
    def crash(*_):
        raise RuntimeError("a bug of ours")

    reports.monkeypatch.setattr("reports.commands.verify.run.write_report", crash)
    code, _, said = reports.examine()

    assert code == INPUT_ERROR
    assert "RuntimeError: a bug of ours" in said
    assert "a fault of the program" in said


def test_square_brackets_in_a_reason_are_not_taken_for_markup(reports):
    reports.claims(replace_expect(BRACKETS, "supported"))

    assert "[nan, 1.0] and [/b]" in reports.examine()[1]


def fall_with_brackets(n):
    toys.holds(n < 5, "[nan, 1.0] and [/b]")


BRACKETS = toys.claim(
    "toys.brackets", says="A [b]toy.", teach="Nothing.", expect="refuted",
    as_written=toys.reading(n=toys.whole(0, 9)), holds_for={"small ones": toys.reading(n=toys.whole(0, 4))},
)(fall_with_brackets)  # fmt: skip


# --- usage and input errors -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("arguments", "words"), [
    (("--workers", "0"), "--workers"),
    (("--workers", "-1"), "--workers"),
    (("--workers", "1000000"), "--workers"),
    (("--workers", "many"), "--workers"),
    (("--profile", "nonsense"), "nonsense"),
    (("--frobnicate",), "--frobnicate"),
    (("--only",), "--only"),
    (("--only", ""), "''"),
    (("stray",), "stray"),
    (("--only", "toys.nothing-like-it-at-all-in-here"), "--list"),
    (("--only", "toys.number-are-small"), "did you mean toys.numbers-are-small?"),
    (("--replay", "toys.number-are-small"), "did you mean toys.numbers-are-small?"),
], ids=" ".join)  # fmt: skip
def test_an_absurd_option_is_refused_in_a_line(reports, arguments, words):
    assert words in reports.refuses(*arguments)
    assert not reports.record.exists()


@pytest.mark.parametrize("arguments", [(), ("--only", "toys.numbers-are-small"), ("--no-examine",)], ids=["run", "only", "judge"])
def test_a_folder_that_cannot_be_written_to_is_refused_before_any_work(reports, tmp_path, arguments):
    (tmp_path / "file").write_text("in the way")
    reports.monkeypatch.setattr("reports.commands.verify.run._examine", lambda *_: pytest.fail("it set to work"))

    assert "--out" in reports.refuses("--out", tmp_path / "file" / "below", *arguments)
    assert (tmp_path / "file").read_text() == "in the way"


def test_a_file_for_a_folder_is_refused(reports, tmp_path):
    (tmp_path / "file").write_text("in the way")

    assert "file" in reports.refuses("--out", tmp_path / "file")


GARBAGE = {
    "nothing": b"",
    "no JSON": b"{",
    "no text": b"\xff\xfe\x00",
    "another shape": b"[1, 2]",
    "no fields": b"{}",
    "fields of another type": b'{"schema": "one", "id": 1, "claims": 7}',
    "a bottomless list": b'{"another": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
}


@pytest.mark.parametrize("garbage", GARBAGE)
def test_a_record_that_cannot_be_read_is_named_when_listing(reports, garbage):
    reports.folder.mkdir()
    reports.record.write_bytes(GARBAGE[garbage])

    assert str(reports.record) in reports.refuses("--list")


def test_a_folder_where_the_record_should_be_is_named_when_listing(reports):
    reports.record.mkdir(parents=True)

    assert str(reports.record) in reports.refuses("--list")


@pytest.mark.parametrize("garbage", GARBAGE)
@pytest.mark.parametrize("arguments", [("--replay", "toys.numbers-are-small"), ("--no-examine",)], ids=["replay", "judge"])
def test_evidence_that_cannot_be_read_is_named(reports, arguments, garbage):
    reports.examine()
    path = reports.folder / "evidence" / "toys.numbers-are-small.json"
    path.write_bytes(GARBAGE[garbage])
    before = reports.record.read_bytes()

    assert str(path) in reports.refuses(*arguments)
    assert reports.record.read_bytes() == before


@pytest.mark.parametrize("garbage", GARBAGE)
def test_evidence_that_cannot_be_read_is_written_anew(reports, garbage):
    reports.examine()
    path = reports.folder / "evidence" / "toys.numbers-are-small.json"
    before = path.read_bytes()
    path.write_bytes(GARBAGE[garbage])

    assert reports.examine()[0] == ALL_PINNED
    assert path.read_bytes() == before


def test_a_record_that_contradicts_itself_is_named(reports):
    reports.examine()
    reports.record.write_bytes(reports.record.read_bytes().replace(b'"verdict": "supported"', b'"verdict": "refuted"'))

    for arguments in (("--list",), ("--slides",)):
        complaint = reports.refuses(*arguments)
        assert f"{reports.record}: its counts are not those of its verdicts" in complaint


@pytest.mark.parametrize(("figure", "words"), [
    (lambda seen: seen["as spoken"], "KeyError: 'as spoken'"), (lambda seen: 3, "has no attribute 'to_dict'"),
], ids=["that looks for what is not there", "that is none"])  # fmt: skip
def test_a_figure_is_told_as_its_author_s_mistake(reports, figure, words):
    reports.claims(replace(toys.supported, figure=figure))
    complaint = reports.refuses("--workers", 1)

    assert f"the figure of {toys.supported.id}" in complaint
    assert words in complaint
    assert re.match(r"reports: tests/\S+\.py:\d+: ", complaint)


def test_a_mistake_in_a_chapter_is_no_fault_of_the_program(reports):
    def broken(*_):
        with told_as_mistakes():
            raise NameError("name 'hole' is not defined", name="hole")

    reports.monkeypatch.setattr(work, "find_claim", broken)

    complaint = reports.refuses("--workers", 1)
    assert "name 'hole' is not defined; define it" in complaint
    assert "fault" not in complaint


def test_an_id_that_stands_in_a_file_and_makes_no_claim_is_told(reports, tmp_path):
    (tmp_path / "claims").mkdir()
    (tmp_path / "claims" / "trying.py").write_text('claim("trying.small", says="")\n')
    text = Text(folder=tmp_path / "claims", package="claims", about=the_text().about)
    reports.monkeypatch.setattr(statements, "the_text", lambda: text)

    assert "claims/trying.py has it, and makes no claim of it: put @claim(…)" in reports.refuses("--only", "trying.small")
    assert "did you mean toys?" in reports.refuses("--only", "tois")


def test_evidence_that_is_not_there_is_named(reports):
    assert "toys.numbers-are-small.json" in reports.refuses("--replay", "toys.numbers-are-small")


@pytest.mark.parametrize(("old", "new"), [
    (b'"name": "as written"', b'"name": "as spoken"'),
    (b'"n": 11', b'"m": 11'),
    (b'"n": 11', b''),
    (b'"n": 11', b'"n": {"name": "system"}'),
    (b'"n": 11', b'"n": {"object": "write_whole.__globals__.os.system", "fields": {"command": "true"}}'),
    (b'"n": 11', b'"n": {"object": "ElmanRun", "fields": {}}'),
    (b'"n": 11', b'"n": {"array": ["x"], "dtype": "float64", "shape": [1]}'),
], ids=[
    "a reading renamed", "an argument renamed", "an argument gone", "a foreign name", "a command", "fields missing", "no number",
])  # fmt: skip
def test_a_stored_case_that_does_not_fit_the_claim_is_refused(reports, old, new):
    reports.claims(toys.refuted)
    reports.examine()
    path = reports.folder / "evidence" / f"{toys.refuted.id}.json"
    changed = path.read_bytes().replace(old, new)
    assert changed != path.read_bytes()
    path.write_bytes(changed)

    assert "examine it again" in reports.refuses("--replay", toys.refuted.id)


def test_an_interruption_is_a_line_and_leaves_the_record(reports):
    reports.examine()
    before = reports.record.read_bytes()

    def interrupt(*_):
        raise KeyboardInterrupt

    reports.monkeypatch.setattr(work, "examine", interrupt)
    code, _, complaint = reports.examine()
    assert code == INPUT_ERROR
    assert complaint.strip() == "reports: interrupted; the last whole record is still in place"
    assert reports.record.read_bytes() == before


def python(program, **more):
    """Run a program in the checkout."""
    return subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False, **more)


@pytest.mark.parametrize(("package", "arguments"), [
    ("torch", ["--list"]), ("hypothesis", ["--list"]), ("click", ["--list"]), ("jinja2", ["--no-examine"]),
])  # fmt: skip
def test_a_missing_package_is_named_in_a_line_with_what_to_do(package, arguments, tmp_path):
    """What claims say is not known yet: an empty store has to look into them."""
    missing = f"""
import sys
from importlib.abc import MetaPathFinder
from pathlib import Path

class Missing(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {package!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Missing())
sys.argv = ["reports", *{arguments!r}]
from reports.__main__ import main
if {package!r} != "click":
    from reports.commands import statements
    statements.KEPT, statements.reports = Path({str(tmp_path / "kept")!r}), lambda: Path({str(tmp_path / "reports")!r})
sys.exit(main())
"""
    run = python(missing)

    assert run.returncode == INPUT_ERROR, run.stderr
    assert run.stderr.count("\n") == 1
    assert package in run.stderr
    assert "tox run -e verify" in run.stderr


# --- evidence first, judgement later --------------------------------------------------------------------------------


def test_stored_evidence_is_judged_anew_without_examining(reports):
    reports.examine()
    before = without_run(reports.record)
    reports.record.unlink()
    reports.monkeypatch.setattr("reports.commands.verify.run._examine", lambda *_: pytest.fail("it examined"))

    assert reports.run("--no-examine")[0] == ALL_PINNED
    assert without_run(reports.record) == before


def test_stale_evidence_is_refused(reports):
    reports.examine()
    path = reports.folder / "evidence" / "toys.numbers-are-small.json"
    evidence = json.loads(path.read_bytes())
    path.write_bytes(as_json(evidence | {"rests_on": "0" * 16}))

    complaint = reports.refuses("--no-examine")
    assert "toys.numbers-are-small" in complaint
    assert "older than the code" in complaint


def test_evidence_of_a_quick_look_is_not_judged_as_if_it_were_more(reports):
    reports.examine("--profile", "quick", "--out", reports.folder)

    assert "--profile quick" in reports.refuses("--no-examine", "--out", reports.folder)
    assert reports.run("--no-examine", "--profile", "quick", "--out", reports.folder)[0] == ALL_PINNED


def test_a_replay_prints_the_arithmetic_of_the_stored_counterexample(reports):
    reports.examine()
    code, said, _ = reports.run("--replay", "toys.numbers-are-small")

    assert code == ALL_PINNED
    for line in ("n = 11", "twice the number = 22", "→ n: 11, must be at most 10", "a dozen", "n = 12", "twice the number = 24"):
        assert line in said.splitlines() or line in said, line


def test_a_replay_without_a_stored_case_says_so(reports):
    reports.claims(toys.only_kind_controls)
    reports.examine()

    assert "no stored case" in reports.refuses("--replay", toys.only_kind_controls.id)


def test_the_list_shows_every_id_whole_in_a_narrow_terminal(reports):
    reports.monkeypatch.setenv("COLUMNS", "80")
    before = reports.run("--list")[1]
    reports.examine()
    after = reports.run("--list")[1]

    assert [one.id for one in toys.QUICK_TOYS if one.id not in before] == []
    assert "not examined" in before
    assert "not examined" not in after
    assert "qualified" in after
    assert reports.run("--list")[0] == ALL_PINNED


def test_the_one_file_is_written_when_asked_for_and_goes_with_the_record_that_it_tells_of(reports):
    single = reports.folder / "site" / "single.html"
    reports.examine("--single")
    text = single.read_text(encoding="utf-8")
    assert all(f'id="{one.id}"' in text for one in toys.QUICK_TOYS)
    reports.run("--no-examine")
    assert single.exists(), "the record is the same"
    reports.claims(*toys.QUICK_TOYS[:-1])
    assert f"Removed, for it told of the record before: {single}; --single makes it anew." in reports.examine()[1]
    assert not single.exists()


def test_the_page_is_written_beside_the_record(reports):
    _, said, _ = reports.examine()
    page = reports.folder / "site" / "index.html"

    assert str(page) in said
    assert all(one.id in page.read_text(encoding="utf-8") for one in toys.QUICK_TOYS)
    assert render.TEMPLATES.is_dir()
