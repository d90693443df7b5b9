"""Chapter 8, computational complexity: laws in n and d, read off traces as whole numbers, never fitted to a clock."""

SECTIONS = ("table", "recurrent", "attention", "held", "published")
