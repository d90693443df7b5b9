"""`docs/your-own-text.md` as a teacher follows it: every file that it has written, every command as it stands, in their order."""

import json
import os
import re
import subprocess
import sys

import pytest

from claims.evidence.keys import ROOT

GUIDE = (ROOT / "docs" / "your-own-text.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"(?:#|%) ~/(\S+)\n")  # a file's own name, in its first line
EXAMINED = "basics.best-gets-half", "sizes.base-parameters"


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """The home of somebody who has done all that, and what every command said."""
    home, said = tmp_path_factory.mktemp("home"), {}
    (home / "bin").mkdir()
    (home / "bin" / "python").symlink_to(sys.executable)
    set_so = os.environ | {
        "HOME": str(home),
        "PATH": f"{home / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    for language, block in BLOCKS:
        if language == "sh":
            for command in [block] if "<<" in block else block.splitlines():
                done = subprocess.run(["bash", "-c", command], cwd=ROOT, env=set_so, capture_output=True, text=True, check=False)
                said[command] = done.returncode, done.stdout, done.stderr
        else:
            (home / NAMED.match(block)[1]).write_text(block, encoding="utf-8")
    return home / "softmax_notes", said


def test_the_guide_has_commands_and_says_of_every_file_what_it_is_called():
    commands = [block for language, block in BLOCKS if language == "sh"]

    assert len(commands) > 5
    assert all(NAMED.match(block) for language, block in BLOCKS if language != "sh")


def test_every_command_does_what_it_says_and_complains_of_nothing(followed):
    assert {command: (code, error) for command, (code, _, error) in followed[1].items() if code or error} == {}


def test_the_claim_and_the_figure_come_out_as_the_guide_says(followed):
    folder, said = followed
    record = json.loads((folder / "report" / "verdicts.json").read_bytes())

    assert {one["id"]: one["verdict"] for one in record["claims"]} == dict(zip(EXAMINED, ("qualified", "supported"), strict=True))
    assert record["text"]["title"] == "Notes on softmax"
    only = [out for command, (_, out, _) in said.items() if command.endswith("--only basics.best-gets-half")]
    assert re.search(r"^basics.best-gets-half: qualified, as pinned", only[-1], re.MULTILINE)


def test_its_pages_are_written_and_all_its_sentences_have_a_place(followed):
    folder, said = followed
    site = folder / "report" / "site"
    pages = ["index.html", "essay.html", "slides.html", "handout.html", f"notebooks/{EXAMINED[0]}.ipynb"]

    assert [one for one in pages if not (site / one).exists()] == []
    assert any("4 of 4 sentences accounted for (100 %)" in out for _, out, _ in said.values())


def test_the_rows_that_it_has_pasted_are_those_that_are_printed(followed):
    printed = next(out for command, (_, out, _) in followed[1].items() if " locate " in command)

    assert printed.partition(", claims")[0] in GUIDE
