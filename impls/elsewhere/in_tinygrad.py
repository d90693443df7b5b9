"""tinygrad: `nn.LSTMCell`, its only recurrent layer, in a loop of one's own; attention. It has no clipping by the norm.

Gates are stacked i f g o. Two bias vectors: ours goes to the one beside the input. Kernels are compiled before they run, on a CPU
by clang, or what CC names; so longer loops run a step that is compiled once.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import torch
from tinygrad import Tensor, TinyJit, nn

from impls.questions.adapter import Array, Attention, Layer, Library, Look, Parameters, Put, Ran, Refused, written
from impls.recurrent.lstm import LSTM

NAMES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def stacked(p: Parameters) -> list[Array]:
    """Weights and biases in the order of NAMES."""
    assert isinstance(p, LSTM)
    W, b = torch.cat([p.W_i, p.W_f, p.W_C, p.W_o]), torch.cat([p.b_i, p.b_f, p.b_C, p.b_o])
    d = len(p.b_f)
    return [one.contiguous().numpy() for one in (W[:, d:], W[:, :d], b, torch.zeros_like(b))]


def arrays(p: Parameters) -> dict[str, Array]:
    """The same by tinygrad's names."""
    return dict(zip(NAMES, stacked(p), strict=True))


def _filled(cell: Any, weights: Any) -> Any:
    for name, value in zip(NAMES, weights, strict=True):
        setattr(cell, name, value)
    return cell


def run(p: Parameters, put: Put) -> Ran:
    """The cell, step by step; it knows of no lengths."""
    if put.lengths is not None and min(put.lengths) < len(put.xs):
        raise Refused("a cell in a loop knows of no lengths")
    weights, xs = [Tensor(one) for one in stacked(p)], Tensor(put.xs)
    (batch, width), d = put.xs.shape[1:], len(next(iter(vars(p).values())))
    if put.weighed is None:
        return _many_steps(compiled(batch, width, d), weights, put.xs, d)
    cell, outputs = _filled(nn.LSTMCell(width, d), weights), []
    state: Any = None
    for n in range(len(put.xs)):
        state = cell(xs[n], state)
        outputs.append(state[0])
    stack = Tensor.stack(*outputs)
    (gradient,) = (Tensor(put.weighed) * stack).sum().gradient(xs)
    h, C = state
    return Ran(stack.numpy(), h.numpy(), C.numpy(), gradient.numpy())


@cache
def compiled(batch: int, width: int, d: int) -> Callable[..., Any]:
    """One call of the cell, for weights and inputs of these shapes."""
    cell = nn.LSTMCell(width, d)

    def step(x: Tensor, h: Tensor, C: Tensor, *weights: Tensor) -> tuple[Tensor, Tensor]:
        h, C = _filled(cell, weights)(x, (h, C))
        return h.realize(), C.realize()

    return TinyJit(step)


def _many_steps(step: Callable[..., Any], weights: list[Tensor], xs: Array, d: int) -> Ran:
    for one in weights:
        one.realize()
    h, C = np.zeros((2, xs.shape[1], d))
    outputs = []
    for x in xs:
        h, C = (one.numpy() for one in step(*(Tensor(one).realize() for one in (x, h, C)), *weights))
        outputs.append(h)
    return Ran(np.stack(outputs), h, C)


def start(d: int, m: int, seed: int) -> Parameters:
    Tensor.manual_seed(seed)
    cell = nn.LSTMCell(m, d)
    W_x, W_h, b_x, b_h = (torch.tensor(getattr(cell, name).numpy()).double() for name in NAMES)
    W, (i, f, g, o) = torch.cat([W_h, W_x], dim=1).chunk(4), (b_x + b_h).chunk(4)
    return LSTM(W[1], W[0], W[2], W[3], f, i, g, o)


def embedding(symbols: int, m: int, seed: int) -> Array:
    Tensor.manual_seed(seed)
    return np.asarray(nn.Embedding(symbols, m).weight.numpy())


def scaled_dot_product(look: Look) -> Array:
    q, k, v = (Tensor(one) for one in (look.queries, look.keys, look.values))
    mask = None if look.mask is None else Tensor(look.mask)
    return np.asarray(q.scaled_dot_product_attention(k, v, attn_mask=mask, is_causal=look.causal).numpy())


# --- programs to paste ------------------------------------------------------------------------------------------------


def _tensor(value: Array) -> str:
    return f"Tensor({written(value)}, dtype=dtypes.double)"


def layer_code(p: Parameters, xs: Array) -> str:
    return "\n".join([
        "from tinygrad import Tensor, dtypes, nn",
        f"cell = nn.LSTMCell({xs.shape[-1]}, {len(next(iter(vars(p).values())))})",
        *(f"cell.{name} = {_tensor(value)}" for name, value in zip(NAMES, stacked(p), strict=True)),
        "state = None",
        f"for x in {_tensor(xs)}:",
        "    state = cell(x, state)",
        "    print(state[0][0].tolist())",
    ])  # fmt: skip


def attention_code(look: Look) -> str:
    mask = "None" if look.mask is None else f"Tensor({look.mask.tolist()})"
    return "\n".join([
        "from tinygrad import Tensor, dtypes",
        *(f"{name} = {_tensor(one)}" for name, one in (("q", look.queries), ("k", look.keys), ("v", look.values))),
        f"print(*q.scaled_dot_product_attention(k, v, attn_mask={mask}, is_causal={look.causal}).tolist(), sep='\\n')",
    ])  # fmt: skip


LIBRARY = Library(
    "tinygrad",
    (Layer("nn.LSTMCell", "LSTM", "float64", run, layer_code, start, embedding, stored=arrays),),
    (Attention("Tensor.scaled_dot_product_attention", "float64", scaled_dot_product, attention_code),),
)
