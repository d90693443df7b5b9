"""PyTorch: `nn.RNN`, `nn.LSTM`, `nn.GRU`, fused and as cells; attention; clipping.

Gates are stacked i f g o and r z n. Two bias vectors; ours goes to the one beside the input, but for a GRU's bias inside the
reset.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from impls.questions.adapter import Array, Attention, Clipping, Layer, Library, Look, Parameters, Put, Ran, Refused, written
from impls.recurrent.elman import Elman
from impls.recurrent.gru import GRU
from impls.recurrent.lstm import LSTM

FUSED = {"tanh": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}
CELLS = {"tanh": nn.RNNCell, "LSTM": nn.LSTMCell, "GRU": nn.GRUCell}


@dataclass(frozen=True)
class Stacked:
    """Weights and biases as torch keeps them."""

    weight_ih: Tensor
    weight_hh: Tensor
    bias_ih: Tensor
    bias_hh: Tensor


def stacked(p: Parameters) -> Stacked:
    """Our parameters in torch's order."""
    if isinstance(p, Elman):
        return Stacked(p.W_x, p.W_h, p.b, torch.zeros_like(p.b))
    if isinstance(p, LSTM):
        W, b = torch.cat([p.W_i, p.W_f, p.W_C, p.W_o]), torch.cat([p.b_i, p.b_f, p.b_C, p.b_o])
    else:
        W, b = torch.cat([p.W_r, p.W_z, p.W]), torch.cat([p.b_r, p.b_z, p.b])
    d, bias_hh = W.shape[0] // (4 if isinstance(p, LSTM) else 3), torch.zeros_like(b)
    if isinstance(p, GRU):
        bias_hh[2 * d :] = p.b_hn
    return Stacked(W[:, d:], W[:, :d], b, bias_hh)


def arrays(p: Parameters) -> dict[str, Array]:
    """The same by torch's names."""
    return {name: value.numpy() for name, value in vars(stacked(p)).items()}


