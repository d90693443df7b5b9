"""Chapter 2, sequential computation: which steps must wait for which, and what hardware can do about it."""

SECTIONS = ("chain", "hardware", "learning", "systems", "timed")
