"""The figures of the claims: each is a function from the evidence, reading by reading, to a chart that states a finding.

A figure shows what the check showed or the mechanism behind it; it never decides anything.
"""

from math import log10
from typing import Any

import altair as alt
import torch

from claims.kit.evidence import ReadingEvidence
from claims.kit.figures import dots, heatmap, lines
from claims.traces import traced
from impls import attention, bptt, elman, lstm, transformer
from impls.graph import brent, trace
from impls.systems import ELMAN, LSTM

Seen = dict[str, ReadingEvidence]


def norms_by_depth(_: Seen) -> alt.Chart:
    """Norm against depth for products whose factors all have eigenvalues below one."""
    nilpotent = torch.tensor([[0.0, 1.0], [0.0, 0.0]], dtype=torch.float64)
    swap = torch.tensor([[0.0, 2.0], [2.0, 0.0]], dtype=torch.float64)
    slopes = (torch.diag(torch.tensor(pair, dtype=torch.float64)) for pair in ((1.0, 0.09), (0.09, 1.0)))
    shear = torch.tensor([[0.9, 2.0], [0.0, 0.9]], dtype=torch.float64)
    chains = {
        "tanh network, slopes in turn (radius 0.6)": [slope @ swap for slope in slopes],
        "two nilpotent matrices in turn (radius 0)": [nilpotent, nilpotent.T],
        "one matrix with radius 0.9, not normal": [shear],
        "one matrix with norm 0.9": [0.9 * torch.eye(2, dtype=torch.float64)],
    }
    depths = range(1, 101, 3)
    rows = [
        {"factors": t, "log10 of the norm": bptt.log_norm(chain, t) / log10_e(), "chain": name}
        for name, chain in chains.items()
        for t in depths
    ]
    return lines(
        rows, x="factors", y="log10 of the norm", series="chain",
        title="Eigenvalues below 1 at every step: products may grow, stay or die out",
        says="Four products of up to 100 matrices whose eigenvalues are all below one. A tanh network's product grows to "
        "10^30, two nilpotent matrices keep norm 1, one repeated matrix first grows and then decays, one of norm 0.9 decays.",
    )  # fmt: skip


def gradient_rate_map(_: Seen) -> alt.Chart:
    """Growth per step over the plane of gain and input scale, for two initialisations."""
    rows: list[dict[str, Any]] = []
    for name, start in {"uniform (torch's default)": elman.draw, "orthogonal": elman.orthogonal}.items():
        for gain in (0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0):
            for scale in (0.01, 0.03, 0.1, 0.3, 1.0, 3.0):
                rows.append(
                    {"start": name, "gain": gain, "input scale": scale, "decades in 100 steps": _decades(start, gain, scale)}
                )
    return heatmap(
        rows, x="input scale", y="gain", value="decades in 100 steps", panel="start",
        title="Gradients vanish at small gain (blue), explode at large (orange), and do neither on a line between",
        says="Two maps of how many powers of ten the gradient changes in 100 steps, one seed each, over input scale and gain of "
        "the recurrent weights. With inputs of size 1 it vanishes up to a gain of 1.25 for orthogonal weights and 2 for uniform "
        "ones, and changes little at 1.5 and 3; orthogonal weights of gain 1 and tiny inputs lose one power of ten.",
    )  # fmt: skip


def _decades(start: Any, gain: float, scale: float, seed: int = 0) -> float:
    from claims.gradients import LENGTH, rate

    return round(rate(seed, start, gain, scale) * LENGTH / log10_e(), 2)


def log10_e() -> float:
    """log 10: dividing a natural logarithm by it gives a decimal one."""
    return 1 / log10(2.718281828459045)


PROCESSORS = [10**power for power in range(6)]


def speedup_on_processors(_: Seen) -> alt.Chart:
    """How much faster p processors are than one, at best, by work and span."""
    rows = [
        {"processors": p, "speed-up, at most": work / brent(work, span, p)[0], "system": name}
        for name, (work, span) in _work_and_span(64, 32).items()
        for p in PROCESSORS
    ]
    return lines(
        rows, x="processors", y="speed-up, at most", series="system", log_x=True, log_y=True,
        title="An RNN's speed-up ends at its width's worth of processors, attention's goes on",
        says="The greatest speed-up that p processors allow on 64 tokens of width 32, from the traced work and span. The curves "
        "of the Elman network and the LSTM flatten, that of self-attention rises further.",
    )  # fmt: skip


