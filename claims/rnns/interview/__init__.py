"""Chapter 12, the interview questions: what their model answers assert."""

SECTIONS = ("gradients", "wider", "attention", "bptt", "learning")
