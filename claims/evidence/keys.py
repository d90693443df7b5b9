"""Keys by meaning: a fingerprint of all that a reading's evidence, or a training run, rests on.

The fingerprint of a definition is made of its own shape and of the fingerprints of all that it mentions (Merkle 1987). So it
changes when anything of ours that it reaches changes its meaning, and stays when a definition moves to another module, when a
comment is mended, or when a file that it does not reach is edited. Nothing is imported.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from claims.evidence.source import Piece, Source, digest, read

ROOT = Path(__file__).resolve().parents[2]
DATA = ("*.json", "*.toml", "*.bib")  # what counts in a folder that a constant names
HOMES: dict[str, Path] = {}  # where packages of ours lie that are not below the root
TEXT: list[str] = []  # the package of the text that is meant, once somebody has asked which one it is
KEEPERS = frozenset({"claims.evidence.runs.experiment"})  # keeps what a run comes to and has no part in it


class Target(NamedTuple):
    """A definition of ours."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


Meant = Target | str  # a definition of ours, or the full name of what is another's


class Sources:
    """The project's source. `known` are files read before, by the digest of their content; what is `changed` is put in place of
    what lies on disk."""

    def __init__(self, known: Mapping[str, Source] | None = None, changed: Mapping[Path, bytes] | None = None, root: Path = ROOT):
        self.root, self.changed, self.known = root, changed or {}, dict(known or {})
        self.read: dict[str, Source] = {}  # by the digest of the content
        self.contents: dict[str, str] = {}  # module by module
        self.files: dict[Path, tuple[int, ...]] = {}  # as they lay there when they were read
        self._modules: dict[str, Source | None] = {}
        self._fingerprints: dict[frozenset[str], dict[Target, str]] = {}

    # --- modules and names

    def module(self, name: str) -> Source | None:
        """A module of ours; None if there is no such file."""
        if name not in self._modules:
            file = self.file_of(name)
            self._modules[name] = None if file is None else self._read(name, file)
        return self._modules[name]

    def file_of(self, name: str) -> Path | None:
        parts = name.split(".")
        path = HOMES.get(parts[0], self.root).joinpath(*parts)
        return next((one for one in (path.with_suffix(".py"), path / "__init__.py") if one.is_file()), None)

    def place(self, name: str) -> str:
        """Where a module stands, from the checkout's root if it lies below; empty if it is none of ours."""
        file = self.file_of(name)
        return "" if file is None else file.relative_to(HOMES.get(name.partition(".")[0], self.root)).as_posix()

    def _read(self, name: str, file: Path) -> Source:
        self.files[file] = _marks(file)
        content = self.changed[file] if file in self.changed else file.read_bytes()
        self.contents[name] = known = hashlib.sha256(content).hexdigest()[:24]
        found = self.read[known] = self.known.get(known) or read(content, str(file))
        return found

    def still_stands(self) -> bool:
        """Whether the files are those that were read: what runs after an edit is not what the keys speak of."""
        return all(_marks(file) == before for file, before in self.files.items())

    def text(self, name: str) -> str:
        """A digest of a module's whole text, words and all."""
        self.module(name)
        return self.contents.get(name, "")

    def meant(self, module: str, full: str) -> Meant:
        """What a full name stands for, wherever it is handed on from; `.name` is the module's own."""
        if full.startswith("."):
            return Target(module, full[1:])
        home, _, last = full.rpartition(".")
        found = self.module(home) if home else None
        if found is None:
            return full
        if last in found.defined:
            return Target(home, last)
        return self.meant(home, found.imported[last]) if last in found.imported else full

    def mentioned(self, piece: Piece, module: str) -> Iterator[tuple[str, Meant]]:
        """What a piece of a module's source mentions. A module of ours that is passed on whole stands for everything in it."""
        for words, full in piece.mentions.items():
            name, found = self._longest(module, words, full)
            if isinstance(found, str) and (whole := self.module(found)):
                yield from ((f"{name}.{one}", Target(found, one)) for one in whole.defined)
            else:
                yield name, found

    def _longest(self, module: str, words: str, full: str) -> tuple[str, Meant]:
        """The longest beginning of a dotted name that is a definition or a module of ours; a name of others' whole."""
        name, left = words, full
        while True:
            found = self.meant(module, left)
            if isinstance(found, Target) or self.module(found):
                return name, found
            if "." not in name:
                return words, full
            name, left = name.rpartition(".")[0], left.rpartition(".")[0]

    # --- what is reached, and fingerprints

    def reached(self, starts: Iterable[Meant]) -> set[Target]:
        """Every definition of ours among these, and all that they mention, directly or by way of others."""
        found: set[Target] = set()
        waiting = [one for one in starts if isinstance(one, Target)]
        while waiting:
            if (one := waiting.pop()) not in found:
                found.add(one)
                waiting += self._next(one)
        return found

    def _next(self, one: Target) -> list[Target]:
        source = self._home(one)
        pieces = (source.defined[one.name].piece, source.effects)
        return [meant for piece in pieces for _, meant in self.mentioned(piece, one.module) if isinstance(meant, Target)]

    def _home(self, one: Target) -> Source:
        source = self.module(one.module)
        if source is None or one.name not in source.defined:
            raise LookupError(f"{one}: there is no such definition at the top of a module")
        return source

    def fingerprint(self, one: Meant, without: frozenset[str] = frozenset()) -> str:
        """What a definition means with all that it reaches; those whose full names are in `without` count by name alone."""
        if isinstance(one, str):
            return one
        known = self._fingerprints.setdefault(without, {})
        if one not in known:
            _Circles(self, known, without).visit(one)
        return known[one]

    def meaning(self, piece: Piece, module: str) -> str:
        """What a piece of a module's source means, in the same way."""
        return digest(piece.shape, *(f"{name}={self.fingerprint(found)}" for name, found in self.mentioned(piece, module)))

    def data(self, path: str) -> str:
        """What lies at a path that a constant names: rows of data are definitions, too."""
        place = self.root / path
        if not path or not place.exists():
            return ""
        files = sorted(one for pattern in DATA for one in place.glob(pattern)) if place.is_dir() else [place]
        contents = (self.changed[one] if one in self.changed else one.read_bytes() for one in files)
        return digest(*(f"{one.name} {hashlib.sha256(each).hexdigest()}" for one, each in zip(files, contents, strict=True)))