def time_on_processors(_: Seen) -> alt.Chart:
    """Least time of a layer on p processors, by work and span: where the curves cross, attention becomes the faster."""
    rows = [
        {"processors": p, "time, in operations one after another": brent(work, span, p)[0], "system": name}
        for name, (work, span) in _work_and_span(64, 32).items()
        for p in PROCESSORS
    ]
    return lines(
        rows, x="processors", y="time, in operations one after another", series="system", log_x=True, log_y=True,
        title="One processor: time follows work. Many processors: time follows span",
        says="The least time on 64 tokens of width 32 against the number of processors from 1 to 100 000, by Brent's bound. With "
        "few processors the recurrent networks need no more time than a Transformer layer, with many they need far more.",
    )  # fmt: skip


def _work_and_span(n: int, d: int) -> dict[str, tuple[int, int]]:
    """Recurrences are affine in n, so three short traces give their laws exactly; attention is traced at full length."""
    found = {}
    for system in (ELMAN, LSTM):
        two, three = (traced(system, length, d) for length in (2, 3))
        further = three.work - two.work, three.span_bounded - two.span_bounded
        found[system.name] = (two.work + (n - 2) * further[0], two.span_bounded + (n - 2) * further[1])
    generator = torch.Generator().manual_seed(0)
    tokens = torch.ones(n, d, dtype=torch.float64)
    head, layer = attention.draw_multi_head(d, 1, generator), transformer.draw(d, 1, generator)
    for name, run in {
        "self-attention alone": lambda X: [attention.multi_head(head, X)],
        "Transformer layer": lambda X: [transformer.run(layer, X)],
    }.items():
        graph = trace(run, tokens)
        found[name] = graph.work, graph.span_bounded
    return found


# --- memory ---------------------------------------------------------------------------------------------------------


def accuracy_by_length(seen: Seen) -> alt.Chart:
    """Every seed at both lengths, with attention and without."""
    readings = {"without attention": ("as written", 4, 16), "with attention": ("with attention", 4, 16)}
    rows = [
        {"source length (tokens)": length, "token accuracy": trial[at], "decoder": name}
        for name, (reading, short, long) in readings.items()
        for trial in seen[reading].measured
        for at, length in (("short", short), ("long", long))
    ]
    return dots(
        rows, x="source length (tokens)", y="token accuracy", series="decoder",
        title="Without attention accuracy falls with length, at one budget; with attention it stays",
        says="One dot for each trained model. Without attention the share of right tokens is near 1 at length 4 and below one "
        "half at length 16; with attention it is above 0.95 at both.",
    )  # fmt: skip


def gap_by_recurrent_weight(_: Seen) -> alt.Chart:
    """How far dC_T/dC_1 is from the product of the forget gates, as the gates come to read h."""
    generator = torch.Generator().manual_seed(0)
    network, x = lstm.draw(8, 8, generator), torch.randn(10, 8, generator=generator, dtype=torch.float64)
    names = {"f": "the forget gate", "i": "the input gate", "C": "the candidate", "fiC": "all three"}
    rows = []
    for readers, name in names.items():
        blind = "".join(gate for gate in "fiC" if gate not in readers)
        for exponent in range(-10, 1):
            p = lstm.without_recurrence(lstm.without_recurrence(network, blind), readers, 10.0**exponent)
            gap = lstm.cell_jacobian(p, x) - torch.diag(lstm.forget_gates(p, x)[1:].prod(0))
            row = {"recurrent weights (times the drawn ones)": 10.0**exponent, "gap (largest entry)": float(gap.abs().max())}
            rows.append(row | {"reads h": name})
    return lines(
        rows, x="recurrent weights (times the drawn ones)", y="gap (largest entry)", series="reads h", log_x=True, log_y=True,
        title="Any gate but the output gate opens a side road for the gradient",
        says="Four straight lines on logarithmic axes: the gap between dC_T/dC_1 and the product of the forget gates grows in "
        "proportion to the recurrent weights, whichever of f, i and the candidate reads h. For the output gate it is zero.",
    )  # fmt: skip


def share_kept_by_steps(_: Seen) -> alt.Chart:
    """What is left of a difference between two cells, for three LSTMs."""
    from claims.forgetting import by_looking, constant_gate, feedback, latch

    made = {
        "latch: f rounds to 1": latch,
        "feedback: f = 0.881, the candidate reads h": feedback,
        "f = 0.881, no gate reads h": lambda lag: constant_gate(2.0, lag),
    }
    rows = []
    for name, cell in made.items():
        for lag in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024):
            first = cell(1).ends()[0][1]
            share = by_looking(cell(lag)) / float((first[0] - first[1]).norm())
            rows.append({"steps": lag, "difference of the cells (share of the first)": share, "cell": name})
    return lines(
        rows, x="steps", y="difference of the cells (share of the first)", series="cell", log_x=True,
        title="With the same forget gate of 0.881 one cell forgets in 50 steps and another never",
        says="Three curves over up to 1024 steps: the latch stays at 1, the feedback cell rises and stays, and the cell whose "
        "gates do not read h is at zero after some fifty steps.",
    )  # fmt: skip
