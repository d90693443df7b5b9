"""Whatever reads a file: spoilt ones are read or refused in a line, nothing that they say is carried out, none is too large."""

import json
import socket
import subprocess
import sys
import unicodedata
from pathlib import Path
from random import Random

import pytest

from claims.evidence.codec import NotStorable, from_plain
from claims.evidence.evidence import EvidenceError
from claims.evidence.files import LARGEST, MOST_PARTS, content_of, told, toml_of
from claims.evidence.keys import ROOT
from claims.evidence.source import digest
from claims.evidence.tried import TRIED, read_tried
from claims.kit.claim import ClaimError
from claims.kit.facts.rows import read_facts
from reports.essay.passages import read_passages
from reports.exports.statement import FILE as STATEMENT
from reports.exports.statement import restate
from reports.reading.sentences import read_essay, taken_apart
from reports.record.record import read_record
from reports.record.watched import watched_in
from reports.running.fresh import FILE as FRESH
from reports.running.fresh import read_fresh
from reports.search.words import read_same
from tests.fuzzing.corpora import records
from tests.fuzzing.readers import READERS, Reader, documented, reader
from tests.fuzzing.running import fuzz
from tests.fuzzing.spoiling import ODD, odd
from tests.fuzzing.watching import CLEAR, Misdeed, watched

INPUTS = 200
MEMORY = 100  # MB, that refusing 100 MB may take

each = pytest.mark.parametrize("one", READERS, ids=lambda one: one.name)


@each
def test_a_spoilt_file_is_read_or_refused_with_an_error_of_the_readers_own(one):
    came = fuzz(one, range(INPUTS), seed=22)

    assert dict(came.findings) == {}
    assert came.read
    assert came.refused or one.name == "run of a record"  # a record is read without it


PROGRAM = """
import resource, sys
from pathlib import Path
from tests.fuzzing.readers import READERS, documented
for number, one in enumerate(READERS):
    path = Path(sys.argv[1]) / str(number) / one.file
    path.parent.mkdir(parents=True)
    with path.open("wb") as sparse:
        sparse.truncate(100_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        one.read(path)
        said = "read"
    except Exception as problem:
        said = str(problem) if documented(one, problem, path) else repr(problem)
    print(one.name, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024, " ".join(said.split()), sep="\\t")
"""


def test_a_file_of_100_mb_is_refused_in_a_line_and_takes_no_memory(tmp_path):
    done = subprocess.run([sys.executable, "-c", PROGRAM, tmp_path], capture_output=True, text=True, cwd=ROOT, check=False)
    told = {name: (int(took), said) for name, took, said in (line.split("\t") for line in done.stdout.splitlines())}

    assert list(told) == [one.name for one in READERS], done.stderr
    assert {name: took for name, (took, _) in told.items() if took >= MEMORY} == {}
    assert [name for name, (_, said) in told.items() if " MB" not in said] == ["run of a record"]  # a record is read without it


@pytest.mark.parametrize("at", range(len(ODD)))
def test_any_odd_value_can_be_spoilt_further(at):
    for was in (ODD[at], [ODD[at]], {"a": {"b": ODD[at]}}):
        assert sum(odd(was, Random(number)) is not was for number in range(100)) > 50


def test_the_same_number_is_the_same_file(tmp_path):
    seen = []
    one = Reader("made up", "a.json", "json", lambda: [b'{"a": [1, 2], "b": "c"}'], lambda path: seen.append(path.read_bytes()))
    fuzz(one, range(50))
    fuzz(one, range(50))

    assert seen[1:51] == seen[52:]
    assert len(set(seen)) > 30


def _connects(_):
    with socket.socket() as mine:
        mine.settimeout(0.1)
        mine.connect_ex(("localhost", 9))


@pytest.mark.parametrize(
    "deed",
    [
        lambda path: eval("1 + 1"),
        lambda path: path.write_bytes(b""),
        lambda path: (ROOT / "README.md").read_bytes(),
        lambda path: (path.parent / ".." / ".." / ".." / "etc" / "hostname").read_bytes(),
        lambda path: path.unlink(),
        _connects,
        lambda path: subprocess.run(["true"], check=False),
        lambda path: __import__("this_is_nowhere"),
        lambda path: list(Path("/").iterdir()),
        lambda path: bytearray(400_000_000).count(1),
        lambda path: {}["nothing"],
        lambda path: from_plain([] * "a"),
    ],
    ids=[
        "runs",
        "writes",
        "reads elsewhere",
        "escapes",
        "removes",
        "connects",
        "starts a program",
        "imports",
        "lists",
        "takes memory",
        "looks up what is not there",
        "takes one thing for another",
    ],
)
def test_a_reader_that_does_more_than_to_read_is_seen(deed):
    watched_yet = iter([False])  # the corpus is read before anybody watches

    def read(path):
        path.read_bytes()
        if next(watched_yet, True):
            deed(path)

    assert fuzz(Reader("made up", "a.json", "json", lambda: [b"{}"], read), range(3)).findings


