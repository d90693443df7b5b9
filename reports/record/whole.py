"""Whether what a record says fits together, so that pages and exports can be made of it."""

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

_TIME = re.compile(r"(19[89]\d|2\d\d\d)-\d\d-\d\d(T.+)?", re.ASCII)  # archives know no earlier year


def is_time(said: str) -> bool:
    """Whether it is a day, or a time on one, as runs are dated."""
    with suppress(ValueError):
        return bool(_TIME.fullmatch(said) and datetime.fromisoformat(said))
    return False


def unfit(claims: Iterable[str], instead: Iterable[str]) -> str:
    """What does not fit in a record of these claims, which has what to say `instead` of some; the first that is found."""
    known = set(claims)
    strange = next((one for one in instead if one not in known), None)
    return f"it has what to say instead of {strange!r}, and no such claim" if strange is not None else ""
