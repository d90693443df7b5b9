"""Wrong calls: each is refused in one line and with one exit code, and nothing on disk is otherwise than before."""

import json
import os
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest

from claims.evidence.keys import ROOT
from reports.command import command
from reports.commands import together
from tests.reports.running import INPUT_ERROR, Reports, files
from tests.reports.test_command import GARBAGE

ID, NEAR = "toys.numbers-are-small", "did you mean toys.numbers-are-small?"
LONG = "x" * 10_000
IDS = {
    "": "''", " ": "' '", "toys.nothing-like-it-at-all": "--list", "toys.number-are-small": NEAR, "TOYS.Numbers-Are-Small": NEAR,
    "numbers-are-small": NEAR, "toys.numbers_are_small": NEAR, "toys.numbers-are-small ": NEAR, "toyz": "did you mean toys?",
    "toys.*": "'toys.*'", "*": "'*'", ".": "'.'", "..": "'..'", "../verdicts": "'../verdicts'", "/": "'/'", "a\nb": r"'a\nb'",
    "\x1b[31mred": r"'\x1b[31mred'", "\udcff": r"'\udcff'", "καφές": "'καφές'", "[bold]": "'[bold]'", LONG: LONG,
}  # fmt: skip
NAMES_A_CLAIM = [
    ("--only",),
    ("--replay",),
    ("--notebook",),
    ("--list", "--only"),
    ("--slides", "--only"),
    ("--handout", "--only"),
]

