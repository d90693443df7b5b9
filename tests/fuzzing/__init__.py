"""Whatever reads a file, given files that nobody meant to write: `python -m tests.fuzzing READER --inputs 100000`."""
