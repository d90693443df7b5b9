"""Chapter 6, long-range dependencies: sentences, what their grammar asks for, and what a state can carry to it."""
