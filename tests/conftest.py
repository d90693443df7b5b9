"""Settings for all tests: one thread, no deadline, and in CI the same cases every time.

The tensors are tiny and the cores shared. What is timed in a first call is torch loading itself, not the
code on trial. Fifty cases: where the numbers come from a seed, each case is a thousand random numbers already.
"""

import os

import torch
from hypothesis import settings

torch.set_num_threads(1)
settings.register_profile("tests", settings(deadline=None, max_examples=50, derandomize=bool(os.environ.get("CI"))))
settings.load_profile("tests")