TEXTS = {  # which are no essay, each with what is said of it
    "nowhere.md": "No such file", "folder": "Is a directory", "empty.md": "empty", "blank.md": "empty",
    "nul.md": "byte 0x00", "latin.md": "is not UTF-8", "utf16.md": "byte 0x00", "deep.md": "nested too deeply",
    "loop": "symbolic links", "dangling": "No such file", "essay.md/below": "Not a directory", LONG: "too long",
    "/dev/zero": "no regular file", "\udcff.md": "No such file",
}  # fmt: skip
RECORDS = {  # which are nothing to compare with
    "nowhere.json": "No such file", "folder": "Is a directory", "empty.md": "not readable", "essay.md": "not readable",
    "nul.md": "not readable", "loop": "symbolic links", "dangling": "No such file", "schema.json": "schema 1;", LONG: "too long",
}  # fmt: skip
FOLDERS = {"essay.md": "is a file", "essay.md/below": "cannot write", "loop": "cannot write", LONG: "too long"}
NO_RECORD = [
    ("--list",), ("--slides",), ("--handout",), ("--slides", "--handout"), ("--notebook", ID), ("--essay", "essay.md"),
    ("--essay", "essay.md", "--single"), ("--replay", ID), ("--no-examine",), ("--no-examine", "--only", ID),
    ("--no-examine", "--essay", "essay.md"), ("--notes", "essay.md"),
]  # fmt: skip
VALUES = [
    ("--workers", one) for one in ("", "0", "-1", "65", "1.5", "1e3", "many", "²", "0x2", "True", LONG)
] + [
    ("--dask", one) for one in (
        "", "LOCAL", "host", "host:8786", "http://host:8786", "tcp://", "tcp://host", "tcp://:8786", "tcp://host:0",
        "tcp://host:99999", "tcp://host:8786/", "tcp://host:8786/a", "tcp://a@host:8786", "tcp://host:8786?b", "tcp://ho st:8786",
        "inproc://a", "tcp://[", LONG,
    )
] + [("--profile", one) for one in ("", "VERDICT", "quick ", "nonsense", "verdict,quick", LONG)] + [
    ("--address", one) for one in (
        "", "example.org", "/srv/www", "ftp://example.org", "https://", "https://a b", "https://a/?b", "https://a/#b", "https://[",
        "https://a/\"><script>", "https://a\n", "mailto:a@b",
    )
]  # fmt: skip
NO_VALUE = (
    "--only", "--profile", "--workers", "--out", "--compare", "--essay", "--notes", "--replay", "--notebook", "--address",
    "--dask",
)  # fmt: skip
TWICE = {
    "--profile": "quick", "--workers": "1", "--out": "new", "--compare": "old.json", "--essay": "essay.md", "--replay": ID,
    "--notes": "essay.md", "--notebook": ID, "--address": "https://example.org", "--dask": "local",
}  # fmt: skip
# Options that have no meaning together: each of a pair is named.
LISTED, REPLAYED, DECK, SHEETS, BOOK = ("--list",), ("--replay", ID), ("--slides",), ("--handout",), ("--notebook", ID)
OF_A_RUN = [
    ("--profile", "quick"), ("--workers", "1"), ("--dask", "local"), ("--fresh",), ("--no-examine",), ("--single",),
    ("--compare", "old.json"),
    ("--essay", "essay.md"),
]  # fmt: skip
TOGETHER = [
    *((one, other) for one in (LISTED, REPLAYED, DECK, SHEETS, BOOK) for other in OF_A_RUN),
    *((LISTED, other) for other in (REPLAYED, DECK, SHEETS, BOOK)), *((REPLAYED, other) for other in (DECK, SHEETS, BOOK)),
    (REPLAYED, ("--only", ID)), (BOOK, ("--only", ID)), (DECK, ("--essay", "nowhere.md")),
    *((("--notes", "essay.md"), other) for other in (LISTED, REPLAYED, DECK, *OF_A_RUN)),
    (("--fresh",), ("--no-examine",)), (("--workers", "1"), ("--no-examine",)), (("--dask", "local"), ("--no-examine",)),
    (("--workers", "1"), ("--dask", "tcp://127.0.0.1:1")), (("--dask", "local"), ("--essay", "essay.md")),
    *((one, ("--essay", "essay.md")) for one in (("--fresh",), ("--workers", "1"), ("--only", ID), ("--compare", "old.json"))),
]  # fmt: skip
WORDS = {
    # words that stand alone
    ("toys",): "did you mean --only toys?", ("toyz",): "did you mean --only toys?", (ID,): f"did you mean --only {ID}?",
    ("numbers-are-smal",): f"did you mean --only {ID}?", ("listt",): "did you mean list?", ("locat",): "did you mean locate?",
    ("slid",): "did you mean slides?", ("verfy",): "did you mean verify?", ("reply", ID): "did you mean replay?",
    ("fresh",): "did you mean --fresh?", ("record-hardwear",): "did you mean record-hardware?",
    ("--list", "locate"): "locate comes first", ("",): "''",
    ("-",): "'-'", ("--", "x"): "'x'", ("all", "of", "it"): "'all'", (ID, "--list"): "--only", ("a\nb",): r"'a\nb'",
    ("\udcff",): r"'\udcff'",
    # options that there are not
    ("--frobnicate",): "--frobnicate", ("--lisst",): "--list", ("-x",): "-x", ("--list=yes",): "--list", ("--fre\nsh",): "--fre",
    ("--\udcff",): r"--\udcff", ("--only=",): "''", ("--out", ""): "empty", ("--essay", ""): "empty", ("--compare", ""): "empty",
    ("--notes", ""): "empty",
    # what goes behind other commands
    ("locate",): "FILE", ("locate", "essay.md"): "PHRASE", ("locate", "essay.md", ""): "empty phrase",
    ("locate", "essay.md", "a", "b"): "b", ("locate", "--list"): "--list", ("locate", "essay.md", "xyzzy"): "none of its words",
    ("locate", "essay.md", "("): "nowhere",
    ("new",): "ID", ("new", ""): "is no id", ("new", "Toys are small"): "is no id", ("new", ID): "is taken",
    ("new", "toyz.are-small"): "no chapter is called", ("new", "\udcff"): "is no id", ("new", "a.b", "c"): "c",
    ("record-hardware", "x"): "record-hardware takes no arguments", ("record-libraries", "x"): "no library is called x",
    ("record-libraries", ""): "choose among", ("record-libraries", "--fresh"): "no library is called --fresh",
}  # fmt: skip
SHRINKING = {
    ("--only", ID, "--out", "../reports"): "statements", ("--only", ID, "--out", "../reports/site/.."): "statements",
    ("--only", ID, "--no-examine", "--out", "../reports"): "statements",
    ("--profile", "quick", "--out", "../reports"): "quick", ("--profile", "explore", "--out", "../reports"): "explore",
    ("--replay", "toys"): "is a chapter of 4 statements", ("--slides", "--handout", "--notebook", "toyz"): "did you mean toys?",
}  # fmt: skip
READS_THE_RECORD = [
    ("--list",), ("--slides",), ("--handout",), ("--notebook", ID), ("--essay", "essay.md"),
    ("--notes", "essay.md"), ("notes", "essay.md"), ("list",), ("slides",), ("handout",), ("notebook", ID), ("essay", "essay.md"),
    ("questions",),
]  # fmt: skip
# The commands: each calls what the option of its name calls, so that a few of the ids do.
HAS_IDS = [
    ("replay",), ("notebook",), ("list",), ("slides",), ("handout",), ("questions",), ("verify", "--only"),
    ("compare", "old.json", "--only"), ("observe",),
]  # fmt: skip
FEW = ("", " ", "toys.nothing-like-it-at-all", "toys.number-are-small", "toyz", "../verdicts", "a\nb", "\udcff", LONG)
HAS_A_FILE = {"essay": "essay.md", "notes": "essay.md", "compare": "old.json"}
BEHIND_A_COMMAND = {
    # too few words, or too many
    **{(name,): "FILE" for name in ("essay", "notes")}, ("compare",): "OLD.json",
    **{(name,): "ID" for name in ("replay", "notebook")},
    **{(name, ""): "it is empty" for name in HAS_A_FILE}, ("locate", "", "a"): "it is empty",
    **{(name, file, "b"): "(b)" for name, file in HAS_A_FILE.items()},
    **{(name, ID, "b"): "(b)" for name in ("replay", "notebook")},
    ("replay", "toys"): "is a chapter of 4 statements", ("notebook", ID, ID): f"({ID})",
    ("list", ID, "toyz"): "did you mean toys?", ("slides", ID, ""): "''", ("handout", "toyz", ID): "did you mean toys?",
    ("verify", "toys"): "did you mean --only toys?", ("verify", "toyz"): "did you mean --only toys?", ("verify", ""): "''",
    ("verify", "replay", ID): "replay comes first", ("verify", "verify"): "verify comes first",
    ("questions", "--format", "moodl"): "moodl", ("questions", "--format"): "--format",
    ("questions", "--only", ID): "takes no --only",
    ("observe", "--into", ""): "empty", ("observe", "--into"): "--into", ("observe", "--into", "essay.md"): "is a file",
    ("observe", ID, "--into", "a", "--into", "b"): "--into was given 2 times",
    ("observe", "--only", ID): "observe takes no --only",
    ("observe", ID, "--fresh"): "observe takes no --fresh", ("verify", "--observe"): "python -m reports observe",
    ("observe", ID, "--into", "essay.md/below"): "cannot write", ("list", "--into", "a"): "--into",
    ("observe", "--out", "essay.md"): "is a file", ("observe", ID, "toyz"): "did you mean toys?",
    ("stability", ID, "toyz"): "did you mean toys?", ("stability", "--seeds"): "--seeds",
    **{("stability", "--seeds", one): "--seeds" for one in ("-1", "1001", "many", "")},
    ("stability", "--workers", "0"): "--workers",
    ("stability", "--seeds", "1", "--seeds", "1"): "--seeds was given 2 times", ("stability", "--python", ""): "empty",
    ("stability", "--python", "nowhere"): "nowhere: no Python", ("stability", "--python", "folder"): "folder: no Python",
    ("stability", "--python", "essay.md"): "essay.md: no Python", ("stability", "--python", sys.executable): "the same versions",
    ("stability", "--only", ID): "takes no --only", ("stability", "--fresh"): "stability takes no --fresh",
    ("stability", "--out", "new"): "stability takes no --out", ("--list", "stability"): "stability comes first",
    # options without a value, with a wrong one, twice, of a misspelt name
    **{(*how, ID, "--out"): "--out" for how in HAS_IDS[:2]}, ("list", "--out", ""): "empty",
    ("slides", "--out", "essay.md"): "is a file",
    ("essay", "essay.md", "--out", ""): "empty", ("replay", ID, "--out", ""): "empty", ("verify", "--out", ""): "empty",
    ("handout", "--out", "a", "--out", "b"): "--out was given 2 times", ("verify", "--profile", "quik"): "quik",
    ("verify", "--workers", "0"): "--workers", ("verify", "--workers", "1", "--workers", "1"): "--workers was given 2 times",
    ("verify", "--only"): "--only", ("verify", "--compare", "nowhere.json"): "No such file", ("verify", "--onli", ID): "--only",
    ("list", "--outt", "a"): "--out", ("new", "toys.x", "--secton", "a"): "--section", ("slides", "--frobnicate"): "--frobnicate",
    ("replay", "-x", ID): "-x", ("verify", "--fresh=yes"): "--fresh",
    # options of other commands, and options that are commands
    ("verify", "--replay", ID): "python -m reports replay", ("verify", "--list"): "python -m reports list",
    ("verify", "--essay", "essay.md"): "python -m reports essay", ("verify", "--slides"): "python -m reports slides",
    ("verify", "--notebook", ID): "python -m reports notebook", ("replay", ID, "--notebook", ID): "python -m reports notebook",
    ("challenge",): "FILE", ("challenge", "nowhere.py"): "No such file", ("challenge", "essay.md", "--new", ID): "FILE",
    ("challenge", "essay.md"): "essay.md:1", ("challenge", "--new", "toyz"): "did you mean toys?", ("challenge", ""): "empty",
    ("challenge", "--new", "toys"): "chapter", ("challenge", "essay.md", "--only", ID): "challenge takes no --only",
    ("check", ID): ID, ("check", "--only", ID): "check takes no --only", ("check", "--fresh"): "check takes no --fresh",
    ("check", "--out", "nowhere"): "no folder", ("check", "--out", ""): "empty", ("check", "--text", "nowhere"): "nowhere",
    ("list", "--list"): "python -m reports list", ("notes", "essay.md", "--essay", "essay.md"): "python -m reports essay",
    ("list", "--only", ID): "list takes no --only", ("slides", "--only", ID): "slides takes no --only",
    ("replay", "--only", ID): "replay takes no --only", ("notebook", ID, "--only", ID): "notebook takes no --only",
    ("list", "--fresh"): "list takes no --fresh", ("replay", ID, "--profile", "quick"): "replay takes no --profile",
    ("slides", "--no-examine"): "slides takes no --no-examine", ("essay", "essay.md", "--fresh"): "essay takes no --fresh",
    ("essay", "essay.md", "--compare", "old.json"): "python -m reports compare",
    ("handout", "--single"): "handout takes no --single",
    ("compare", "old.json", "--compare", "old.json"): "python -m reports compare",
    ("new", "a.b", "--out", "x"): "new takes no --out",
    ("locate", "essay.md", "a", "--out", "x"): "locate takes no --out", ("verify", "--section", "x"): "--section",
    # options before a command, which would be ignored
    ("--list", "list"): "list comes first", ("--only", ID, "verify"): "--only stands before it", ("--fresh", "verify"): "--fresh",
    ("--out", "new", "list"): "--out stands before it", ("--replay", ID, "replay", ID): "replay comes first",
    ("--only", ID, "slides"): "slides comes first", ("--profile", "quick", "verify"): "--profile",
    ("--slides", "essay", "nowhere.md"): "essay comes first", ("--no-examine", "record-hardware"): "record-hardware comes first",
    ("--list", "new", "toys.x"): "new comes first", ("--notes", "essay.md", "notes", "essay.md"): "notes comes first",
    # of a run, what does not go together
    ("verify", "--fresh", "--no-examine"): "--fresh does not go with --no-examine",
    ("verify", "--no-examine", "--workers", "1"): "--workers does not go with --no-examine",
    ("verify", "--only", ID, "--out", "../reports"): "statements",
    ("verify", "--profile", "quick", "--out", "../reports"): "quick",
    ("compare", "old.json", "--only", ID, "--out", "../reports"): "statements",
    ("--notes", "a", "--notes", "b"): "--notes was given 2 times",
    ("--notes", ""): "empty",
    ("--notes", "essay.md", "--only", ID): "--only does not go with --notes",
}  # fmt: skip
READS_A_TEXT = [
    *(((how,), ()) for how in ("--essay", "essay", "--notes", "notes")), (("--no-examine", "--essay"), ()), (("locate",), ("a",)),
]  # fmt: skip
CALLS = [  # each with words of the answer
    *(((*how, id), (word,)) for how in NAMES_A_CLAIM for id, word in IDS.items()),
    *(((*how, name, *rest), (word,)) for how, rest in READS_A_TEXT for name, word in TEXTS.items()),
    *((("--compare", name), (word,)) for name, word in RECORDS.items()),
    *((("--out", name), (word,)) for name, word in FOLDERS.items()),
    *(((*how, "--out", "nowhere"), ("nowhere",)) for how in NO_RECORD),
    *((pair, (pair[0],)) for pair in VALUES),
    *(((name,), (name,)) for name in NO_VALUE),
    *(((name, value) * 2, (f"{name} was given 2 times",)) for name, value in TWICE.items()),
    *((call, (one[0], other[0])) for one, other in TOGETHER for call in (one + other, other + one)),
    *((call, (word,)) for call, word in (WORDS | SHRINKING | BEHIND_A_COMMAND).items()),
    *(((*how, id), (IDS[id],)) for how in HAS_IDS for id in FEW),
    *((("compare", name), (word,)) for name, word in RECORDS.items()),
    *(
        ((*how, "--out", "nowhere"), ("nowhere",))
        for how in (
            *READS_THE_RECORD[6:],
            ("replay", ID),
            ("verify", "--no-examine"),
            ("essay", "essay.md", "--no-examine"),
            ("compare", "old.json", "--no-examine"),
        )
    ),
]


