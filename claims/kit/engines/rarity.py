"""Whether a case that falls is one among many: a search then finds it by luck, and under another seed it does not."""

from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase
from hypothesis.errors import HypothesisException

from claims.evidence.tried import ASKED, RARE
from claims.kit.engines.engine import Check
from claims.kit.engines.inside import the_same_everywhere
from claims.kit.property import Falsified
from claims.kit.reading import Reading


def how_many_fall(check: Check, one: Reading, entropy: int) -> tuple[int, int]:
    """Of the cases of a reading, drawn without steering: how many fall, of how many, until it is plain that they are not rare."""
    fell, asked = 0, 0

    def case(**drawn: Any) -> None:
        nonlocal fell, asked
        if fell < RARE:
            try:
                check(**drawn)
            except Falsified:
                fell += 1
            except HypothesisException:  # discarded
                raise
            except Exception:  # neither; of a crash the search itself tells
                pass
            asked += 1

    drawing = hypothesis.settings(
        max_examples=ASKED, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    strategies = {name: domain.strategy for name, domain in one.arguments.items()}
    with the_same_everywhere():
        drawing(hypothesis.seed(entropy)(hypothesis.given(**strategies)(case)))()
    return fell, asked
