"""Figures of chapter 8: how paths, depth and memory grow with the length of the sequence."""

from collections.abc import Callable
from functools import cache

import altair as alt
import torch

from claims.kit.figures import PANEL, Seen, lines
from claims.subjects.traces import farthest, traced
from impls.attending import attention, online
from impls.counting import memory
from impls.tracing.systems import (
    BIDIRECTIONAL,
    CONVOLUTION,
    DILATED,
    ELMAN,
    GRU,
    LSTM,
    MINGRU_SCAN,
    SCAN,
    SELF_ATTENTION,
    TRANSFORMER_LAYER,
    WINDOWED_STACK,
    System,
)  # fmt: skip

LENGTHS = (2, 4, 8, 16)
Count = Callable[[System, int], int]


@cache
def panels() -> dict[str, dict[str, System]]:
    """All systems in two groups, those first whose paths and depth grow like n."""
    like_n = (ELMAN, BIDIRECTIONAL, LSTM, GRU, CONVOLUTION(4), WINDOWED_STACK(9))
    slower = (MINGRU_SCAN, SCAN, DILATED(2), TRANSFORMER_LAYER, SELF_ATTENTION)
    return {
        "growing like n": {str(system): system for system in like_n},
        "growing like log n, or not at all": {str(system): system for system in slower},
    }


def paths_by_length(_: Seen) -> alt.VConcatChart:
    """The longest of the shortest paths between a token and a position, for all systems."""
    return _in_panels(
        lambda system, n: farthest(system, n, 1), "operations on the path",
        title="A path as long as the sequence in recurrences, shorter by scan or dilation, constant in attention",
        says="The fewest operations between the two positions farthest apart, for 2 to 16 tokens, on logarithmic axes. Upper "
        "panel: Elman and bidirectional network coincide and reach 64, LSTM and GRU 37 and 35; stacks of convolutions with "
        "kernel 4 and of attention in windows of 9 grow like n as well, from less. Lower panel: minimal GRU and linear "
        "recurrence by scan and dilated convolution stay below 12; the Transformer layer is level at 13, self-attention at 2.",
    )  # fmt: skip


def spans_by_length(_: Seen) -> alt.VConcatChart:
    """Operations in a row on unlimited processors, for all systems."""
    return _in_panels(
        lambda system, n: traced(system, n, 1).span, "operations in a row",
        title="Depth: n steps of tanh or gates take n rounds, a linear recurrence by scan about 2 log₂ n",
        says="Operations that must follow one another on unlimited processors, for 2 to 16 tokens, on logarithmic axes. Upper "
        "panel: GRU, LSTM, Elman and bidirectional network rise in proportion to n, to between 64 and 160, and stacks of "
        "convolutions and of attention in windows from less. Lower panel: scans and dilated convolution take 12 at most; the "
        "Transformer layer is level at 31, self-attention at 5.",
    )  # fmt: skip


def _in_panels(count: Count, what: str, *, title: str, says: str) -> alt.VConcatChart:
    """One panel a group on the same axes: eleven lines in one would hide each other."""
    charts = [
        lines(
            [{"tokens": n, what: count(system, n), "system": name} for name, system in group.items() for n in LENGTHS],
            x="tokens", y=what, series="system", log_x=True, log_y=True, title=panel, says="",
        ).properties(width=PANEL, height=118)
        for panel, group in panels().items()
    ]  # fmt: skip
    shared = alt.vconcat(*charts).resolve_scale(x="shared", y="shared", color="independent", strokeDash="independent")
    return shared.properties(title=title, description=says)


def memory_by_length(_: Seen) -> alt.Chart:
    """Bytes kept for the backward pass by one head of width 64 in float32."""
    d, generator = 64, torch.Generator().manual_seed(0)
    p = attention.draw_self_attention(d, generator, torch.float32)
    forms: dict[str, Callable[..., torch.Tensor]] = {
        "textbook: the weights are kept": attention.self_attention,
        "online softmax: the weights are recomputed": online.self_attention,
    }
    rows = [
        {"tokens": n, "bytes kept for the backward pass": memory.saved_bytes(form, p, torch.ones(n, d)), "attention": name}
        for name, form in forms.items()
        for n in (16, 32, 64, 128, 256, 512, 1024, 2048)
    ]
    return lines(
        rows, x="tokens", y="bytes kept for the backward pass", series="attention", log_x=True, log_y=True,
        title="The same attention from memory that grows like n² or like n",
        says="Bytes kept between forward and backward pass for 16 to 2048 tokens of width 64 in float32. The textbook form rises "
        "like n² once the sequence is longer than wide, to 18 million; online softmax like n, to 2 million.",
    )  # fmt: skip
