"""Wrong on purpose, about a chain of steps and what each of them reads.

Named by the defect, as in `impls.broken.cells`; where a defect hides is said at each.
"""

from impls.tracing.positions import Positions, Tokens
from impls.tracing.systems import System


def fed_the_token_before(system: System) -> System:
    """Step t reads x_{t-1} and not x_t; the first reads x_1. Hidden at one token."""

    def run(p: object, xs: Tokens) -> Positions:
        return system.run(p, [xs[0], *xs[:-1]])

    return System(f"{system.name}, each step fed the token before its own", system.draw, run)
