"""Chapter 5, forgetting: what the LSTM's cell and gates do, and the sentence that is to show what it forgets."""

SECTIONS = ("cell", "chain", "left", "agreement", "learning")
