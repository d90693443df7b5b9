"""Cells and what runs them: Elman, LSTM, GRU and their kin, step by step, in both directions, or by a scan."""
