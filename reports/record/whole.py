"""Whether what a record says fits together, so that pages and exports can be made of it."""

import re
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reports.record.record import Record

_TIME = re.compile(r"(19[89]\d|2\d\d\d)-\d\d-\d\d(T.+)?", re.ASCII)  # archives know no earlier year


def is_time(said: str) -> bool:
    """Whether it is a day, or a time on one, as runs are dated."""
    with suppress(ValueError):
        return bool(_TIME.fullmatch(said) and datetime.fromisoformat(said))
    return False


def unfit(record: "Record") -> str:
    """What does not fit in a record, the first that is found."""
    known = {one.id for one in record.claims}
    if strange := [one for one in record.instead if one not in known]:
        return f"it has what to say instead of {strange[0]!r}, and no such claim"
    return ""