@pytest.mark.skipif(not CLEAR.exists(), reason="only Linux can forget what a process held")
def test_what_takes_memory_is_seen_though_more_was_held_before(tmp_path):
    bytearray(600_000_000).count(1)
    with pytest.raises(Misdeed, match="MB"), watched(tmp_path):
        bytearray(400_000_000).count(1)


def test_what_takes_too_long_is_seen(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.fuzzing.watching.SECONDS", 0.05)
    with pytest.raises(Misdeed, match="seconds"), watched(tmp_path):
        sum(1 for _ in iter(int, 1))


def test_an_error_that_names_no_file_is_no_readers_own(tmp_path):
    terms, path = reader("terms"), tmp_path / "terms.toml"

    assert documented(terms, ValueError(f"{path}: a row has names and claims"), path)
    assert not documented(terms, ValueError("invalid literal for int()"), path)
    assert not documented(terms, UnicodeDecodeError("utf-8", b"", 0, 1, "x"), path)


# --- what was mended --------------------------------------------------------------------------------------------------------


def test_a_file_is_read_up_to_its_limit_and_no_further(tmp_path):
    (tmp_path / "a").write_bytes(b"12345")

    assert content_of(tmp_path / "a", 5) == b"12345"
    with pytest.raises(OSError, match="no more than 0 MB are read"):
        content_of(tmp_path / "a", 4)
    with pytest.raises(OSError, match="no regular file"):
        content_of(Path("/dev/null"))
    with pytest.raises(IsADirectoryError):
        content_of(tmp_path)
    assert 10 * (ROOT / "reports" / "verdicts.json").stat().st_size < LARGEST


@pytest.mark.parametrize("text", ["a" + ".a" * MOST_PARTS + "a.a = 1", "[" + "a . " * MOST_PARTS + "a.a]"])
def test_a_key_of_many_parts_is_refused_before_it_takes_for_ever(text):
    with pytest.raises(ValueError, match=r"a key of more than \d+ parts \(at line 3\)"):
        toml_of("x = 1\n\n" + text)


@pytest.mark.parametrize(
    "text",
    [
        'a = "' + "e.g. " * 50 + '"',
        f"a = '{'.' * 99}'",
        'a = """' + "x.y\n" * 50 + '"""',
        f"a = '''{'x.y' * 50}'''",
        f"# {'x.y ' * 50}\na = 1",
        f"a = [{'0.5, ' * 50}]",
        "a.b.c = 1.5",
        'a = "\\"' + "." * 50 + '"',
    ],
)
def test_dots_that_part_no_key_are_not_counted(text):
    assert "a" in toml_of(text)


@pytest.mark.parametrize(
    ("plain", "why"),
    [
        ({"fraction": "1e9"}, "nothing is stored like this"),
        ({"fraction": "1/0"}, "Fraction"),
        ({"fraction": 3}, "nothing is stored"),
        ({"array": [1], "dtype": "U9", "shape": [1]}, "nothing"),
        ({"array": [1], "dtype": "object", "shape": [1]}, "nothing"),
        ({"tensor": [1], "dtype": "torch.load", "shape": [1]}, "nothing"),
        ({"array": [1, 2], "dtype": "float64", "shape": [3]}, "reshape"),
        ({"tensor": [1, 2], "dtype": "float64", "shape": [3]}, "shape"),
        ({"array": [[1], [1, 2]], "dtype": "float64", "shape": [3]}, "inhomogeneous"),
        ({"object": "ElmanRun", "fields": {"no": 1}}, "unexpected keyword"),
        ({"object": "ElmanRun", "fields": [1]}, "items"),
        ({"name": 3}, "nothing is stored"),
        ({"float": "x"}, "could not convert"),
        ({"tuple": 3}, "not iterable"),
        ({"a": 1}, "nothing is stored"),
    ],
)
def test_what_stores_no_value_is_refused_for_what_it_is(plain, why):
    with pytest.raises(NotStorable, match=why):
        from_plain(plain)


def test_a_problem_is_told_in_some_words():
    assert told(RecursionError("maximum recursion depth exceeded")) == "nested too deeply"
    assert len(told(ValueError("x" * 10_000))) < 300
    assert told(FileNotFoundError(2, "No such file or directory", "a")) == "No such file or directory"


def test_a_text_that_ends_within_a_command_is_refused_in_a_line(tmp_path):
    (tmp_path / "a.tex").write_text("A sentence. Another with \\verb")

    with pytest.raises(EvidenceError, match=r"a.tex: the text ends within a command, such as .verb; complete it"):
        read_essay(tmp_path / "a.tex")


def test_accents_on_accents_do_not_double_what_is_read():
    few, many = (taken_apart("So " + '{\\"' * count + "a" + "}" * count, "a.tex").sentences[0].words for count in (1, 8))

    assert few == "So ä"
    assert len(many) < 30
    assert taken_apart(r"Vi\'{\^e}t", "a.tex").sentences[0].words == unicodedata.normalize("NFC", "Vie\u0302\u0301t")


def test_an_accent_on_what_lacks_something_is_shown_as_it_stands():
    assert "2" in taken_apart(r"So \'{\frac}2 it is.", "a.tex").sentences[0].words


def test_a_text_of_signs_alone_is_refused_before_it_is_taken_apart(tmp_path, monkeypatch):
    monkeypatch.setattr("reports.reading.sentences.MOST_SIGNS", 10)
    (tmp_path / "a.md").write_text("A word, and one more. " * 6)
    (tmp_path / "b.md").write_text("A word, and one more.")

    assert read_essay(tmp_path / "b.md").sentences
    with pytest.raises(EvidenceError, match="12 signs that are no letters are more than are followed; give a chapter"):
        read_essay(tmp_path / "a.md")


def test_of_very_many_mistakes_in_facts_some_are_told(tmp_path):
    (tmp_path / "a.toml").write_text("[[fact]]\n" * 3_000)

    with pytest.raises(ClaimError, match="1000 mistakes in the facts"):
        read_facts([tmp_path / "a.toml"], {})


@pytest.mark.parametrize("three", [[1], [1, 2], [1, 2, 3, 4]])
def test_what_was_tried_is_three_numbers_or_none(tmp_path, three):
    reading = {"name": "a", "role": "as written", "outcome": "held", "cases": 1, "drawn": 2, "sizes": three, "lengths": []}
    kept = {"rests_on": "0", "readings": [reading]}
    (tmp_path / TRIED).write_text(json.dumps({"a.b": kept}))

    with pytest.raises(EvidenceError, match=r"delete it, and observe again"):
        read_tried(tmp_path)


@pytest.mark.parametrize(("won", "told", "tried"), [(3, 2, 5), (-1, 2, 5), (1, 6, 5), (1, 2, 10**12)])
def test_nobody_has_won_more_seeds_than_were_tried(tmp_path, won, told, tried):
    (tmp_path / FRESH).write_text(
        json.dumps({"a.b": {"as written": {"evidence": "0", "won": won, "told": told, "tried": tried}}})
    )

    with pytest.raises(EvidenceError, match=r"is not possible.*; delete it"):
        read_fresh(tmp_path)


@pytest.mark.parametrize("name", ["...", "", "\u202e"])
def test_a_synonym_is_a_word(tmp_path, name):
    (tmp_path / "same.toml").write_text(f'same = [["rnn", "{name}"]]')

    with pytest.raises(EvidenceError, match=r"same\.toml: .* is no word; name words alone"):
        read_same(tmp_path / "same.toml")


@pytest.mark.parametrize("date", ["yesterday", "2026-11-31", "20261129T1000", "2026-W01-1", "0001-01-01", "2026-01-01X"])
def test_a_run_of_no_day_is_no_run_of_a_record(tmp_path, date):
    (content,) = records()[:1]
    (tmp_path / "verdicts.json").write_bytes(content)
    for of in ("2026-01-01", date):
        run = {"of": digest(content.decode()), "run": {"profile": "verdict", "date": of, "commit": "this one"}}
        (tmp_path / "run.json").write_text(json.dumps(run))

        assert (read_record(tmp_path / "verdicts.json").run.commit == "this one") == (of != date)


@pytest.mark.parametrize("id", ["a.stranger", ""])
def test_what_to_say_instead_of_nothing_is_refused(tmp_path, id):
    plain = json.loads(records()[0]) | {"instead": [id]}
    (tmp_path / "verdicts.json").write_text(json.dumps(plain))

    with pytest.raises(EvidenceError, match=rf"what to say instead of '{id}', and no such claim; run"):
        read_record(tmp_path / "verdicts.json")


@pytest.mark.parametrize("name", ["defects", "impls", "judges"])
def test_what_became_of_mutants_is_refused_by_name_where_it_is_spoilt(tmp_path, name):
    (tmp_path / "watched").mkdir()
    (tmp_path / "watched" / f"{name}.json").write_text('{"seed": 1, "rows": [3]}')

    with pytest.raises(EvidenceError, match=rf"{name}\.json: not readable .*delete it, and run python -m tests\.(def|random)"):
        watched_in(tmp_path)


@pytest.mark.parametrize("content", ["", "[]", '{"subject": 3}', '{"subject": [{}]}'])
def test_a_statement_that_is_spoilt_is_left_as_it_is(tmp_path, content):
    (tmp_path / STATEMENT).write_text(content)
    restate(tmp_path, "site/index.html")

    assert (tmp_path / STATEMENT).read_text() == content


def test_rows_of_passages_on_one_line_are_told_all_the_same(tmp_path):
    (tmp_path / "passages.toml").write_text('passages = [{ line = 1, start = 0, end = 3, digest = "x" }]\n')

    with pytest.raises(EvidenceError, match="give one of claims, repeats and none"):
        read_passages(tmp_path / "passages.toml")
