"""What training showed: the figures of the page on it, and the words for what was varied.

The figures are chosen by hand and stand in the order of an argument: what is learnt at all, what gates and the start change,
what length and distance do, what attention does about it, and what size, speed and truncation have to do with it. A claim that
was not examined, or has no figure, drops out of the list by itself.

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

_BUDGET, _NETWORK = "a larger or smaller budget", "another initialisation or network"
_CURRICULUM, _WINDOW, _SIZE = "another curriculum or length", "another window", "another size"

VARIED = {
    "budgets": _BUDGET,
    **dict.fromkeys(("body", "start", "starts", "gated", "plain", "both", "recurrent", "attentive", "gain"), _NETWORK),
    **dict.fromkeys(("shortest", "longest", "lag", "short", "long", "length", "distance", "task"), _CURRICULUM),
    "window": _WINDOW,
    **dict.fromkeys(("width", "small", "large"), _SIZE),
    "attention": "with attention or without",
    "rate": "another learning rate",
    "clipped": "with clipping or without",
}  # fmt: skip

ASKED = {"asked", "harmless", "times", "verb"}

# How the arguments of an experiment are put into words: a number in its place, a truth as with or without, a word as it is.
ARMS = {
    "budgets": "{} times the steps",
    "shortest": "lags from {}",
    "longest": "up to {}",
    "window": "gradient cut off after {} steps",
    "clipped": "clipping",
}
