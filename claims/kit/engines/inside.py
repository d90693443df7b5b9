"""What Hypothesis keeps to itself and a search takes hold of, all of it here: nobody promised that it stays where it is.

Which case is shown as the smallest must not depend on a machine's speed, nor on what else lies in the checkout. Of all that
Hypothesis decides by a clock, its settings turn off the deadline of a case (`deadline=None`), the check that drawing takes long
(`too_slow`) and the ten seconds in which it looks for another failure (`report_multiple_bugs=False`). There is no setting for
the five minutes after which it stops shrinking; how often it shrinks is bounded by a count as well, and that stays.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module, metadata
from operator import attrgetter
from typing import Any

from claims.evidence.evidence import EvidenceError

TRIED = "6.170.15"  # the version in which they were found where they stand here
NAMES = (
    "hypothesis.internal.conjecture.engine:MAX_SHRINKING_SECONDS",
    "hypothesis.internal.conjecture.providers:_get_local_constants",
    "hypothesis.internal.conjecture.providers:CONSTANTS_CACHE.cache.clear",
    "hypothesis.internal.constants_ast:Constants",
    "hypothesis.statistics:collector.with_value",
)
TELLING = (  # asked for when cases are observed
    "hypothesis.internal.observability:with_observability_callback",
    "hypothesis.internal.observability:OBSERVABILITY_COLLECT_COVERAGE",
)


class Moved(EvidenceError):
    """Hypothesis no longer has what a search takes hold of; without it other cases would be drawn, or counted otherwise."""


@contextmanager
def the_same_everywhere() -> Iterator[None]:
    """While the block lasts, no clock ends the shrinking, and Hypothesis draws no constants from the modules of the checkout: an
    edit anywhere, another number of workers or a folder called `tests` above it would change the cases. Moved."""
    _all_there()
    engine: Any = import_module("hypothesis.internal.conjecture.engine")
    providers: Any = import_module("hypothesis.internal.conjecture.providers")
    usual = engine.MAX_SHRINKING_SECONDS, providers._get_local_constants
    engine.MAX_SHRINKING_SECONDS = math.inf
    providers._get_local_constants = import_module("hypothesis.internal.constants_ast").Constants
    providers.CONSTANTS_CACHE.cache.clear()
    try:
        yield
    finally:
        engine.MAX_SHRINKING_SECONDS, providers._get_local_constants = usual
        providers.CONSTANTS_CACHE.cache.clear()


@contextmanager
def the_books() -> Iterator[dict[str, Any]]:
    """What Hypothesis notes down of a run within the block: the status of each test case of a phase, why it stopped. Moved."""
    _all_there()
    books: dict[str, Any] = {}
    with import_module("hypothesis.statistics").collector.with_value(books.update):
        yield books


@contextmanager
def told_of_cases(observe: Callable[[Any], None]) -> Iterator[None]:
    """Have Hypothesis tell of its test cases, one by one and in the form that it documents, while the block lasts; which lines
    run is ours to see. Moved."""
    _are_there(TELLING)
    observability: Any = import_module("hypothesis.internal.observability")
    usual = observability.OBSERVABILITY_COLLECT_COVERAGE
    observability.OBSERVABILITY_COLLECT_COVERAGE = False
    try:
        with observability.with_observability_callback(observe):
            yield
    finally:
        observability.OBSERVABILITY_COLLECT_COVERAGE = usual


def _all_there() -> None:
    _are_there(NAMES)


def _are_there(names: tuple[str, ...]) -> None:
    for one in names:
        module, _, name = one.partition(":")
        try:
            attrgetter(name)(import_module(module))
        except (ImportError, AttributeError) as problem:
            raise Moved(
                f"Hypothesis {metadata.version('hypothesis')} has no {module}.{name}, which a search takes hold of; Hypothesis "
                f"{TRIED} has it, so install that one, or find what took its place for claims/kit/engines/inside.py"
            ) from problem
