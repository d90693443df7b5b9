"""The commands: what each says of itself, and that it does what the option of its name does."""

import hashlib
import re
import shutil
import sys
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from claims.evidence.keys import ROOT
from claims.evidence.source import read
from reports.__main__ import _of_a_file
from reports.command import command
from tests import toys
from tests.reports.running import ALL_PINNED, files


def test_help_names_every_option_and_before_them_every_command(reports):
    reports.monkeypatch.setenv("COLUMNS", "80")
    code, said, _ = reports.run("--help")

    assert code == ALL_PINNED
    for option in ("--only", "--profile", "--workers", "--out", "--no-examine", "--compare", "--replay", "--list"):
        assert option in said
    commands, _, options = said.partition("Options of a run:")
    for name, one in command.commands.items():
        line = one.help.partition("\n")[0]
        assert re.search(rf"^  {name}  +{re.escape(line)}$", commands, flags=re.MULTILINE), name
    listed = set(re.findall(r"^  (?:-h, )?(--[\w-]+)", options, flags=re.MULTILINE))
    assert listed >= {one.opts[0] for one in command.params} | {"--help"}
    assert max(map(len, said.splitlines())) <= 80


@pytest.mark.parametrize("name", command.commands)
@pytest.mark.parametrize("word", ["-h", "--help"])
def test_every_command_says_what_it_takes_an_example_and_what_it_writes(reports, name, word):
    reports.monkeypatch.setenv("COLUMNS", "80")
    code, said, complaint = reports.run(name, word)

    assert (code, complaint) == (ALL_PINNED, "")
    assert said.startswith(f"Usage: python -m reports {name}")
    assert f"  {command.commands[name].help.partition(chr(10))[0]}" in said.splitlines()
    assert f"  For instance: python -m reports {name}" in said
    assert "\n  Writes " in said
    assert max(map(len, said.splitlines())) <= 80


QUALIFIED = toys.qualified.id
# Each reading took, and digests of these.
TELL_HOW_LONG = ("run.json", "verdicts.junit.xml", "verdicts.intoto.json")
TWO_WAYS = [
    (("--list",), ("list",)),
    (("--list", "--only", QUALIFIED, "--only", toys.refuted.id), ("list", QUALIFIED, toys.refuted.id)),
    (("--replay", QUALIFIED), ("replay", QUALIFIED)),
    (("--slides", "--only", "toys"), ("slides", "toys")),
    (("--handout",), ("handout",)),
    (("--notebook", QUALIFIED), ("notebook", QUALIFIED)),
    (("--essay", "copy.md", "--single"), ("essay", "copy.md", "--single")),
    (("--no-examine", "--essay", "copy.md"), ("essay", "--no-examine", "copy.md")),
    (("--no-examine", "--compare", "old.json"), ("compare", "old.json", "--no-examine")),
    (("--no-examine", "--single", "--out", "new"), ("verify", "--no-examine", "--single", "--out", "new")),
]


@pytest.mark.parametrize(("option", "word"), TWO_WAYS, ids=lambda call: " ".join(call))
def test_an_option_and_the_command_of_its_name_do_the_same(reports, tmp_path, option, word):
    reports.examine()
    reports.monkeypatch.chdir(tmp_path)
    (tmp_path / "copy.md").write_text("Numbers are at most ten.\n", encoding="utf-8")
    (tmp_path / "old.json").write_bytes(reports.record.read_bytes())
    shutil.copytree(reports.folder, tmp_path / "new")
    one, other = (_done(reports, call) for call in (option, word))

    assert one == other
    assert one[0][0] == ALL_PINNED


def _done(reports, call):
    """What was said, and every file after it by a digest, while the clocks stand."""
    noon = datetime(2000, 1, 1, 12, tzinfo=UTC)
    with reports.monkeypatch.context() as patch:
        patch.setattr("reports.record.making.datetime", SimpleNamespace(now=lambda _: noon))
        patch.setattr("reports.commands.verify.run.perf_counter", lambda: 0.0)
        said = reports.run(*call)
    found = {
        name: hashlib.sha256(content).hexdigest()
        for name, content in files(reports.folder.parent).items()
        if not name.startswith("kept/") and not name.endswith(TELL_HOW_LONG)
    }
    return said, found


def test_a_run_is_what_is_done_without_a_command(reports):
    reports.examine()
    one, other = (_done(reports, call) for call in (("verify", "--workers", "1"), ("--workers", "1")))

    assert one == other
    assert "To be examined" in one[0][1]


def test_a_mistake_in_a_file_is_told_from_the_checkout_s_root():
    with pytest.raises(SyntaxError) as caught:
        read(b"def (", str(ROOT / "claims" / "trying.py"))

    assert _of_a_file(caught.value).startswith("claims/trying.py:1: ")


def test_before_a_wait_a_terminal_is_told_and_a_pipe_is_not(reports):
    reports.examine()
    for command_of in (("replay", QUALIFIED), ("notebook", QUALIFIED)):
        assert reports.run(*command_of)[2] == ""
        with reports.monkeypatch.context() as patch:
            patch.setattr(sys.stderr, "isatty", lambda: True)
            assert reports.run(*command_of)[2] == "Loading tests.toys …\n"
