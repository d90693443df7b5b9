"""What training showed: the figures of the page on it, and the words for what was varied.

The figures are chosen by hand and stand in the order of an argument: what is learnt at all, what gates and the start change,
what length and distance do, what attention does about it, and what size, speed and truncation have to do with it. A claim that
was not examined, or has no figure, drops out of the list by itself.

What was timed has a page of its own, with figures chosen in the same way.

The words are for the arguments of properties that are decided by trials. An argument stands in VARIED if it changes what is
trained or how; two readings that differ in one of these show what the outcome hangs on. It stands in ASKED if it changes what is
asked of a network, or when the answer counts: that tells nothing about training.
"""

FIGURES = (
    "promise.short-works-long-fails",
    "gated.start-decides",
    "gated.medium-and-long-lags",
    "gated.long-lags",
    "gated.table.vanishing-gradients",
    "gradients.hundred-steps-almost-surely",
    "bottleneck.quality-falls-with-length",
    "attention.aligns",
    "long-range.agreement-by-distance.trained",
    "long-range.coreference-capacity.trained",
    "interview.bigger-state-no-help.trained",
    "sequential.ten-times-faster-convergence",
    "interview.tbptt-horizon.trained",
)

# What was timed: the figures, and what to say with them.
TIMED = (
    "sequential.speedup-needs-parallel-hardware.gpu",
    "sequential.speedup-needs-parallel-hardware",
    "sequential.512-steps.seconds",
    "sequential.speedup-needs-parallel-hardware.model",
    "sequential.ten-times-faster-convergence.throughput",
    "sequential.ten-times-faster-convergence.throughput.gpu",
)

# What libraries answered: the figures beside the tables.
ANSWERED = ("libraries.one-start",)

WHY_FASTER = (
    "A machine needs at least as long as its processors take to share the work, and at least as long as the longest chain of "
    "steps that wait for one another. In training an LSTM does 16d² operations a token, and its chain grows by seven with every "
    "token of the forward pass. A Transformer layer does more, 24d² + 4nd, and its chain has 31 operations at any length. On "
    "one core and on two time follows the work: at width 128 the LSTM was ahead at every length that was timed. On an H100 and "
    "an H200 it was ahead as well where there was little to do, up to 256 tokens of width 128. With enough to do, 512 tokens of "
    "width 512, the Transformer layer took a third of the time or less; at 4096 tokens, where its n² tells, three fifths. It "
    "was ten times as fast only beside an LSTM whose steps were called one by one. So say: *attention trades "
    "more work for a shorter chain*, and name the machine, the length, the width and the program with every factor."
)

_BUDGET, _NETWORK = "a larger or smaller budget", "another initialisation or network"
_CURRICULUM, _WINDOW, _SIZE = "another curriculum or length", "another window", "another size"

VARIED = {
    "budgets": _BUDGET,
    **dict.fromkeys(("body", "start", "starts", "gated", "plain", "both", "recurrent", "attentive", "each", "cells"), _NETWORK),
    **dict.fromkeys(("shortest", "longest", "lag", "short", "long", "length", "distance", "task", "mixed"), _CURRICULUM),
    "window": _WINDOW,
    **dict.fromkeys(("width", "small", "large", "twice_as_wide"), _SIZE),
    "attention": "with attention or without",
    **dict.fromkeys(("rate", "rates"), "another learning rate"),
    "clipped": "with clipping or without",
    "one_model": "one model for all lengths or one for each",
    "settings": _NETWORK, "lags": _CURRICULUM, "widths": _SIZE,
}  # fmt: skip

ASKED = {"asked", "counted", "drawing", "harmless", "nouns", "over", "poor", "times", "verb"}

# How the arguments of an experiment are put into words: a number in its place, a truth as with or without, a word as it is.
ARMS = {
    "budgets": "{} times the steps",
    "shortest": "lags from {}",
    "longest": "up to {}",
    "window": "gradient cut off after {} steps",
    "clipped": "clipping",
}
