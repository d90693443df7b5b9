"""Chapter 6, long-range dependencies: what the sentences ask for, what a state can carry to it, and what training finds."""

SECTIONS = ("passages", "learning")