def named(part):
    """The name of a test: the call, and not what is said to it."""
    return ascii(" ".join(part))[1:60]


SPOILT = {
    "empty.md": b"", "blank.md": b" \n\t\n", "nul.md": b"One.\nTwo\0.", "latin.md": b"Caf\xe9.", "deep.md": b"> " * 200 + b"a",
    "utf16.md": "One.".encode("utf-16"), "schema.json": b'{"schema": 1}', "essay.md": b"Numbers are at most ten.\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def examined(tmp_path_factory):
    """A folder of reports with all that can be written on demand, and beside it one with good files and bad ones."""
    place = tmp_path_factory.mktemp("examined")
    (place / "here" / "folder").mkdir(parents=True)
    for name, content in SPOILT.items():
        (place / "here" / name).write_bytes(content)
    (place / "here" / "loop").symlink_to("loop")
    (place / "here" / "dangling").symlink_to("nowhere")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place / "here")
        silent = SimpleNamespace(readouterr=lambda: SimpleNamespace(out="", err=""))
        reports = Reports(place / "reports", patch, silent)
        for call in (("--workers", "1", "--single"), ("--slides", "--handout"), ("--notebook", ID), ("--essay", "essay.md")):
            assert reports.run(*call)[0] == 0
    shutil.copy(place / "reports" / "verdicts.json", place / "here" / "old.json")
    return place


