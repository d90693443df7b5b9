"""From evidence to the record: verdicts, readings, what training showed, what was timed, and what changed since."""
