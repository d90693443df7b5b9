"""Chapter 1, what RNNs promised: two equations, and a state that sees the past, holds it and is of one size."""

SECTIONS = ("equations", "state", "learning")
