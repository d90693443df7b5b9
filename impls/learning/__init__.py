"""Gradients through time and what is done with them: truncation, clipping, training, the tasks, and how well it went."""
