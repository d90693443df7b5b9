"""Chapter 7, LSTM and GRU: what gates improve, and what they leave as it was."""

SECTIONS = ("gates", "learning", "gru", "bidirectional", "both_costs", "timed")
