"""A text whose statements are put to the test: a folder with a `text.toml`, which says what the text is called and which chapters
it has; beside that its claims, and whatever else it brings. `docs/your-own-text.md` makes one.

Which text is meant is said by `--text FOLDER`, which the processes of a run learn from their environment. Otherwise it is the one
that lies in this folder.
"""

import importlib
import importlib.util
import os
import re
import shlex
import sys
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from claims.evidence.files import UNREADABLE, text_of, told, toml_of
from claims.evidence.keys import HOMES, ROOT, TEXT, Target, here

VARIABLE = "CLAIMS_TEXT"
FILE = "text.toml"
NAME = re.compile(r"[a-z][a-z0-9_]*")  # of a folder or a file that Python can import


class Chapter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A chapter: a module or a package of this `name`, or rows of facts alone, and its title. What is not in the text counts
    `apart`, under these words, and may say `why` it is there; where it is `asked`, each claim says where in public."""

    name: str
    title: str
    apart: str = ""
    why: str = ""
    asked: bool = False


class About(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """`text.toml`: how the text is called, and what the report calls it (`noun`); what its statements are `about`; who answers
    for the report; by the name of a formula to turn by hand (`reports/pages/explore.py`), the claims that it illustrates."""

    title: str
    noun: str = "text"
    about: str = ""
    authors: str = "The Checked Claims authors"
    chapters: list[Chapter] = msgspec.field(name="chapter", default_factory=list)
    formulas: dict[str, list[str]] = {}

    @property
    def report(self) -> str:
        """How the report is called."""
        first, second = self.title[:1], self.title[1:2]
        is_a_word = second.islower() or self.title.startswith("A ")  # and no abbreviation, which stays as it is
        return f"Checked claims: {first.lower() if is_a_word else first}{self.title[1:]}"

    @property
    def described(self) -> str:
        """Such as: an essay on recurrent networks and attention."""
        article = "" if self.noun.endswith("s") else "an " if self.noun[:1] in "aeiou" else "a "
        return f"{article}{self.noun}" + (f" on {self.about}" if self.about else "")

    @property
    def possessive(self) -> str:
        """Such as: essay's."""
        return f"{self.noun}'" if self.noun.endswith("s") else f"{self.noun}'s"

    def chapter(self, name: str) -> Chapter:
        """The chapter of that name; one that is not listed is called by it."""
        listed = next((one for one in self.chapters if one.name == name), None)
        return listed or Chapter(name=name, title=name.replace("_", " ").capitalize())


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """A text. Its claims are modules of the `package`."""

    folder: Path
    package: str
    about: About

    def __hash__(self) -> int:
        return hash(self.folder)

    @property
    def names(self) -> list[str]:
        """Its chapters, by their names."""
        return [one.name for one in self.about.chapters]

    @property
    def is_this_projects(self) -> bool:
        """Whether it is the one that is meant where none is named. Its report lies in `reports/`."""
        return self.folder == _own_folder()

    @property
    def bibliography(self) -> Path:
        return self.folder / "sources.bib"

    @property
    def facts(self) -> Path:
        """The folder of its rows."""
        return self.folder / "facts"

    @property
    def report(self) -> Path:
        """Where its report goes."""
        return ROOT / "reports" if self.is_this_projects else self.folder / "report"

    @property
    def option(self) -> str:
        """What a command needs to mean it again, such as: --text examples/attention; nothing where none was named."""
        if self.is_this_projects or not os.environ.get(VARIABLE):
            return ""
        place = self.package.replace(".", "/") if self.folder.is_relative_to(ROOT) else str(self.folder)
        return f" --text {shlex.quote(place)}"

    def called(self, file: str) -> str:
        """A file of it, from the checkout's root if it lies below, else from the folder that it lies in."""
        return f"{self.package.replace('.', '/')}/{file}"

    def brings(self, module: str, name: str) -> Target | None:
        """Where it defines a list for the report, such as `TABLES` in tables.py; None where it has none."""
        found = here().module(f"{self.package}.{module}")
        return Target(f"{self.package}.{module}", name) if found and name in found.defined else None

    def listed(self, module: str, name: str, otherwise: Any = ()) -> Any:
        """That list."""
        found = self.brings(module, name)
        return getattr(importlib.import_module(found.module), found.name) if found else otherwise


def the_text() -> Text:
    """The text that is meant. ClaimError where there is none."""
    named = os.environ.get(VARIABLE)
    text = read_text(Path(named).resolve() if named else _own_folder())
    TEXT[:] = [text.package]
    return text


def use(folder: Path) -> None:
    """Let this text be meant, by the processes that this one starts as well. ClaimError, where there is none."""
    read_text(folder.resolve())
    os.environ[VARIABLE] = str(folder.resolve())
    the_text()


@cache
def _own_folder() -> Path:
    return next(one.parent for one in sorted((ROOT / "claims").glob(f"*/{FILE}")))


@cache
def read_text(folder: Path) -> Text:
    """The text in a folder, whose modules can be imported from now on. ClaimError with the file, the mistake, and what to do."""
    file = folder / FILE
    try:
        plain = toml_of(text_of(file))
    except (FileNotFoundError, NotADirectoryError):
        _refuse(f"{folder}: no text, for it has no {FILE}; docs/your-own-text.md says what goes into it")
    except UNREADABLE as problem:
        _refuse(f"{file}: not readable as TOML ({told(problem)}); mend the file")
    try:
        about = msgspec.convert(plain, About)
    except msgspec.ValidationError as problem:
        _refuse(f"{file}: {problem}; docs/your-own-text.md says what may stand there")
    for one in about.chapters:
        if not NAME.fullmatch(one.name):
            _refuse(f"{file}: {one.name!r} is no name of a chapter; use small letters, digits and underlines")
        if [each.name for each in about.chapters].count(one.name) > 1:
            _refuse(f"{file}: two chapters are called {one.name!r}; give one of them another name")
    return Text(folder=folder, package=_package(folder), about=about)


def _package(folder: Path) -> str:
    """The name of the package: the path from the checkout's root, or that of the folder alone, which is then made known."""
    inside = folder.is_relative_to(ROOT)
    parts = folder.relative_to(ROOT).parts if inside else (folder.name,)
    if wrong := [one for one in parts if not NAME.fullmatch(one)]:
        _refuse(f"{folder}: {wrong[0]!r} is no name of a package; use small letters, digits and underlines")
    if not inside:
        HOMES[folder.name] = folder.parent
        if str(folder.parent) not in sys.path:
            sys.path.append(str(folder.parent))
        found = importlib.util.find_spec(folder.name)
        if found is None or str(folder) not in [*(found.submodule_search_locations or ())]:
            _refuse(f"{folder}: Python has another package called {folder.name}; give the folder another name")
    return ".".join(parts)


def _refuse(why: str) -> NoReturn:
    from claims.kit.claim import ClaimError

    raise ClaimError(why)
