"""From claims to evidence: what is examined, in which processes, and what a clock or a reader asks to see again."""
