"""Figures of chapter 7: what the state of a gated network can hold."""

import altair as alt
import torch

from claims.kit.figures import Seen, lines
from impls.recurrent import packing

WIDTHS = range(128, 1025, 128)


def longest_document_by_width(_: Seen) -> alt.Chart:
    """n*, the most tokens out of 50 000 of which every document has a state of its own, and the essay's example."""
    x, y = "numbers in the state (for an LSTM h and C together)", "longest document without loss (tokens)"
    formats = {
        "float64": torch.float64,
        "float32": torch.float32,
        "bfloat16": torch.bfloat16,
        "float16": torch.float16,
    }
    rows = [{x: d, y: packing.longest(d, dtype, 50_000), "format": name} for name, dtype in formats.items() for d in WIDTHS]
    rows.append({x: 512, y: 1000, "format": "the essay's example: 1000 tokens, 512 numbers"})
    return lines(
        rows, x=x, y=y, series="format",
        title="1000 tokens fit into 512 float32 numbers, and do not into 512 float16",
        says="Straight lines, n* against the width, for tokens out of 50 000 in four formats. The essay's example, 1000 tokens "
        "in 512 numbers, lies just below the float32 line at 1049, well below float64 at 2099, and above the two 16-bit formats, "
        "which all but coincide at 523 and 524.",
    )  # fmt: skip
