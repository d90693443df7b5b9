"""From evidence to the record: verdicts, readings, what training showed, and what was timed."""