@pytest.fixture
def wrong(examined, tmp_path, monkeypatch, capsys):
    """The command line beside a copy of all that."""
    for name in ("reports", "here"):
        shutil.copytree(examined / name, tmp_path / name, symlinks=True)
    monkeypatch.chdir(tmp_path / "here")
    return Reports(tmp_path / "reports", monkeypatch, capsys)


def tree(reports):
    """Every file and folder, but for what this machine's store has."""
    below = reports.folder.parent
    folders = {path for path in below.rglob("*") if reports.kept not in (path, *path.parents)}
    return folders, {name: content for name, content in files(below).items() if not name.startswith("kept/")}


def test_every_option_has_its_place_among_the_calls():
    options = {one.opts[0] for one in command.params}

    assert set().union(*together.CALLS) == options
    assert set().union(*together.APART) | set(together.NEEDS_JUDGING) <= options


def test_there_are_hundreds_of_them_and_none_is_there_twice():
    assert len({call for call, _ in CALLS}) == len(CALLS) >= 500


def test_every_command_is_among_them():
    assert {call[0] for call, _ in CALLS} >= set(command.commands)


@pytest.mark.parametrize(("call", "words"), CALLS, ids=named)
def test_a_wrong_call_is_refused_in_a_line_and_changes_nothing(wrong, call, words):
    before = tree(wrong)
    complaint = wrong.refuses(*call)

    assert [one for one in words if one not in complaint] == []
    assert "fault of the program" not in complaint
    assert complaint[:-1].isprintable(), "nothing that a terminal would obey"
    assert tree(wrong) == before


