"""How long things take, beside an older build: `python -m benchmarks`."""
