"""`check`: a report that was made of its record passes, and each kind of tampering is told in one line with its file."""

import json
import re
import shutil

import pytest

from claims.evidence.evidence import as_json
from reports.exports.statement import FILE, RECORD
from reports.record.digests import canonical_digest, digest_of_bytes
from reports.record.replications import read_replications
from tests import toys
from tests.reports.running import ALL_PINNED, files

ID = "toys.small-numbers-are-small"
PAGE, EVIDENCE = f"site/claims/{ID}.html", f"evidence/{ID}.json"
TAMPERED = 1


@pytest.fixture
def report(reports):
    """One of toy claims, whole."""
    assert reports.examine()[0] == ALL_PINNED
    return reports


def edited(folder, name, change):
    """A JSON file with a change, written as we write it."""
    document = json.loads((folder / name).read_bytes())
    change(document)
    (folder / name).write_bytes(as_json(document))


def stated_anew(folder):
    """What a tamperer does who knows of the statement: it speaks of the files as they are now."""
    canonical = canonical_digest(json.loads((folder / RECORD).read_bytes()))

    def change(told):
        for one in told["subject"]:
            one["digest"]["sha256"] = digest_of_bytes(folder / one["name"])
            if "annotations" in one:
                one["annotations"]["canonicalSha256"] = canonical

    edited(folder, FILE, change)


def lines_of(report, *arguments):
    code, said, complaint = report.run("check", *arguments)
    assert complaint == ""
    return code, said.splitlines()


def test_a_report_that_was_made_of_its_record_passes_and_nothing_is_written(report):
    before = files(report.folder)
    code, lines = lines_of(report)

    assert code == 0
    digest = canonical_digest(json.loads(report.record.read_bytes()))
    assert f"All is as it should be. Record: sha256:{digest}" in lines
    assert files(report.folder) == before


def test_it_passes_after_pages_were_written_on_demand(report):
    for call in (("slides",), ("handout",), ("questions",), ("--no-examine", "--single")):
        assert report.run(*call)[0] == 0
        assert lines_of(report)[0] == 0, call


def test_it_passes_where_a_later_run_left_the_pages_of_an_earlier_one(report):
    report.monkeypatch.setattr("reports.record.making.commit", lambda _: "another")
    report.run("--no-examine")

    assert lines_of(report)[0] == 0


def test_a_clone_has_record_and_evidence_alone_and_passes_by_these(report):
    shutil.rmtree(report.folder / "site")
    for name in (FILE, "run.json"):
        (report.folder / name).unlink()
    code, lines = lines_of(report)

    assert code == 0
    assert any(line.startswith("Pages: there are none here") for line in lines)
    assert any(line.startswith(f"Digests: there is no {FILE}") for line in lines)


