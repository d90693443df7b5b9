"""How the cases of searches spread, in words."""

from collections.abc import Sequence

from claims.evidence.tried import Branch, Three, TriedClaim
from reports.record.tried import MUST_HOLD, Summed

WIDE, HIGH = 100, 8  # of a strip, in units of its own
CORNERS = {
    "zero array": "arrays of zeros",
    "singular matrix": "singular matrices",
    "single numbers": "single numbers",
    "empty or length one": "empty or of length one",
}


def three(some: Three | None) -> str:
    """The least, the median and the most; one number where they are the same."""
    if some is None:
        return ""
    least, middle, most = (f"{one:.3g}" for one in some)
    return least if least == most else f"{least} to {most}, median {middle}"


def strip(some: Three) -> str:
    """The path of a line from the least to the most with a mark at the median, on a scale from nothing to the bound, which is
    marked as well."""
    least, middle, most = (f"{min(max(one, 0), 1) * WIDE:.3g}" for one in some)
    return f"M{least} {HIGH // 2}H{most}M{middle} 1V{HIGH - 1}M{WIDE} 0V{HIGH}"


def cornered(share: tuple[int, int], corner: str) -> str:
    """How much of a search lies in a corner."""
    return f"{share[0]} of {share[1]} parts: {CORNERS.get(corner, corner)}"


def in_short(seen: TriedClaim, never: Sequence[Branch]) -> str:
    """The summary of a claim in a line."""
    shares = [one.share for one in seen.readings if one.role in MUST_HOLD and one.outcome == "held"]
    told = [f"{len(seen.readings)} {'search' if len(seen.readings) == 1 else 'searches'}"]
    told += [f"{_percent(min(shares))} of the cases distinct, or more"] if shares else []
    told += [f"{len(never)} {'branch' if len(never) == 1 else 'branches'} never reached"] if never else []
    return ", ".join(told)


def at_once(count: int) -> str:
    """What is said of searches that have no row."""
    return f"{count} {'search' if count == 1 else 'searches'} more fell at the first case."


def looked_at(found: Summed) -> str:
    """How many claims are known, and what to do about the others."""
    all_of_them = f"All {found.searched} claims that are searched were looked at as they are now."
    if not found.unknown:
        return all_of_them
    return (
        f"Of {found.searched} claims that are searched, {len(found.known)} were looked at as they are now. "
        "Of the others nothing is shown, for they are new or have changed since."
    )


def median(found: Summed) -> str:
    """How many of a hundred cases were new, in the middle reading."""
    return f"Of {len(found.held)} readings that held, the median had {_percent(found.median)} of its cases distinct. The fewest:"


def _percent(share: float) -> str:
    """Rounded down, so that all means all."""
    return f"{int(100 * share + 1e-9)} %"
