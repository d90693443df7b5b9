"""What a computation costs by the clock, and the kernels that are timed. torch and numpy alone."""