@pytest.mark.parametrize("garbage", GARBAGE)
@pytest.mark.parametrize("call", READS_THE_RECORD, ids=named)
def test_a_spoilt_record_is_named_by_all_that_read_it(wrong, call, garbage):
    wrong.record.write_bytes(GARBAGE[garbage])
    before = tree(wrong)

    assert str(wrong.record) in wrong.refuses(*call)
    assert tree(wrong) == before


def test_where_one_of_several_pages_cannot_be_made_none_is_written(wrong):
    shutil.rmtree(wrong.folder / "site")
    (wrong.folder / "evidence" / f"{ID}.json").unlink()
    before = tree(wrong)

    assert f"{ID}.json" in wrong.refuses("--slides", "--handout", "--notebook", "toys")
    assert tree(wrong) == before


def test_what_is_asked_for_rightly_is_not_refused(wrong):
    """Else the calls above might be refused for whatever reason."""
    for call in (("--list", "--only", ID), REPLAYED, DECK, SHEETS, BOOK, ("--essay", "essay.md", "--single"), ("--slides", *BOOK),
                 ("--compare", "old.json"), ("--only", ID, "--out", "new"), ("--no-examine", "--essay", "essay.md"),
                 ("list", ID), ("list", "--out", "../reports"), ("replay", ID), ("slides",), ("slides", "toys"),
                 ("handout", ID, ID),
                 ("notebook", ID), ("essay", "essay.md"), ("essay", "essay.md", "--no-examine", "--single"),
                 ("compare", "old.json", "--no-examine"), ("verify", "--no-examine"), ("verify", "--only", ID, "--out", "new"),
                 ("locate", "essay.md", "ten"), ("--no-examine", "--single"), ("--out", "../reports")):  # fmt: skip
        code, _, complaint = wrong.run(*call)
        assert (code, complaint) == (0, ""), call


