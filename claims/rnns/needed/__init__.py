"""Chapter 10, what was needed: four requirements, each by itself, and put to each system."""

SECTIONS = ("requirements", "table")
