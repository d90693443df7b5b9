"""Claims for pytest: `python -m pytest claims` makes a test of every reading, and tests of one's own may draw from a reading.

What is imported here needs no pytest. README.md beside the chapters says how to use it, under “With pytest”.
"""

from claims.testing.found import arguments, the_claim

__all__ = ["arguments", "the_claim"]
