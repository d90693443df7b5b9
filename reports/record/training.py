"""What training showed, for the record: figures, outcomes that hang on how one trains, and how the networks were treated."""

import importlib
import inspect
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from statistics import median
from typing import Any, NamedTuple

from claims.evidence.evidence import ClaimEvidence
from claims.evidence.runs import Run
from claims.kit.claim import Claim
from claims.kit.told import TRAINED, Told
from claims.subjects.trained.fair import DISCARDED, RATES
from reports.record.readings import differing
from reports.record.record import ArmRecord, ChangedRecord, ExperimentRecord, TrainingRecord

OWN = ("seed", "most")  # differ from run to run of an arm
BUDGET = ("budgets", "most")  # the rate is chosen at the plain budget, and holds for any
EITHER_WAY = {"held", "fell"}


class Words(NamedTuple):
    """A text's own for arguments of experiments: what was `varied`, and how an arm reads (`showed.py`)."""

    varied: Mapping[str, str]
    arms: Mapping[str, str]


class Arm(NamedTuple):
    """The arguments that its runs share, the runs that count, and the rates tried on discarded seeds."""

    arguments: dict[str, Any]
    runs: list[Run]
    tried: list[float]


def training_record(
    claims: Sequence[Claim | Told],
    evidence: Mapping[str, ClaimEvidence],
    figures: Sequence[str],
    arms: Mapping[str, Sequence[Arm]],
    words: Words = Words({}, {}),
) -> TrainingRecord | None:
    """What the page shows; none where nothing was trained."""
    if not arms:
        return None
    return TrainingRecord(
        figures=[id for id in figures if id in evidence and evidence[id].figure is not None],
        changed=[changed for one in claims for changed in _changed(one, evidence[one.id], words.varied)],
        rates=list(RATES),
        experiments=[
            ExperimentRecord(name=name, does=_does(name), arms=[_arm_record(name, arm, words.arms) for arm in found])
            for name, found in arms.items()
        ],
    )  # fmt: skip


def _changed(claim: Claim | Told, seen: ClaimEvidence, varied_by: Mapping[str, str]) -> list[ChangedRecord]:
    if claim.by.name != "trials" or claim.by.timed:
        return []
    written, outcomes = claim.readings[0], {one.name: one.outcome for one in seen.readings}
    found = []
    for one in (one for one in claim.readings if one.role == "amended"):
        varied = list(dict.fromkeys(varied_by[name] for name in differing(written, one) if name in varied_by))
        if varied and {outcomes[written.name], outcomes[one.name]} == EITHER_WAY:
            found.append(ChangedRecord(claim=claim.id, reading=one.name, varied=varied))
    return found


def arms_of(runs: Iterable[Run]) -> dict[str, list[Arm]]:
    """The arms of every experiment, in an order of their own."""
    tried: dict[Any, set[float]] = defaultdict(set)
    counted: dict[Any, list[Run]] = defaultdict(list)
    for one in runs:
        if one.arguments.get("seed") not in DISCARDED:
            counted[one.experiment, _but(one.arguments, OWN)].append(one)
        elif "rate" in one.arguments:
            tried[one.experiment, _but(one.arguments, (*OWN, *BUDGET, "rate"))].add(one.arguments["rate"])
    found: dict[str, list[Arm]] = {}
    for (name, arguments), those in sorted(counted.items(), key=_order):
        plain = _but(dict(arguments), (*BUDGET, "rate"))
        found.setdefault(name, []).append(Arm(dict(arguments), those, sorted(tried[name, plain])))
    return found


def _but(arguments: Mapping[str, Any], names: Sequence[str]) -> tuple[tuple[str, Any], ...]:
    return tuple((name, value) for name, value in sorted(arguments.items()) if name not in names)


def _order(item: tuple[Any, list[Run]]) -> Any:
    """By experiment and arguments; words stand apart from numbers, with which they cannot be compared."""
    (name, arguments), _ = item
    return name, [(argument, isinstance(value, str), value) for argument, value in arguments]


def seconds_of(arms: Iterable[Arm]) -> list[float]:
    """The seconds that a run took, in the middle, arm by arm."""
    return [round(median(one.seconds for one in arm.runs), 2) for arm in arms]


def _arm_record(experiment: str, arm: Arm, words: Mapping[str, str]) -> ArmRecord:
    steps, sizes = _measured(arm, "steps"), _measured(arm, "size")
    return ArmRecord(
        arm=_in_words(experiment, arm.arguments, words), runs=len(arm.runs),
        diverged=sum(None in one.ran.measured.values() for one in arm.runs), size=int(max(sizes)) if sizes else None,
        tried=arm.tried, rate=arm.arguments.get("rate"), steps=int(max(steps)) if steps else None,
        ended=median(steps) if steps else None,
    )  # fmt: skip


def _measured(arm: Arm, name: str) -> list[float]:
    """That number of every run that has it: one that diverged has none."""
    return [number for one in arm.runs if (number := one.ran.measured.get(name)) is not None]


def _in_words(experiment: str, arguments: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """The arguments but the rate, and but those left at what the experiment takes by itself, in its order."""
    made = _function(experiment)
    usual = {name: one.default for name, one in inspect.signature(made).parameters.items()} if made else {}
    names = [name for name in usual if name in arguments] or sorted(arguments)
    return " · ".join(
        _phrase(name, arguments[name], words) for name in names if name != "rate" and arguments[name] != usual.get(name)
    )


def _phrase(name: str, value: Any, words: Mapping[str, str]) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return f"{'with' if value else 'without'} {words.get(name, name)}"
    return words.get(name, f"{name} {{}}").format(f"{value:g}")


def _does(experiment: str) -> str:
    """The first paragraph of what the experiment says of itself."""
    made = _function(experiment)
    said = (made and inspect.getdoc(made)) or ""
    return " ".join(said.partition("\n\n")[0].split())


def _function(experiment: str) -> Callable[..., Any] | None:
    """The experiment, if it is one of the claims' own; nothing else is loaded because a file names it."""
    module, _, name = experiment.rpartition(".")
    if module.startswith(TRAINED):
        with suppress(ImportError):
            importlib.import_module(module)
    found = getattr(sys.modules.get(module), name, None)
    return found if inspect.isfunction(found) else None
