"""What other libraries answered: recordings of what their own layers compute, made by `tox run -e libraries`.

A recording lies under `reports/evidence/libraries`, one file a library and version. Verdicts rest on the versions that
`pyproject.toml` pins, so that they are the same everywhere; what other versions answered stands beside them. No verdict needs a
library installed.
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from packaging.requirements import Requirement

from claims.evidence.evidence import EvidenceError
from claims.evidence.files import UNREADABLE, content_of, told
from claims.evidence.keys import ROOT
from claims.kit import cannot_tell, show
from claims.kit.domain import Domain, cases
from claims.kit.reading import Reading
from impls.questions import asking
from impls.questions.adapter import Array, Parameters
from impls.questions.recording import digest, from_digits

RECORDED = ROOT / "reports" / "evidence" / "libraries"
PINS = ROOT / "pyproject.toml"
TYPES = {"float64": np.float64, "float32": np.float32}

Answer = Mapping[str, Any]


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """A library in one version and what it answered. `name` tells two ways to run it apart."""

    schema: int
    name: str
    package: str
    version: str
    versions: dict[str, str]
    system: str
    date: str
    layers: list[dict[str, Any]]
    attention: list[dict[str, Any]]
    clipping: list[dict[str, Any]]
    digest: str

    def __str__(self) -> str:
        """As one says it: keras 3.15.1 on jax."""
        _, on, other = self.name.partition("-on-")
        return f"{self.package} {self.version.partition('+')[0]}" + (f" on {other}" if on else "")


def read_recording(path: Path) -> Recording:
    """A recording; one that was changed by hand, or cut off, is refused."""
    try:
        plain = msgspec.json.decode(content_of(path))
        found = msgspec.convert(plain, Recording)
        fits = digest(plain) == found.digest
    except UNREADABLE as problem:
        raise EvidenceError(
            f"{path}: not readable as a recording ({told(problem)}); delete it, or run tox run -e libraries"
        ) from problem
    if not fits:
        raise EvidenceError(f"{path}: its digest does not fit, so it was changed; delete it, or run tox run -e libraries")
    return found


@cache
def every_recording(folder: Path = RECORDED, pins: Path = PINS) -> tuple[Mapping[str, Recording], Mapping[str, Recording]]:
    """Those that decide, of each library that of the version that is pinned, by the library's name; and those of other versions,
    by name and version."""
    pinned = {
        one.name: one.specifier for one in map(Requirement, tomllib.loads(pins.read_text())["dependency-groups"]["libraries"])
    }
    deciding, others = {}, {}
    for one in (read_recording(path) for path in sorted(folder.glob("*.json"))):
        version = one.version.partition("+")[0]
        if one.package in pinned and version in pinned[one.package]:
            deciding[one.name] = one
        else:
            others[f"{one.name} {version}"] = one
    return deciding, others


def recordings() -> Mapping[str, Recording]:
    """Those that decide."""
    return every_recording()[0]


@dataclass(frozen=True)
class Built:
    """Something that a library builds: a layer, attention, clipping."""

    library: str
    what: str
    part: str = "layers"

    def __str__(self) -> str:
        return f"{self.recording}: {self.what}"

    @property
    def recording(self) -> Recording:
        """Where it was asked."""
        deciding, others = every_recording()
        return deciding.get(self.library) or others[self.library]

    @property
    def recorded(self) -> Answer:
        """All that it answered."""
        return next(one for one in getattr(self.recording, self.part) if one["name"] == self.what)

    @property
    def kind(self) -> str:
        """Of a layer: tanh, LSTM, GRU."""
        return str(self.recorded["kind"])

    @property
    def precision(self) -> type:
        return TYPES[self.recorded["precision"]]

    def answer(self, among: str, **asked: object) -> Answer:
        """What it answered to this question; undecided where it was not asked, or refused."""
        found = next((one for one in self.recorded[among] if asked.items() <= one.items()), None)
        if found is None:
            cannot_tell(f"{self} was not asked this: {asked}")
        if "refused" in found:
            cannot_tell(f"{self} refuses: {found['refused']}")
        if "code" in found:
            show("to try it", found["code"])
        return found


def built(
    part: str = "layers",
    where: Callable[[Built], bool] = lambda one: True,
    among: Mapping[str, Recording] | None = None,
    **fields: Any,
) -> tuple[Built, ...]:
    """Whatever the libraries build of that sort, with these fields; those that decide where no others are named."""
    found = [
        Built(name, one["name"], part)
        for name, recording in (recordings() if among is None else among).items()
        for one in getattr(recording, part) if fields.items() <= one.items()
    ]  # fmt: skip
    return tuple(one for one in found if where(one))


def every(part: str = "layers", where: Callable[[Built], bool] = lambda one: True, **fields: Any) -> Domain:
    """The same as a domain."""
    found = built(part, where, **fields)
    return cases(found, "; ".join(map(str, found)))


def in_other_versions(read: Callable[[Domain], Reading], **fields: Any) -> dict[str, Reading]:
    """A reading of what other versions answered, where some are recorded: it stands beside the others and decides nothing."""
    found = built(among=every_recording()[1], **fields)
    return {"other versions": read(cases(found, "; ".join(map(str, found))))} if found else {}


def answered(among: str, **asked: object) -> Callable[[Built], bool]:
    """Was asked this, and gave an answer."""
    return lambda one: any(asked.items() <= found.items() and "refused" not in found for found in one.recorded[among])


def refusals(found: Sequence[Built], among: str, **asked: object) -> str:
    """Who was asked this and refused, with which words; empty where nobody did."""
    words: dict[str, dict[str, None]] = {}
    for one in found:
        for answer in one.recorded[among]:
            if asked.items() <= answer.items() and "refused" in answer:
                words.setdefault(answer["refused"], {})[str(one)] = None
    return "; ".join(f"{', '.join(who)} ({why})" for why, who in words.items())


def answering(
    among: str, part: str = "layers", where: Callable[[Built], bool] = lambda one: True, *, asked: Answer, **fields: Any
) -> Domain:
    """Whatever answered this. Who refused is named in the words, and not counted."""
    found = built(part, where, **fields)
    counted = [one for one in found if answered(among, **asked)(one)]
    refused = refusals(found, among, **asked)
    return cases(counted, "; ".join(map(str, counted)) + (f". Not counted, for they refuse: {refused}" if refused else ""))


def of(*libraries: str) -> Callable[[Built], bool]:
    """Built by one of these."""
    return lambda one: one.library in libraries


def not_of(*libraries: str) -> Callable[[Built], bool]:
    """Built by none of these."""
    return lambda one: one.library not in libraries


def numbers(answer: Answer, name: str) -> Array:
    """The outputs, the gradient and so on; undecided where the library gives none."""
    if name not in answer:
        cannot_tell(f"no {name} was given")
    return from_digits(answer[name])


def decades(answer: Answer) -> Array:
    """What arrives from a start: a row for each seed, a column for each number of steps."""
    return numbers(answer, "hundredths") / 100


def clipped(library: str, what: str, gradients: Sequence[Array], threshold: float) -> list[Array]:
    """What this library left of these gradients; undecided where it was not asked just that."""
    for name in asking.GRADIENTS:
        put = asking.gradients(name)
        same = len(put) == len(gradients) and all(np.array_equal(a, b) for a, b in zip(put, gradients, strict=True))
        if same and threshold == asking.THRESHOLD:
            return [from_digits(part) for part in Built(library, what, "clipping").answer("answers", asked=name)["clipped"]]
    return cannot_tell(f"{library} was not asked to clip this: {gradients}")


def parameters(layer: Built, case: int) -> Parameters:
    """What was put into the layer."""
    return asking.parameters(layer.kind, case)
