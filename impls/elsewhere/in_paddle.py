"""PaddlePaddle: `nn.SimpleRNN`, `nn.LSTM`, `nn.GRU`; attention; clipping.

Gates are stacked i f c o and r z c. Two bias vectors: ours goes to the one beside the input, but for a GRU's inside the reset.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import paddle
import torch
from paddle import nn

from impls.questions.adapter import Array, Attention, Clipping, Layer, Library, Look, Parameters, Put, Ran, Refused, written
from impls.recurrent.elman import Elman
from impls.recurrent.gru import GRU
from impls.recurrent.lstm import LSTM

paddle.set_default_dtype("float64")

LAYERS = {"tanh": nn.SimpleRNN, "LSTM": nn.LSTM, "GRU": nn.GRU}
ALL, EACH = "ClipGradByGlobalNorm", "ClipGradByNorm"
NAMES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def stacked(p: Parameters) -> list[Array]:
    """Weights and biases in the order of NAMES."""
    if isinstance(p, Elman):
        return [one.numpy() for one in (p.W_x, p.W_h, p.b, torch.zeros_like(p.b))]
    weights: tuple[torch.Tensor, ...]
    if isinstance(p, LSTM):
        weights, bias = (p.W_i, p.W_f, p.W_C, p.W_o), torch.cat([p.b_i, p.b_f, p.b_C, p.b_o])
        inside = torch.zeros_like(bias)
    else:
        weights, bias = (p.W_r, p.W_z, p.W), torch.cat([p.b_r, p.b_z, p.b])
        inside = torch.cat([torch.zeros_like(p.b), torch.zeros_like(p.b), p.b_hn])
    d, W = len(weights[0]), torch.cat(weights)
    return [one.numpy() for one in (W[:, d:], W[:, :d], bias, inside)]


def arrays(p: Parameters) -> dict[str, Array]:
    """The same by paddle's names."""
    return dict(zip(NAMES, stacked(p), strict=True))


def unstacked(kind: str, layer: Any) -> Parameters:
    """The parameters of a layer, ours."""
    W_x, W_h, b_x, b_h = (torch.tensor(getattr(layer, f"{name}_l0").numpy()) for name in NAMES)
    if kind == "tanh":
        return Elman(W_h, W_x, b_x + b_h)
    W = torch.cat([W_h, W_x], dim=1).chunk(4 if kind == "LSTM" else 3)
    if kind == "LSTM":
        i, f, c, o = (b_x + b_h).chunk(4)
        return LSTM(W[1], W[0], W[2], W[3], f, i, c, o)
    (r, z, c), (r_h, z_h, inside) = b_x.chunk(3), b_h.chunk(3)
    return GRU(W[1], W[0], W[2], z + z_h, r + r_h, c, inside)


def run(kind: str, p: Parameters, put: Put, *, backward: Parameters | None = None) -> Ran:
    """The layer; lengths are told by `sequence_length`. `paddle.grad` by the inputs alone fails in here, `backward` does not."""
    width, d = put.xs.shape[-1], len(next(iter(vars(p).values())))
    layer = LAYERS[kind](width, d, direction="forward" if backward is None else "bidirect", time_major=True)
    for end, parameters in (("_l0", p), ("_l0_reverse", backward)):
        if parameters is not None:
            for name, value in zip(NAMES, stacked(parameters), strict=True):
                getattr(layer, name + end).set_value(np.ascontiguousarray(value))
    xs = paddle.to_tensor(put.xs, stop_gradient=put.weighed is None)
    lengths = None if put.lengths is None else paddle.to_tensor(put.lengths)
    outputs, end = layer(xs, sequence_length=lengths)
    gradient = None
    if put.weighed is not None:
        (paddle.to_tensor(put.weighed) * outputs).sum().backward()
        gradient = xs.grad.numpy()
    if backward is not None:
        return Ran(outputs.numpy(), gradient=gradient)
    states = (one.numpy()[0] for one in (end if isinstance(end, tuple) else (end,)))
    return Ran(outputs.numpy(), *states, **({} if gradient is None else {"gradient": gradient}))


def start(kind: str, d: int, m: int, seed: int) -> Parameters:
    paddle.seed(seed)
    return unstacked(kind, LAYERS[kind](m, d))


def embedding(symbols: int, m: int, seed: int) -> Array:
    paddle.seed(seed)
    return np.asarray(nn.Embedding(symbols, m).weight.numpy())


# --- attention and clipping -------------------------------------------------------------------------------------------


def _tensors(look: Look) -> list[Any]:
    return [paddle.to_tensor(one[None]) for one in (look.queries, look.keys, look.values)]


def _mask(look: Look) -> Any:
    return None if look.mask is None else paddle.to_tensor(look.mask[None, None])


def scaled_dot_product(look: Look) -> Array:
    heads = (one.unsqueeze(2) for one in _tensors(look))
    outputs = nn.functional.scaled_dot_product_attention(*heads, attn_mask=_mask(look), is_causal=look.causal)
    return np.asarray(outputs.numpy()[0, :, 0])


