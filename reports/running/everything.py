"""Every claim, imported: for processes that are to examine many of them, so that this is done once and not in each."""

from claims import every_claim
from reports.running import work  # noqa: F401

every_claim()