# --- in processes of their own: pipes, code pages, and what has to be loaded ------------------------------------------


def shell(line, **more):
    """A line of shell beside the checkout, in which $REPORTS is the command."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "REPORTS": f"{sys.executable} -m reports"} | more
    return subprocess.run(["bash", "-c", line], env=environment, cwd=ROOT, capture_output=True, check=False)


SAYING = {  # with the exit code, and whether there is a line of complaint
    "a disk that is full": ("$REPORTS --list > /dev/full", INPUT_ERROR, True),
    "one that is full at the end": ("$REPORTS --help > /dev/full", INPUT_ERROR, True),
    "nowhere": ("$REPORTS --list >&-", 0, False),
    "nowhere to complain": ("$REPORTS --frobnicate 2>&-", INPUT_ERROR, False),
    "no UTF-8": ("$REPORTS --only $'\\xff\\e[31m'", INPUT_ERROR, True),
    "a terminal of no width": ("TERM=nonsense COLUMNS=0 FORCE_COLOR=1 $REPORTS --list > /dev/null", 0, False),
}


@pytest.mark.parametrize("where", SAYING)
def test_where_nothing_can_be_said_there_is_a_line_or_none_and_a_code(where):
    line, code, complains = SAYING[where]
    done = shell(line)

    assert (done.returncode, done.stderr.count(b"\n")) == (code, int(complains)), done.stderr


def test_a_pipe_from_which_nobody_reads_is_a_line():
    """Closed before anything is said: how much a pipe takes in before the reader goes is a matter of luck."""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "reports", "--list"], stdout=writer, stderr=subprocess.PIPE, cwd=ROOT, check=False
    )
    os.close(writer)

    assert done.returncode == INPUT_ERROR
    assert done.stderr == b"reports: whoever read the output has gone, so not all of it was said\n"


@pytest.mark.parametrize("page", ["ascii", "cp1252", "latin-1"])
def test_a_code_page_that_has_not_all_signs_gets_every_line_with_escapes(page):
    plain, paged = (shell("$REPORTS --list", PYTHONIOENCODING=one) for one in ("utf-8", page))

    assert (plain.returncode, paged.returncode, paged.stderr) == (0, 0, b"")
    assert paged.stdout == plain.stdout.decode().encode(page, "backslashreplace") != plain.stdout


ONE_AFTER_ANOTHER = """
import json, sys
from pathlib import Path
from reports.__main__ import main
from reports.commands import statements
from reports.commands.verify import run
statements.reports = lambda: Path("reports")
run._examine = None  # were a call not refused, it would come to grief here
for call in json.loads(sys.stdin.read()):
    sys.argv = ["reports", *call]
    assert main() == 3, call
