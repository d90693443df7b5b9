"""What to say instead: the statements that a lecturer should correct first, most important first.

Chosen by hand, by what a class would take away wrongly: first what carries the essay's argument and is false, then what is
ascribed to the wrong people, then what is easily repeated. A statement that turns out to be supported drops out of the list
by itself, and all others that need a correction follow in the order of the essay.
"""

FIRST = (
    "bottleneck.sutskever-table.reports-collapse",
    "sequential.wmt14-table.gnmt-hardware",
    "sequential.wmt14-table.gnmt-training-time",
    "sequential.wmt14-table.gnmt-bleu",
    "benchmarks.ten-times-less-training",
    "benchmarks.six-times-fewer",
    "long-range.agreement-by-distance.transformer-95-everywhere",
    "long-range.agreement-by-distance.lstm-85-at-distance-1",
    "forgetting.failures-at-scale",
    "benchmarks.quality-table.longformer",
    "attention.was-on-an-lstm",
    "attention.two-three-bleu",
    "gradients.eigenvalues-below-one-vanish",
    "forgetting.key-to-the-cabinets",
    "attention.timeline.1986-elman",
)
