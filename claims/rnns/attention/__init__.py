"""Chapter 11, the transition to attention: what it is, what it solved and what it left."""

SECTIONS = ("mechanism", "learning")