def test_a_copy_in_another_folder_is_checked_by_itself(report, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(report.folder, copy)
    shutil.rmtree(report.folder)

    assert lines_of(report, "--out", copy)[0] == 0
    (copy / PAGE).unlink()
    assert lines_of(report, "--out", copy)[0] == TAMPERED


def verdict(folder):
    edited(folder, RECORD, lambda told: told["claims"][0].update(verdict="refuted", expected="refuted"))


def counts_as_well(folder):
    verdict(folder)
    edited(folder, RECORD, lambda told: told["summary"].update(recount(told)))


def recount(told):
    words = [one["verdict"] for one in told["claims"]]
    return {word: words.count(word) for word in told["summary"]}


def why(folder):
    edited(folder, RECORD, lambda told: told["claims"][0].update(why="Everybody knows."))


def taught(folder):
    edited(folder, RECORD, lambda told: told["claims"][0].update(teach="Never mind."))


def of_a_reading(folder):
    edited(folder, RECORD, lambda told: told["claims"][0]["readings"][0].update(cases=10_000))


def outcome(folder):
    edited(folder, EVIDENCE, lambda seen: seen["readings"][0].update(outcome="fell", why="it was edited"))


def entropy(folder):
    edited(folder, EVIDENCE, lambda seen: seen["readings"][0].update(entropy=7))


def torn(folder):
    content = (folder / EVIDENCE).read_bytes()
    (folder / EVIDENCE).write_bytes(content[: len(content) // 2])


def page(folder):
    text = (folder / PAGE).read_text(encoding="utf-8")
    (folder / PAGE).write_text(text.replace("upported", "efuted"), encoding="utf-8")


def stamp(folder):
    text = (folder / PAGE).read_text(encoding="utf-8")
    (folder / PAGE).write_text(re.sub(r"sha256:[0-9a-f]{64}", f"sha256:{'0' * 64}", text), encoding="utf-8")


def no_stamp(folder):
    text = (folder / PAGE).read_text(encoding="utf-8")
    (folder / PAGE).write_text(text.replace('name="record"', 'name="other"'), encoding="utf-8")


def one_more_page(folder):
    shutil.copy(folder / PAGE, folder / "site" / "claims" / "toys.another.html")


def an_export(folder):
    text = (folder / "verdicts.csv").read_text(encoding="utf-8")
    (folder / "verdicts.csv").write_text(text.replace("supported", "refuted"), encoding="utf-8")


def a_badge(folder):
    (folder / "badges" / "refuted.svg").write_text("<svg/>", encoding="utf-8")


def a_field(folder):
    edited(folder, RECORD, lambda told: told["claims"][0].update(verdict="true"))


def no_field(folder):
    edited(folder, RECORD, lambda told: told["claims"][0].pop("why"))


def no_json(folder):
    (folder / RECORD).write_text("{", encoding="utf-8")


def in_another_code(folder):
    (folder / RECORD).write_text((folder / RECORD).read_text(encoding="utf-8"), encoding="utf-16")


def with_a_mark_of_its_code(folder):
    (folder / RECORD).write_text((folder / RECORD).read_text(encoding="utf-8"), encoding="utf-8-sig")


def no_canonical_form(folder):
    (folder / RECORD).write_text('{"schema": 9007199254740993}', encoding="utf-8")


def the_schema(folder):
    edited(folder, "verdicts.schema.json", lambda told: told.pop("$defs"))


def a_stated_name(folder):
    edited(folder, FILE, lambda told: told["subject"].append({"name": "../else.txt", "digest": {"sha256": "0" * 64}}))


def stated(*names):
    def of(folder):
        edited(folder, FILE, lambda told: told["subject"].extend({"name": one, "digest": {"sha256": "0" * 64}} for one in names))

    of.__name__ = f"stated {names[0][:9]!a}"
    return of


def a_circle_of_links(folder):
    (folder / "a").symlink_to(folder / "b")
    (folder / "b").symlink_to(folder / "a")
    stated("a")(folder)


def a_large_page(folder):
    with (folder / PAGE).open("ab") as sparse:
        sparse.truncate(100_000_000)


def a_large_export(folder):
    with (folder / "verdicts.csv").open("ab") as sparse:
        sparse.truncate(100_000_000)


def no_day(folder):
    text = (folder / PAGE).read_text(encoding="utf-8")
    (folder / PAGE).write_text(re.sub(r'(name="run" content=")\S*', r"\1yesterday", text), encoding="utf-8")


def missing(name):
    def gone(folder):
        (folder / name).unlink()

    gone.__name__ = f"no {name}"
    return gone


# What was done, the file that is named, and words of the line; whether it is told as well where the statement was made anew.
TAMPERINGS = [
    (verdict, RECORD, "its counts", True), (counts_as_well, RECORD, "says refuted, the judge", True),
    (why, RECORD, "in other words", True), (taught, PAGE, "it is made of the record", True),
    (of_a_reading, RECORD, "another cases", True), (outcome, RECORD, "the judge by the evidence", True),
    (entropy, EVIDENCE, "its bytes", False), (torn, EVIDENCE, "not readable as evidence", True),
    (page, PAGE, "it is not what the record comes to", True), (stamp, PAGE, "it is made of the record", True),
    (no_stamp, PAGE, "of which record", True), (one_more_page, "site/claims/toys.another.html", "no page of this report", True),
    (an_export, "verdicts.csv", "not what the record comes to", True),
    (a_badge, "badges/refuted.svg", "not what the record", True),
    (a_field, RECORD, f"claim {ID}, verdict: 'true' is not one of", True), (no_field, RECORD, "'why' is a required", True),
    (in_another_code, RECORD, "no JSON", False), (with_a_mark_of_its_code, RECORD, "no JSON", False),
    (no_json, RECORD, "no JSON", False), (no_canonical_form, RECORD, "canonical form", False),
    (the_schema, "verdicts.schema.json", "not the schema", True), (a_stated_name, FILE, "not in this folder", False),
    (stated("a\0b"), FILE, r"a\x00b, which is not in this folder", False),
    (stated("n" * 10_000), FILE, "nnn…, which is not in this folder", False),
    (stated("/etc/passwd"), FILE, "not in this folder", False), (a_circle_of_links, FILE, "not in this folder", False),
    (stated("x\nAll is as it should be."), r"x\nAll is as it should be.", "missing", False),
    (a_large_page, PAGE, "of which record", True), (a_large_export, "verdicts.csv", "not what the record comes to", True),
    (no_day, PAGE, "it is not what the record comes to", True),
    (missing(RECORD), RECORD, "it is missing", False), (missing(EVIDENCE), EVIDENCE, "it is missing", False),
    (missing(PAGE), PAGE, "it is missing", False), (missing("verdicts.csv"), "verdicts.csv", "it is missing", False),
    (missing("run.json"), "run.json", "it is missing", False), (missing(FILE), FILE, "it is missing", False),
    (missing("verdicts.schema.json"), "verdicts.schema.json", "it is missing", False),
]  # fmt: skip


@pytest.mark.parametrize(("tamper", "name", "words", "_"), TAMPERINGS, ids=[one.__name__ for one, *_ in TAMPERINGS])
def test_tampering_is_told_in_a_line_with_the_file_and_what_to_do(report, tamper, name, words, _):
    tamper(report.folder)
    code, lines = lines_of(report)

    assert code == TAMPERED
    told = [line for line in lines if line.startswith(f"{report.folder / name}: ")]
    assert told
    assert all(re.search("; (one of the two was changed: )?(take|run|remove)", line) for line in told), told
    by_bytes = tamper not in (one_more_page, a_stated_name) and not tamper.__name__.startswith(("no ", "stated"))
    assert any(words in line for line in told) or (by_bytes and any("its bytes" in line for line in told)), told


BEYOND = [one for one in TAMPERINGS if one[3]]


@pytest.mark.parametrize(("tamper", "name", "words", "_"), BEYOND, ids=[one.__name__ for one, *_ in BEYOND])
def test_it_is_told_as_well_where_the_statement_was_made_to_agree(report, tamper, name, words, _):
    tamper(report.folder)
    stated_anew(report.folder)
    code, lines = lines_of(report)

    assert code == TAMPERED
    assert any(line.startswith(f"{report.folder / name}: ") and words in line for line in lines), lines


def test_one_cause_is_told_once_for_each_file(report):
    page(report.folder)
    _, lines = lines_of(report)

    assert sum(PAGE in line for line in lines) == 1


def test_many_files_of_one_kind_are_counted_and_not_listed(report):
    for one in (report.folder / "site").rglob("*.*"):
        one.unlink()
    _, lines = lines_of(report)

    assert len(lines) < 30
    assert any("more files are like this" in line for line in lines)


@pytest.mark.parametrize("claims", [(toys.supported,)])
def test_evidence_that_nobody_asked_for_is_told(report, claims):
    shutil.copy(report.folder / EVIDENCE, report.folder / "evidence" / "toys.stranger.json")
    code, lines = lines_of(report)

    assert code == TAMPERED
    assert any("evidence of no claim" in line for line in lines)


def test_a_folder_that_is_none_is_refused(reports, tmp_path):
    assert "--out" in reports.refuses("check", "--out", tmp_path / "nowhere")


# --- who else ran it ------------------------------------------------------------------------------------------------

ROW = '[[replication]]\nwho = "A reader"\nwhere = "Linux, 8 cores"\nwhen = 2026-11-29\ndigest = "{digest}"\n'


def test_the_row_that_is_printed_is_one(report, tmp_path):
    _, lines = lines_of(report)
    path = tmp_path / "replications.toml"
    path.write_text("\n".join(lines[lines.index("[[replication]]") :]), encoding="utf-8")

    (found,) = read_replications(path)
    assert found.digest == canonical_digest(json.loads(report.record.read_bytes()))


@pytest.mark.parametrize(("content", "words"), [
    (ROW.format(digest="abc"), "row 1"), (ROW.format(digest="A" * 64), "small hexadecimal"),
    (ROW.format(digest="0" * 64).replace('"A reader"', '" "'), "not empty"),
    (ROW.format(digest="0" * 64).replace("2026-11-29", '"some day"'), "when"), (ROW.format(digest="0" * 64) * 2, "twice"),
    (ROW.format(digest="0" * 64) + "whose = 1\n", "whose"), (ROW.format(digest="0" * 64) + 'address = "ftp://x"\n', "address"),
    ("[[replication]\n", "a row is"), ("replication = 3\n", "a row is"),
], ids=["digest", "capitals", "nobody", "day", "twice", "field", "address", "torn", "number"])  # fmt: skip
def test_a_mistake_among_the_replications_is_told_before_any_work(reports, tmp_path, content, words):
    path = tmp_path / "replications.toml"
    path.write_text(content, encoding="utf-8")
    reports.monkeypatch.setattr("reports.record.replications._file", lambda: path)
    reports.monkeypatch.setattr("reports.commands.verify.run._examine", lambda *_: pytest.fail("it set to work"))

    told = reports.refuses("--workers", 1)
    assert words in told
    assert str(path) in told


def test_those_who_came_to_the_same_stand_on_the_page(reports, tmp_path):
    path = tmp_path / "replications.toml"
    reports.examine()
    digest = canonical_digest(json.loads(reports.record.read_bytes()))
    path.write_text(ROW.format(digest=digest) + ROW.format(digest="0" * 64), encoding="utf-8")
    reports.monkeypatch.setattr("reports.record.replications._file", lambda: path)
    reports.run("--no-examine")
    text = (reports.folder / "site" / "provenance.html").read_text(encoding="utf-8")

    assert text.count("A reader") == 2
    assert [text.count(f"<td>{one}</td>") for one in ("the same", "another one")] == [1, 1]
