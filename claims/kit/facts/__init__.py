"""Published figures: rows, what they mean, how digits are read, and when two agree."""