print(*sys.modules)
"""
SLOW = {"torch", "scipy", "altair", "vl_convert", "networkx", "nltk", "sacrebleu"}  # which take their time
ANY = "gradients.eigenvalues-multiply"


def test_nothing_slow_is_loaded_to_refuse_a_call(tmp_path):
    (tmp_path / "reports").mkdir()
    shutil.copy(ROOT / "reports" / "verdicts.json", tmp_path / "reports")
    wrong = [
        ["gradiants"], ["verfy"], [""], ["--frobnicate"], ["--workers", "0"], ["--profile", "x"], ["--list", "--fresh"],
        ["locate"], ["locate", "nowhere", "a"], ["record-hardware", "x"], ["record-libraries", "x"], ["--compare", "nowhere"],
        ["--essay", "nowhere"], ["--no-examine", "--out", "nowhere"], ["--slides", "--out", "nowhere"], ["--replay", "gradients"],
        ["--only", "needed", "--out", "reports"], ["--profile", "quick", "--out", "reports"], ["--out", "reports/verdicts.json"],
        ["--replay", ANY], ["--notebook", ANY, "--out", "nowhere"], *[[*how, "gradiants"] for how in NAMES_A_CLAIM + HAS_IDS],
        ["replay"], ["verify", "--replay", ANY], ["slides", "--only", ANY], ["--list", "list"], ["new", "--secton", "a"],
        ["essay"], ["notebook", ANY, "--out", "nowhere"], ["list", "--out", "nowhere"], ["notes", "nowhere"],
    ]  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", ONE_AFTER_ANOTHER], input=json.dumps(wrong), cwd=tmp_path, capture_output=True, text=True,
        check=False, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert done.stderr.count("\n") == len(wrong), done.stderr
    assert "did you mean --only gradients?" in done.stderr
    assert SLOW & set(done.stdout.split()) == set()
    assert files(tmp_path).keys() == {"reports/verdicts.json"}