def _multi_head_attention(look: Look, W: Sequence[Array] | None, dropout: float = 0.0) -> Any:
    d = look.queries.shape[1]
    layer = nn.MultiHeadAttention(d, look.heads, dropout=dropout, need_weights=dropout > 0, bias_attr=False)
    projections = (layer.q_proj, layer.k_proj, layer.v_proj, layer.out_proj)
    for projection, one in zip(projections, (np.eye(d),) * 4 if W is None else W, strict=True):
        projection.weight.set_value(np.ascontiguousarray(one.T))
    return layer


def multi_head(look: Look, W: Sequence[Array] | None = None) -> Array:
    if look.causal:
        raise Refused("no hint for a causal mask")
    return np.asarray(_multi_head_attention(look, W)(*_tensors(look), attn_mask=_mask(look)).numpy()[0])


def dropped(look: Look, seed: int) -> Array:
    paddle.seed(seed)
    _, weights = _multi_head_attention(look, None, dropout=0.5)(*_tensors(look))
    return np.asarray(weights.numpy()[0, 0])


def clip(name: str, gradients: Sequence[Array], threshold: float) -> list[Array]:
    pairs = [(paddle.create_parameter([len(one)], "float32"), paddle.to_tensor(one, dtype="float32")) for one in gradients]
    return [clipped.numpy() for _, clipped in getattr(nn, name)(threshold)(pairs)]


# --- programs to paste ------------------------------------------------------------------------------------------------


def layer_code(kind: str, p: Parameters, xs: Array) -> str:
    fills = [f"layer.{name}_l0.set_value({_tensor(value)})" for name, value in zip(NAMES, stacked(p), strict=True)]
    return "\n".join([
        "import paddle",
        'paddle.set_default_dtype("float64")',
        f"layer = paddle.nn.{LAYERS[kind].__name__}({xs.shape[-1]}, {len(next(iter(vars(p).values())))})",
        *fills,
        f"xs = {_tensor(xs[None, :, 0])}",
        "print(*layer(xs)[0][0].tolist(), sep='\\n')",
    ])  # fmt: skip


def attention_code(look: Look, *, layer: bool = False) -> str:
    if layer and look.causal:
        return "# paddle.nn.MultiHeadAttention has no hint for a causal mask"
    mask = "None" if look.mask is None else f"paddle.to_tensor([[{look.mask.tolist()}]])"
    lines = ["import paddle", 'paddle.set_default_dtype("float64")']
    each = (("q", look.queries), ("k", look.keys), ("v", look.values))
    lines += [f"{name} = {_tensor(one[None] if layer else one[None, :, None])}" for name, one in each]
    if layer:
        d = look.queries.shape[1]
        lines += [
            f"layer = paddle.nn.MultiHeadAttention({d}, {look.heads}, bias_attr=False)",
            "for one in layer.parameters():",
            f"    one.set_value(paddle.eye({d}))",
            f"print(*layer(q, k, v, attn_mask={mask})[0].tolist(), sep='\\n')",
        ]
    else:
        call = f"paddle.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask={mask}, is_causal={look.causal})"
        lines.append(f"print(*{call}[0, :, 0].tolist(), sep='\\n')")
    return "\n".join(lines)


def clipping_code(name: str, gradients: Sequence[Array], threshold: float) -> str:
    each = [f"paddle.to_tensor({written(one)}, dtype='float32')" for one in gradients]
    return "\n".join([
        "import paddle",
        f"gradients = [{', '.join(each)}]",
        "pairs = [(paddle.create_parameter(one.shape, 'float32'), one) for one in gradients]",
        f"print(*(one.tolist() for _, one in paddle.nn.{name}({threshold})(pairs)))",
    ])  # fmt: skip


def _tensor(value: Array) -> str:
    return f"paddle.to_tensor({written(value)}, dtype='float64')"


def _layer(kind: str) -> Layer:
    return Layer(
        f"nn.{LAYERS[kind].__name__}", kind, "float64", partial(run, kind), partial(layer_code, kind), partial(start, kind),  # type: ignore[arg-type]
        embedding, lambda p, backward, put: run(kind, p, put, backward=backward), stored=arrays,
    )  # fmt: skip


LIBRARY = Library(
    "paddlepaddle",
    tuple(_layer(kind) for kind in LAYERS),
    (
        Attention("scaled_dot_product_attention", "float64", scaled_dot_product, attention_code),
        Attention("nn.MultiHeadAttention", "float64", multi_head, partial(attention_code, layer=True), multi_head, dropped),
    ),
    (
        Clipping(ALL, "all together", partial(clip, ALL), partial(clipping_code, ALL)),
        Clipping(EACH, "each by itself", partial(clip, EACH), partial(clipping_code, EACH)),
    ),
)
