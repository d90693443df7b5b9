"""`challenge`: a reader's counterexample, rival reading or broken variant against a claim."""
