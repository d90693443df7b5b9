"""Runs of the command line on toy claims, in this process and with one worker, so that a whole run takes a moment."""

import json
import sys

from claims.catalogue import Entry, entries_of
from claims.evidence.keys import here
from reports.__main__ import main
from reports.commands import classroom, observe, replay, statements
from reports.commands.challenge import challenge
from reports.essay import page
from reports.essay.passages import read_passages
from reports.running import work
from tests import toys

ALL_PINNED, VERDICT_CHANGED, NOT_DECIDED, INPUT_ERROR = 0, 1, 2, 3


class Reports:
    """The command line as a user meets it, with these claims for a text and a folder of its own."""

    def __init__(self, folder, monkeypatch, capsys):
        self.folder, self.monkeypatch, self.capsys = folder, monkeypatch, capsys
        self.kept = folder.parent / "kept"
        monkeypatch.setattr(statements, "reports", lambda: folder)
        monkeypatch.setattr(statements, "KEPT", self.kept)
        self.passages("")
        self.claims(*toys.QUICK_TOYS)

    def passages(self, rows):
        """Let these be all the rows that place claims in an essay."""
        file = self.folder.parent / "passages.toml"
        file.write_text(f"passages = [\n{rows}\n]\n", encoding="utf-8")
        self.monkeypatch.setattr(page, "passages", lambda known=None: read_passages(file, known))

    def claims(self, *claims):
        """Let the text consist of these. They have no keys, since those made of one source would share them: each is examined
        whenever it is asked for."""
        known = {one.id: one for one in claims}
        self.entries(*(Entry(one.id, one.check.__module__, one.defined_at) for one in claims))
        for module in (work, replay, classroom, observe, challenge):
            self.monkeypatch.setattr(module, "find_claim", lambda name, module: known[name])

    def keyed(self, *claims, module="tests.toys", sources=None):
        """Let the text consist of these as the source of a module tells them, with their keys: what is known of them is kept."""
        found = {one.id: one for one in entries_of(module, sources or here())}
        self.claims(*claims)
        self.entries(*(found[one.id] for one in claims))

    def entries(self, *entries):
        """Let these be all that there are."""
        self.monkeypatch.setattr(statements, "entries", lambda *_: entries)

    def run(self, *arguments):
        """`python -m reports ARGUMENTS`: exit code, what it said, what it complained about."""
        self.monkeypatch.setattr(sys, "argv", ["reports", *map(str, arguments)])
        code = main()
        said = self.capsys.readouterr()
        return code, said.out, said.err

    def examine(self, *arguments):
        return self.run("--workers", 1, *arguments)

    def refuses(self, *arguments):
        """The one line that it ends with, without a traceback, as an input error."""
        code, _, complaint = self.run(*arguments)
        assert code == INPUT_ERROR
        assert complaint.startswith("reports: "), complaint
        assert complaint.count("\n") == 1, complaint
        return complaint

    @property
    def record(self):
        return self.folder / "verdicts.json"


def files(folder):
    """All files below, with their bytes."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def without_run(path):
    return {name: part for name, part in json.loads(path.read_bytes()).items() if name != "run"}