def unstacked(kind: str, module: Any, end: str) -> Parameters:
    """The parameters of a layer, ours; `end` is what torch's names end with."""
    W_x, W_h, b_x, b_h = (getattr(module, name + end).detach() for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
    if kind == "tanh":
        return Elman(W_h, W_x, b_x + b_h)
    gates = 4 if kind == "LSTM" else 3
    W = torch.cat([W_h, W_x], dim=1).chunk(gates)
    if kind == "LSTM":
        i, f, C, o = (b_x + b_h).chunk(4)
        return LSTM(W[1], W[0], W[2], W[3], f, i, C, o)
    (r, z, n), (r_h, z_h, inside) = b_x.chunk(3), b_h.chunk(3)
    return GRU(W[1], W[0], W[2], z + z_h, r + r_h, n, inside)


def _fill(module: nn.Module, p: Parameters, end: str) -> None:
    with torch.no_grad():
        for name, value in vars(stacked(p)).items():
            getattr(module, name + end).copy_(value)


def fused(kind: str, p: Parameters, put: Put, *, backward: Parameters | None = None) -> Ran:
    """The fused layer; sequences are packed where their lengths are told."""
    width, d = put.xs.shape[-1], len(next(iter(vars(p).values())))
    module = FUSED[kind](width, d, bidirectional=backward is not None, dtype=torch.float64)
    _fill(module, p, "_l0")
    if backward is not None:
        _fill(module, backward, "_l0_reverse")
    xs = torch.tensor(put.xs, requires_grad=put.weighed is not None)
    if put.lengths is None:
        outputs, end = module(xs)
    else:
        packed = nn.utils.rnn.pack_padded_sequence(xs, torch.tensor(put.lengths), enforce_sorted=False)
        outputs, end = module(packed)
        outputs, _ = nn.utils.rnn.pad_packed_sequence(outputs, total_length=len(xs))
    return _ran(outputs, end, xs, put, backward is not None)


def both_ways(kind: str, p: Parameters, backward: Parameters, put: Put) -> Ran:
    """The fused layer in both directions."""
    return fused(kind, p, put, backward=backward)


def cells(kind: str, p: Parameters, put: Put) -> Ran:
    """The cell, in a loop of one's own; it knows of no lengths."""
    if put.lengths is not None:
        raise Refused("no way to tell lengths")
    width, d = put.xs.shape[-1], len(next(iter(vars(p).values())))
    cell = CELLS[kind](width, d, dtype=torch.float64)
    _fill(cell, p, "")
    xs = torch.tensor(put.xs, requires_grad=put.weighed is not None)
    state, outputs = None, []
    for x in xs.unbind(0):
        state = cell(x, state)
        outputs.append(state[0] if kind == "LSTM" else state)
    return _ran(torch.stack(outputs), state, xs, put, False)


def _ran(outputs: Tensor, end: Any, xs: Tensor, put: Put, both_ways: bool) -> Ran:
    gradient = None
    if put.weighed is not None:
        (gradient,) = torch.autograd.grad((torch.tensor(put.weighed) * outputs).sum(), xs)
    h, C = end if isinstance(end, tuple) else (end, None)
    batch, d = outputs.shape[1:]
    last, cell = (None if both_ways or one is None else one.detach().reshape(batch, d).numpy() for one in (h, C))
    return Ran(outputs.detach().numpy(), last, cell, gradient if gradient is None else gradient.numpy())


# --- starts -----------------------------------------------------------------------------------------------------------


def start(kind: str, d: int, m: int, seed: int, change: Callable[[Any], None] | None = None) -> Parameters:
    """What torch draws, and what a recipe makes of it."""
    torch.manual_seed(seed)
    module = FUSED[kind](m, d, dtype=torch.float64)
    if change:
        with torch.no_grad():
            change(module)
    return unstacked(kind, module, "_l0")


def orthogonal_stack(module: Any) -> None:
    nn.init.orthogonal_(module.weight_hh_l0)


def orthogonal_gates(module: Any) -> None:
    for gate in module.weight_hh_l0.chunk(module.weight_hh_l0.shape[0] // module.hidden_size):
        nn.init.orthogonal_(gate)


def without_biases(module: Any) -> None:
    for name in ("bias_ih_l0", "bias_hh_l0"):
        getattr(module, name).zero_()


def identity_without_biases(module: Any) -> None:
    """Le, Jaitly & Hinton (2015): all biases 0 as well, which a unit would add up step by step."""
    without_biases(module)
    nn.init.eye_(module.weight_hh_l0)


def identity_gates(module: Any) -> None:
    for gate in module.weight_hh_l0.chunk(module.weight_hh_l0.shape[0] // module.hidden_size):
        nn.init.eye_(gate)


def forget_bias(module: Any, *vectors: str) -> None:
    """1 in that quarter of these vectors, 0 elsewhere in all biases."""
    d = module.hidden_size
    without_biases(module)
    for name in vectors:
        getattr(module, name)[d : 2 * d] = 1


def chrono(module: Any, longest: int = 100) -> None:
    """Tallec & Ollivier (2018): b_f = log U(1, longest - 1), b_i = -b_f; of a GRU, whose z keeps the old state, b_z."""
    d = module.hidden_size
    spans = torch.empty(d, dtype=torch.float64).uniform_(1, longest - 1).log()
    without_biases(module)
    module.bias_ih_l0[d : 2 * d] = spans
    if isinstance(module, nn.LSTM):
        module.bias_ih_l0[:d] = -spans


STACK, GATES, EYE = "orthogonal on weight_hh", "orthogonal gate by gate", "identity gate by gate"
RECIPES: dict[str, dict[str, Callable[[Any], None]]] = {
    "tanh": {STACK: orthogonal_stack, "identity, biases 0": identity_without_biases},
    "LSTM": {
        STACK: orthogonal_stack, GATES: orthogonal_gates, EYE: identity_gates,
        "forget bias 1": lambda module: forget_bias(module, "bias_ih_l0"),
        "forget bias 1 on both vectors": lambda module: forget_bias(module, "bias_ih_l0", "bias_hh_l0"),
        "chrono, up to 100": chrono,
    },
    "GRU": {STACK: orthogonal_stack, GATES: orthogonal_gates, EYE: identity_gates, "chrono, up to 100": chrono},
}  # fmt: skip


def embedding(symbols: int, m: int, seed: int) -> Array:
    torch.manual_seed(seed)
    return nn.Embedding(symbols, m, dtype=torch.float64).weight.detach().numpy()


# --- attention and clipping -------------------------------------------------------------------------------------------


def scaled_dot_product(look: Look) -> Array:
    q, k, v = (torch.tensor(one) for one in (look.queries, look.keys, look.values))
    mask = None if look.mask is None else torch.tensor(look.mask)
    return nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=look.causal).numpy()


def _multi_head_attention(look: Look, W: Sequence[Array] | None, dropout: float = 0.0) -> nn.MultiheadAttention:
    d = look.queries.shape[1]
    layer = nn.MultiheadAttention(d, look.heads, dropout=dropout, bias=False, batch_first=True, dtype=torch.float64)
    q, k, v, o = (np.eye(d),) * 4 if W is None else W
    with torch.no_grad():
        layer.in_proj_weight.copy_(torch.tensor(np.concatenate([q, k, v])))
        layer.out_proj.weight.copy_(torch.tensor(o))
    return layer


def multi_head(look: Look, W: Sequence[Array] | None = None) -> Array:
    """In training, so that nothing takes a shorter way; without dropout."""
    q, k, v = (torch.tensor(one)[None] for one in (look.queries, look.keys, look.values))
    mask = None if look.mask is None else torch.tensor(look.mask)
    outputs, _ = _multi_head_attention(look, W)(q, k, v, attn_mask=mask, is_causal=look.causal)
    return outputs[0].detach().numpy()


def dropped(look: Look, seed: int) -> Array:
    torch.manual_seed(seed)
    q, k, v = (torch.tensor(one)[None] for one in (look.queries, look.keys, look.values))
    _, weights = _multi_head_attention(look, None, dropout=0.5)(q, k, v)
    return weights[0].detach().numpy()


def clip(gradients: Sequence[Array], threshold: float) -> list[Array]:
    held = [nn.Parameter(torch.zeros(len(one))) for one in gradients]
    for parameter, gradient in zip(held, gradients, strict=True):
        parameter.grad = torch.tensor(gradient)
    nn.utils.clip_grad_norm_(held, threshold)
    return [parameter.grad.numpy() for parameter in held if parameter.grad is not None]


# --- programs to paste ------------------------------------------------------------------------------------------------


def layer_code(kind: str, p: Parameters, xs: Array, *, cell: bool = False) -> str:
    end = "" if cell else "_l0"
    name = (CELLS if cell else FUSED)[kind].__name__
    fills = [f"layer.{part}{end}.copy_(torch.tensor({written(value)}))" for part, value in vars(stacked(p)).items()]
    if cell:
        run = ["state = None", "for x in xs:", "    state = layer(x[None], state)"]
        run.append(f"    print({'state[0][0]' if kind == 'LSTM' else 'state[0]'}.tolist())")
    else:
        run = ["print(*layer(xs)[0].tolist(), sep='\\n')"]
    return "\n".join([
        "import torch",
        f"layer = torch.nn.{name}({xs.shape[-1]}, {len(next(iter(vars(p).values())))}, dtype=torch.float64)",
        f"xs = torch.tensor({written(xs[:, 0])}, dtype=torch.float64)",
        "with torch.no_grad():", *(f"    {line}" for line in (*fills, *run)),
    ])  # fmt: skip


def attention_code(look: Look, *, layer: bool = False) -> str:
    lines = ["import torch", *(
        f"{name} = torch.tensor({written(one)}, dtype=torch.float64)"
        for name, one in (("q", look.queries), ("k", look.keys), ("v", look.values))
    )]  # fmt: skip
    mask = "None" if look.mask is None else f"torch.tensor({look.mask.tolist()})"
    if layer:
        d = look.queries.shape[1]
        lines += [
            f"layer = torch.nn.MultiheadAttention({d}, {look.heads}, bias=False, dtype=torch.float64)",
            "with torch.no_grad():",
            f"    layer.in_proj_weight.copy_(torch.eye({d}).repeat(3, 1))",
            f"    layer.out_proj.weight.copy_(torch.eye({d}))",
            f"print(*layer(q, k, v, attn_mask={mask}, is_causal={look.causal})[0].tolist(), sep='\\n')",
        ]
    else:
        call = f"torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask={mask}, is_causal={look.causal})"
        lines.append(f"print(*{call}.tolist(), sep='\\n')")
    return "\n".join(lines)


def clipping_code(gradients: Sequence[Array], threshold: float) -> str:
    lines = ["import torch", f"held = [torch.nn.Parameter(torch.zeros(n)) for n in {[len(one) for one in gradients]}]"]
    lines += [f"held[{k}].grad = torch.tensor({written(one)}, dtype=torch.float32)" for k, one in enumerate(gradients)]
    return "\n".join(
        [*lines, f"torch.nn.utils.clip_grad_norm_(held, {threshold})", "print(*(one.grad.tolist() for one in held))"]
    )


def _layers() -> list[Layer]:
    made = []
    for kind, build in FUSED.items():
        name = f"nn.{build.__name__}"
        recipes = {recipe: partial(start, kind, change=change) for recipe, change in RECIPES[kind].items()}
        made += [
            Layer(
                name, kind, "float64", partial(fused, kind), partial(layer_code, kind), partial(start, kind), embedding,
                partial(both_ways, kind), recipes, arrays,
            ),
            Layer(
                f"{name}Cell", kind, "float64", partial(cells, kind), partial(layer_code, kind, cell=True),
                stored=arrays,
            ),
        ]  # fmt: skip
    return made


LIBRARY = Library(
    "torch",
    tuple(_layers()),
    (
        Attention("scaled_dot_product_attention", "float64", scaled_dot_product, attention_code),
        Attention("nn.MultiheadAttention", "float64", multi_head, partial(attention_code, layer=True), multi_head, dropped),
    ),
    (Clipping("clip_grad_norm_", "all together", clip, clipping_code),),
)