class _Circles:
    """Fingerprints of definitions in the order in which they need each other. Those that mention each other in a circle have one
    together, and are told apart by their names (Tarjan 1972 finds them)."""

    def __init__(self, sources: Sources, known: dict[Target, str], without: frozenset[str]) -> None:
        self.sources, self.known, self.without = sources, known, without
        self.order: dict[Target, int] = {}
        self.lowest: dict[Target, int] = {}
        self.open: list[Target] = []

    def visit(self, one: Target) -> None:
        self.order[one] = self.lowest[one] = len(self.order)
        self.open.append(one)
        for other in self.sources._next(one):
            if other in self.known or str(other) in self.without:
                continue
            if other not in self.order:
                self.visit(other)
                self.lowest[one] = min(self.lowest[one], self.lowest[other])
            else:
                self.lowest[one] = min(self.lowest[one], self.order[other])
        if self.lowest[one] == self.order[one]:
            place = self.open.index(one)
            circle, self.open = self.open[place:], self.open[:place]
            self._close(sorted(circle, key=lambda each: each.name))

    def _close(self, circle: list[Target]) -> None:
        words = [word for each in circle for word in self._own(each, circle)]
        self.known |= {each: digest(each.name, *words) for each in circle}

    def _own(self, one: Target, circle: list[Target]) -> Iterator[str]:
        source = self.sources._home(one)
        defined = source.defined[one.name]
        yield from (one.name, defined.piece.shape, source.effects.shape, self.sources.data(defined.path))
        for piece in (defined.piece, source.effects):
            for name, meant in self.sources.mentioned(piece, one.module):
                by_name = meant in circle or str(meant) in self.without
                yield f"{name}={meant.name if isinstance(meant, Target) and by_name else self._of(meant)}"

    def _of(self, meant: Meant) -> str:
        return meant if isinstance(meant, str) else self.known[meant]


def from_root(file: Path | str) -> str:
    """A file's path from the checkout's root, if it lies below, or from the folder that a package of ours lies in elsewhere."""
    path = Path(file)
    homes = (home for name, home in HOMES.items() if path.is_relative_to(home / name))
    home = next((one for one in (ROOT, *homes) if path.is_relative_to(one)), None)
    return path.relative_to(home).as_posix() if home else str(file)


def file_at(place: str) -> Path:
    """The file that is called so from there."""
    return HOMES.get(Path(place).parts[0] if place else "", ROOT) / place


def _marks(file: Path) -> tuple[int, ...]:
    """By which one sees that a file was written anew; none where it is gone."""
    try:
        told = file.stat()
    except OSError:
        return ()
    return told.st_ino, told.st_size, told.st_mtime_ns


@cache
def here() -> Sources:
    """The project's source as it lies on disk."""
    return Sources()
