"""The systems that claims talk about, each written from its published equations to be read beside the paper.

Pure functions over frozen dataclasses of parameters, tensors with time first and any batch dimensions
between time and the last dimension, shapes as annotations that the tests enforce. Speed comes second to
legibility, and nothing here knows Hypothesis, pytest or the claims that are checked against it.
"""
