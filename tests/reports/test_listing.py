"""What a terminal shows while it is narrow, and a pipe of the same: the list of claims, and the bar of a run."""

import os
import pty
import subprocess
import sys
from io import StringIO

import pytest
from rich.console import Console

from claims.evidence.keys import ROOT
from reports.commands.verify.run import progress_on
from tests import toys

WIDTHS = [200, 80, 60, 40, 20]


def plain(text):
    """Without what sets letters in bold."""
    return text.replace("\x1b[1m", "").replace("\x1b[0m", "")


@pytest.fixture
def listed(reports):
    """What a terminal of so many columns is told."""
    reports.examine()

    def listed(width):
        reports.monkeypatch.setenv("COLUMNS", str(width))
        reports.monkeypatch.setenv("FORCE_COLOR", "1")
        code, said, complaint = reports.run("--list")
        assert (code, complaint) == (0, "")
        return plain(said)

    return listed


@pytest.mark.parametrize("width", WIDTHS)
def test_every_id_verdict_and_statement_is_whole_in_a_terminal_of_any_width(listed, width):
    said = listed(width)
    words = " ".join(said.split())

    for one in toys.QUICK_TOYS:
        assert one.id in said
        assert width == 200 or f"{one.id} {one.expect}, {one.by.name} {one.says}" in words
        assert one.says in words
    assert {line for line in said.splitlines() if len(line) > width} <= {one.id for one in toys.QUICK_TOYS}


def test_a_pipe_gets_a_claim_a_line_parted_by_tabs(reports):
    reports.examine()
    said = reports.run("--list")[1]

    assert said.splitlines() == [f"{one.id}\t{one.expect}\t{one.by.name}\t{one.says}\t" for one in toys.QUICK_TOYS]


def test_some_may_be_listed(reports):
    assert [line.partition("\t")[0] for line in reports.run("--list", "--only", toys.refuted.id)[1].splitlines()] == [
        toys.refuted.id
    ]


@pytest.mark.parametrize("width", [80, 40])
def test_a_terminal_is_asked_how_wide_it_is(width):
    """In a real one: no line is longer, but for ids."""
    leader, follower = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "FORCE_COLOR")}
    command = f'stty cols {width} rows 24; exec "{sys.executable}" -m reports --list --only needed'
    run = subprocess.Popen(
        ["bash", "-c", command], cwd=ROOT, stdin=follower, stdout=follower, stderr=follower, env=environment | {"TERM": "xterm"}
    )
    os.close(follower)
    said = b""
    while True:
        try:
            said += os.read(leader, 65536) or b""
        except OSError:  # the other end is closed
            break
    os.close(leader)

    assert run.wait() == 0
    lines = plain(said.decode()).splitlines()
    assert "needed.constant-path-cures-vanishing" in lines
    assert any(len(line) > width - 12 for line in lines)
    assert all(len(line) <= width or line.startswith("needed.") for line in lines)


@pytest.mark.parametrize("width", [80, 60, 40])
def test_the_bar_is_one_line_with_its_numbers_whole(width):
    console = Console(file=StringIO(), force_terminal=True, width=width, color_system=None)
    progress = progress_on(console)
    long = "forgetting.a-claim-with-a-very-long-name.trained [b] · search, 200 cases"
    progress.update(progress.add_task(long, total=2345), advance=1234)
    console.print(progress.get_renderable())
    (line,) = console.file.getvalue().splitlines()

    assert len(line) <= width
    assert "1234/2345" in line
    assert "-:--:--" in line
    assert long[:15] in line


def test_a_run_in_a_pipe_says_what_there_is_to_do_before_it_does_it(reports):
    said = reports.examine()[1].splitlines()

    readings = sum(len(one.readings) for one in toys.QUICK_TOYS)
    assert said[0] == f"To be examined: {readings} readings …"
