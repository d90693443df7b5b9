"""Settings for these tests: one thread, and no deadline.

The tensors are tiny and the cores shared. What is timed in a first call is torch loading itself, not the
code on trial. Fifty cases: the numbers come from a seed, so that each case is a thousand random numbers
already.
"""

import torch
from hypothesis import settings

torch.set_num_threads(1)
settings.register_profile("impls", settings(deadline=None, max_examples=50))
settings.load_profile("impls")
