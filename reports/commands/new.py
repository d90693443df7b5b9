"""`python -m reports new ID`: a claim to fill in, written where it belongs. It runs as it is, on a property that is a toy."""

import ast
import difflib
import keyword
import re
from collections.abc import Sequence
from pathlib import Path

import click

from claims.catalogue import Entry
from claims.evidence.evidence import write_whole
from claims.evidence.keys import Sources, from_root, here
from claims.evidence.source import Source
from claims.evidence.store import Store
from claims.texts import Text, the_text
from reports.commands import statements

ID = re.compile(r"[a-z]+(?:-[a-z]+)*\.[a-z0-9]+(?:[.-][a-z0-9]+)*")
IMPORTS = {"claims.kit": ("at_most", "claim", "reading", "show"), "claims.kit.domains": ("whole",)}
QUESTION = (
    '    asked="A forum 2025: Are numbers up to ten at most ten? https://example.org/",  # where, when, what, its address\n'
)
CLAIM = '''@claim(
    "{id}",
    says="Whole numbers up to ten are at most ten.",  # the statement, in your own words
    as_written=reading(n=whole(0, 10)),  # what it speaks of, no more and no less: a domain for each argument of the property
    # amended={{"they are less than ten": reading(n=whole(0, 9))}},  # fell as written? the condition, read after “true if”
    fails_for={{"near miss: up to eleven": reading(n=whole(0, 11))}},  # a control, where it must fall: whatever stands needs one
    holds_for={{"the number ten": reading(n=10)}},  # a control, where it must hold: refuted claims need one
    expect="supported",  # what came out, pinned; it is never looked at when judging
    teach="Count on your fingers.",  # what to say instead, or why it is so
    # not_shown="Larger numbers.",
    # lines=(12,),  # of the text, where it stands there
{asked})
def {name}(n: int) -> None:
    """One case: raises where the statement fails for it."""
    show("the number", n)
    at_most(n, 10, "the number")
'''


def new(id: str, section: str | None, begins: bool) -> int:
    """Write a claim to fill in, ID being chapter.what-it-says. Nothing that is there is overwritten."""
    store = Store(statements.KEPT)
    known = statements.entries(store)
    _must_be_free(id, known)
    chapter = id.partition(".")[0].replace("-", "_")
    _must_be_a_chapter(id, chapter, known, begins)
    text = the_text()
    for line in write(id, here(), text, chapter, section):
        click.echo(line)
    if begins:
        click.echo(
            f"A new chapter is found as it is, and comes last. Give it its place and its title in {text.called('text.toml')}."
        )
    click.echo(f"It runs as it is, on a toy. Edit it, then: python -m reports{text.option} --only {id}")
    return 0


def _must_be_free(id: str, known: Sequence[Entry]) -> None:
    if not ID.fullmatch(id):
        likely = re.sub(r"[^a-z0-9.]+", "-", id.lower()).strip("-.")
        hint = f", {likely} perhaps" if ID.fullmatch(likely) else ""
        raise click.UsageError(f"{id!r} is no id; write chapter.what-it-says, small letters and hyphens{hint}")
    if taken := next((one for one in known if one.id == id), None):
        raise click.UsageError(f"{id!r} is taken, by {taken.defined_at}; choose another")


def _must_be_a_chapter(id: str, chapter: str, known: Sequence[Entry], begins: bool) -> None:
    text = the_text()
    chapters, module = list(dict.fromkeys([*text.names, *(one.chapter for one in known)])), f"{text.package}.{chapter}"
    if begins and here().file_of(module):
        raise click.UsageError(f"{here().place(module)} is there already; leave out --new-chapter, or choose another")
    if not begins and chapter not in chapters:
        near = difflib.get_close_matches(chapter, chapters, n=1)
        there = f"; there are {', '.join(chapters)}" if chapters else ""
        hint = f"did you mean {near[0].replace('_', '-')}.{id.partition('.')[2]}? " if near else ""
        raise click.UsageError(f"no chapter is called {chapter!r}; {hint}--new-chapter begins one{there}")


