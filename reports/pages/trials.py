"""What was measured with one seed, beside the other seeds of its reading: what a stored case of trials has to show."""

from statistics import median
from typing import NamedTuple

from claims.evidence.evidence import Case, ReadingEvidence
from reports.text.glossary import the_glossary


class Measured(NamedTuple):
    """A number, of this seed and of all: the least, the middle one, the most."""

    what: str
    here: float
    least: float
    middle: float
    most: float


def seed_of(case: Case) -> int | None:
    """The seed of a case of trials."""
    text = case.text.get("seed", "")
    return int(text) if text.isdigit() else None


def measured_with(seen: ReadingEvidence, case: Case) -> list[Measured]:
    """What was measured with the seed of this case; nothing where not every seed measured something."""
    seed = seed_of(case)
    if seed is None or seen.entropy is None or not seen.trials or len(seen.measured) != seen.cases:
        return []
    from claims.kit.engines.trials import independent_seeds  # numpy and scipy, for pages that are written alone

    seeds = independent_seeds(seen.entropy, seen.trials)[: seen.cases]
    if seed not in seeds:
        return []
    this, found = seen.measured[seeds.index(seed)], []
    for name, number in this.items():
        all_of_it = [one[name] for one in seen.measured if one.get(name) is not None]
        if number is not None and (what := the_glossary().number(name)):
            numbers = [one for one in all_of_it if one is not None]
            found.append(Measured(what, number, min(numbers), median(numbers), max(numbers)))
    return found
