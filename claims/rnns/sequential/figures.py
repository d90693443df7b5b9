"""Figures of chapter 2: work, span and processors."""

from functools import cache

import altair as alt
import torch

from claims.kit.figures import Seen, lines
from claims.subjects.traces import traced
from impls.attending import attention, transformer
from impls.counting.graph import brent, trace
from impls.tracing.systems import ELMAN, LSTM

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


def time_on_processors(_: Seen) -> alt.LayerChart:
    """Least time of a layer on p processors, by work and span: where the curves cross, attention becomes the faster."""
    time, found = "time, in operations one after another", _work_and_span(64, 32)
    rows = [
        {"processors": p, time: brent(work, span, p)[0], "system": name}
        for name, (work, span) in found.items()
        for p in sorted({*PROCESSORS, *(3 * p for p in PROCESSORS[:-1])})
    ]
    # Left of the crossing the LSTM has reached its span already, and the layer's time is still its work shared out.
    crossing = found["Transformer layer"][0] // found["LSTM"][1] + 1
    mark = alt.layer(
        alt.Chart().mark_rule(color="#555", strokeDash=[2, 2]).encode(x="processors:Q"),
        alt.Chart().mark_text(align="left", dx=5, color="#555").encode(x="processors:Q", y=alt.value(12), text="says:N"),
        data=alt.Data(values=[{"processors": crossing, "says": f"{crossing} processors"}]),
    )
    curves = lines(rows, x="processors", y=time, series="system", log_x=True, log_y=True, title="", says="")
    return alt.layer(curves, mark).properties(
        title=f"From {crossing} processors on a Transformer layer needs less time than an LSTM, before that more",
        description="The least time on 64 tokens of width 32 against the number of processors from 1 to 100 000, by Brent's "
        "bound. With few processors the recurrent networks need no more time than a Transformer layer, with many far more. A "
        "line marks where the LSTM's curve, level by then, crosses the Transformer layer's, which still falls.",
    )


@cache
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
