"""Chapter 7, LSTM and GRU: what gates improve, and what they leave as it was."""

SECTIONS = ("gates", "untrained", "learning", "gru", "gru_limits", "bidirectional", "both_costs", "timed")
