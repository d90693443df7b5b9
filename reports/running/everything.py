"""Every claim, imported: for processes that are to examine many of them, so that this is done once and not in each."""

from contextlib import suppress

from claims import every_claim
from reports.running import work  # noqa: F401
from reports.running.hands import one_thread

one_thread()  # a pool of threads does not outlive a fork: whoever asks for several would wait for them for ever
with suppress(Exception):  # whoever asks for the chapter in which something is wrong is told
    every_claim()