def write(id: str, sources: Sources, text: Text, chapter: str, section: str | None = None) -> list[str]:
    """Write the claim, and say where. A chapter that is one module has it added; one that is a package has a module more."""
    module, own, asked = f"{text.package}.{chapter}", _name(id), text.about.chapter(chapter).asked
    home = sources.file_of(module)
    if home is None or home.name != "__init__.py":
        if section:
            raise click.UsageError(f"the chapter {chapter} has no sections; leave out --section")
        file = home or text.folder / f"{chapter}.py"
        return [_add(id, file, sources, module, asked) if home else _begin(id, file, sources, asked)]
    sections = (sources.module(module) or Source({}, {}, None, [])).sections or []  # type: ignore[arg-type]
    file = home.parent / f"{section or own}.py"
    if section and section not in sections:
        near = difflib.get_close_matches(section, sections, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(sections)}; without --section it has one of its own"
        raise click.UsageError(f"the chapter {chapter} has no section {section!r}; {hint}")
    if section:
        return [_add(id, file, sources, f"{module}.{section}", asked)]
    if file.exists():
        raise click.UsageError(f"{_short(file, sources)} is there already; add to it with --section {own}, or choose another id")
    listed = with_section(home.read_text(encoding="utf-8"), own)
    said = _begin(id, file, sources, asked)
    write_whole(home, listed.encode())
    return [said, f"Listed last among the SECTIONS of {_short(home, sources)}: put it where it is to be read."]


def _begin(id: str, file: Path, sources: Sources, asked: bool) -> str:
    imports = "\n".join(f"from {module} import {', '.join(names)}" for module, names in IMPORTS.items())
    with file.open("x", encoding="utf-8") as there:
        there.write(f'"""What this is about, in a sentence."""\n\n{imports}\n\n\n{_claim(id, _name(id), asked)}')
    return f"Written: {_short(file, sources)}"


def _add(id: str, file: Path, sources: Sources, module: str, asked: bool) -> str:
    source = sources.module(module)
    name = _name(id)
    while source and name in {*source.defined, *source.imported}:
        name += "_too"
    text = with_imports(file.read_text(encoding="utf-8"), source.imported if source else {})
    write_whole(file, f"{text.rstrip()}\n\n\n{_claim(id, name, asked)}".encode())
    return f"Added to the end of {_short(file, sources)}"


def with_imports(text: str, there: dict[str, str]) -> str:
    """The module with what a claim needs imported after its other imports."""
    missing = {module: [one for one in names if there.get(one) != f"{module}.{one}"] for module, names in IMPORTS.items()}
    more = [f"from {module} import {', '.join(names)}" for module, names in missing.items() if names]
    lines = text.splitlines()
    body = ast.parse(text).body
    last = max([one.end_lineno or 0 for one in body[:1] if isinstance(one, ast.Expr)]
               + [one.end_lineno or 0 for one in body if isinstance(one, ast.Import | ast.ImportFrom)], default=0)  # fmt: skip
    return "\n".join([*lines[:last], *more, *lines[last:]]) + "\n"


def with_section(text: str, name: str) -> str:
    """The module with one more section at the end of its SECTIONS."""
    for one in ast.parse(text).body:
        if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == "SECTIONS":
            lines = text.encode().splitlines(keepends=True)
            end = sum(map(len, lines[: (one.value.end_lineno or 1) - 1])) + (one.value.end_col_offset or 0)
            before, bracket, after = text.encode()[: end - 1], text.encode()[end - 1 : end], text.encode()[end:]
            kept = before.rstrip().rstrip(b",")
            more = f'"{name}",' if kept.endswith((b"(", b"[")) else f', "{name}"'
            return (kept + more.encode() + bracket + after).decode()
    return f'{text.rstrip()}\n\nSECTIONS = ("{name}",)\n'


def _claim(id: str, name: str, asked: bool) -> str:
    return CLAIM.format(id=id, name=name, asked=QUESTION if asked else "")


def _name(id: str) -> str:
    """What the property is called, and a module of its own."""
    name = re.sub(r"\W", "_", id.partition(".")[2])
    return f"claim_{name}" if name[0].isdigit() or keyword.iskeyword(name) else name


def _short(file: Path, sources: Sources) -> str:
    return file.relative_to(sources.root).as_posix() if file.is_relative_to(sources.root) else from_root(file)
