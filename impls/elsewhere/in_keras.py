"""Keras 3 on torch or on jax, as KERAS_BACKEND says: SimpleRNN, LSTM, GRU in both of its forms; attention; clipping.

Gates are stacked i f c o and z r h, units along the last axis. One bias; a GRU with `reset_after` keeps two rows, and the second
stands inside the reset.

In float32, as Keras has it by itself. With `floatx` at float64 the layers are called so and are not: the rules for the type of a
result know no 64 bits. On torch `keras.ops.matmul` of float64 gives float32, so that SimpleRNN, a GRU that resets before, and any
layer with a mask are no more exact than before; on jax `tanh` does, and the loop over the steps refuses a state of two types.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Any

import keras
import numpy as np
import torch

from impls.questions.adapter import (
    Array,
    Attention,
    Clipping,
    Layer,
    Library,
    Look,
    Parameters,
    Precision,
    Put,
    Ran,
    Refused,
    Start,
    written,
)
from impls.recurrent.elman import Elman
from impls.recurrent.gru import GRU
from impls.recurrent.lstm import LSTM

BACKEND = keras.config.backend()
PRECISION: Precision = "float32"

KINDS = {"SimpleRNN": "tanh", "LSTM": "LSTM", "GRU": "GRU", "GRU(reset_after=False)": "GRU"}
Options = Mapping[str, Any]


def class_of(name: str) -> str:
    return name.partition("(")[0]


def options_of(name: str) -> dict[str, Any]:
    return {"reset_after": False} if "reset_after" in name else {}


def kept(name: str, p: Parameters) -> list[Array]:
    """kernel, recurrent_kernel, bias. Refused where there is no place inside the reset."""
    if isinstance(p, Elman):
        return [p.W_x.numpy().T, p.W_h.numpy().T, p.b.numpy()]
    weights: tuple[torch.Tensor, ...]
    if isinstance(p, LSTM):
        weights, bias = (p.W_i, p.W_f, p.W_C, p.W_o), torch.cat([p.b_i, p.b_f, p.b_C, p.b_o])
    else:
        weights, bias = (p.W_z, p.W_r, p.W), torch.cat([p.b_z, p.b_r, p.b])
        inside = torch.cat([torch.zeros_like(p.b), torch.zeros_like(p.b), p.b_hn])
        if not options_of(name):
            bias = torch.stack([bias, inside])
        elif p.b_hn.any():
            raise Refused("one bias only: none inside the reset")
    d, W = len(weights[0]), torch.cat(weights).numpy()
    return [W[:, d:].T, W[:, :d].T, bias.numpy()]


def arrays(name: str, p: Parameters) -> dict[str, Array]:
    """The same by Keras' names; a bias for which there is no place is left out."""
    if isinstance(p, GRU) and options_of(name):
        p = replace(p, b_hn=torch.zeros_like(p.b_hn))
    return dict(zip(("kernel", "recurrent_kernel", "bias"), kept(name, p), strict=True))


def ours(name: str, values: Sequence[Array]) -> Parameters:
    """The parameters of a layer, ours."""
    kernel, recurrent, bias = (torch.tensor(np.asarray(one)).double() for one in values)
    if KINDS[name] == "tanh":
        return Elman(recurrent.T, kernel.T, bias)
    gates = 4 if KINDS[name] == "LSTM" else 3
    W = torch.cat([recurrent.T, kernel.T], dim=1).chunk(gates)
    if KINDS[name] == "LSTM":
        i, f, c, o = bias.chunk(4)
        return LSTM(W[1], W[0], W[2], W[3], f, i, c, o)
    outside, within = bias if bias.ndim == 2 else (bias, torch.zeros_like(bias))
    (z, r, h), (z_h, r_h, inside) = outside.chunk(3), within.chunk(3)
    return GRU(W[0], W[1], W[2], z + z_h, r + r_h, h, inside)


@cache
def built(name: str, d: int, m: int, both_ways: bool) -> Any:
    """The layer, built once."""
    kind = getattr(keras.layers, class_of(name))
    layer = kind(d, return_sequences=True, return_state=not both_ways, **options_of(name))
    if both_ways:
        layer = keras.layers.Bidirectional(layer)
    layer.build((None, None, m))
    return layer


def run(name: str, p: Parameters, put: Put, *, backward: Parameters | None = None) -> Ran:
    """The layer; lengths are told by a mask."""
    layer = built(name, len(next(iter(vars(p).values()))), put.xs.shape[-1], backward is not None)
    weights = kept(name, p) + (kept(name, backward) if backward is not None else [])
    layer.set_weights([one.astype(PRECISION) for one in weights])
    xs = np.swapaxes(put.xs, 0, 1).astype(PRECISION)
    mask = None
    if put.lengths is not None:
        mask = np.arange(xs.shape[1]) < np.array(put.lengths)[:, None]
    weighed = None if put.weighed is None else np.swapaxes(put.weighed, 0, 1).astype(PRECISION)
    found, gradient = BACKENDS[BACKEND](layer, xs, mask, weighed)
    outputs, *states = found if backward is None else (found,)
    return Ran(np.swapaxes(outputs, 0, 1), *states, **({} if gradient is None else {"gradient": np.swapaxes(gradient, 0, 1)}))


def on_torch(layer: Any, xs: Array, mask: Array | None, weighed: Array | None) -> tuple[Any, Array | None]:
    """Outputs and states, and the gradient by torch's own differentiation."""
    inputs = torch.tensor(xs, requires_grad=weighed is not None)
    found = layer(inputs, mask=None if mask is None else torch.tensor(mask))
    gradient = None
    if weighed is not None:
        (gradient,) = torch.autograd.grad((torch.tensor(weighed) * found[0]).sum(), inputs)
    return keras.tree.map_structure(keras.ops.convert_to_numpy, found), None if gradient is None else gradient.numpy()


def on_jax(layer: Any, xs: Array, mask: Array | None, weighed: Array | None) -> tuple[Any, Array | None]:
    """The same on jax, compiled: its loops are compiled again at each call otherwise."""
    import jax

    call, slope = compiled(layer)
    weights = [one.value for one in layer.trainable_variables], [one.value for one in layer.non_trainable_variables]
    gradient = None if weighed is None else np.asarray(slope(*weights, xs, mask, weighed))
    return jax.tree.map(np.asarray, call(*weights, xs, mask)), gradient


@cache
def compiled(layer: Any) -> tuple[Callable[..., Any], Callable[..., Any]]:
    import jax

    def call(trainable: Any, others: Any, xs: Any, mask: Any) -> Any:
        return layer.stateless_call(trainable, others, xs, mask=mask)[0]

    def weighted(trainable: Any, others: Any, xs: Any, mask: Any, weighed: Any) -> Any:
        return (weighed * call(trainable, others, xs, mask)[0]).sum()

    return jax.jit(call), jax.jit(jax.grad(weighted, argnums=2))


BACKENDS = {"torch": on_torch, "jax": on_jax}


# --- starts -----------------------------------------------------------------------------------------------------------


def start(name: str, d: int, m: int, seed: int, **options: Any) -> Parameters:
    """What Keras draws, by default or as these options say."""
    keras.utils.set_random_seed(seed)
    layer = getattr(keras.layers, class_of(name))(d, **options_of(name), **options)
    layer.build((None, None, m))
    return ours(name, layer.get_weights())


RECIPES: Mapping[str, Mapping[str, Options]] = {
    "LSTM": {"without unit_forget_bias": {"unit_forget_bias": False}},
}


def embedding(symbols: int, m: int, seed: int) -> Array:
    keras.utils.set_random_seed(seed)
    layer = keras.layers.Embedding(symbols, m)
    layer.build()
    return np.asarray(layer.get_weights()[0])


# --- attention and clipping -------------------------------------------------------------------------------------------


def _tensors(look: Look) -> tuple[list[Any], Any]:
    """Queries, keys, values as one row of a batch, and the mask as it is."""
    qkv = [keras.ops.convert_to_tensor(one[None], dtype=PRECISION) for one in (look.queries, look.keys, look.values)]
    return qkv, None if look.mask is None else keras.ops.convert_to_tensor(look.mask[None])


def dot_product(look: Look) -> Array:
    (q, k, v), mask = _tensors(look)
    heads = (keras.ops.expand_dims(one, 2) for one in (q, k, v))
    outputs = keras.ops.dot_product_attention(*heads, mask=mask, is_causal=look.causal)
    return np.asarray(keras.ops.convert_to_numpy(outputs))[0, :, 0]


def _multi_head_attention(look: Look, W: Sequence[Array] | None, dropout: float = 0.0) -> Any:
    d, n = look.queries.shape[1], look.heads
    layer = keras.layers.MultiHeadAttention(n, d // n, dropout=dropout, use_bias=False)
    layer.build(*((1, *one.shape) for one in (look.queries, look.values, look.keys)))
    q, k, v, o = (np.eye(d),) * 4 if W is None else W
    layer.set_weights([*(one.T.reshape(d, n, -1) for one in (q, k, v)), o.T.reshape(n, -1, d)])
    return layer


def multi_head(look: Look, W: Sequence[Array] | None = None) -> Array:
    (q, k, v), mask = _tensors(look)
    outputs = _multi_head_attention(look, W)(q, v, k, attention_mask=mask, use_causal_mask=look.causal)
    return np.asarray(keras.ops.convert_to_numpy(outputs))[0]


def dropped(look: Look, seed: int) -> Array:
    keras.utils.set_random_seed(seed)
    (q, k, v), _ = _tensors(look)
    layer = _multi_head_attention(look, None, dropout=0.5)
    _, weights = layer(q, v, k, return_attention_scores=True, training=True)
    return np.asarray(keras.ops.convert_to_numpy(weights))[0, 0]


def plain(look: Look) -> Array:
    """The layer Attention, as it is by itself. Its mask says which keys are padding, the same ones for every query."""
    if look.mask is not None:
        raise Refused("a mask of keys only: none of its own for each query")
    (q, k, v), _ = _tensors(look)
    return np.asarray(keras.ops.convert_to_numpy(keras.layers.Attention()([q, v, k], use_causal_mask=look.causal)))[0]


def plain_dropped(look: Look, seed: int) -> Array:
    (q, k, v), _ = _tensors(look)
    layer = keras.layers.Attention(dropout=0.5, seed=seed)
    _, weights = layer([q, v, k], return_attention_scores=True, training=True)
    return np.asarray(keras.ops.convert_to_numpy(weights))[0]


def clip(option: str, gradients: Sequence[Array], threshold: float) -> list[Array]:
    """The step of plain descent from 0 at a rate of -1 is the clipped gradient."""
    optimizer = keras.optimizers.SGD(-1.0, **{option: threshold})
    held = [keras.Variable(np.zeros_like(one), dtype="float32") for one in gradients]
    optimizer.apply([keras.ops.convert_to_tensor(one) for one in gradients], held)
    return [np.asarray(keras.ops.convert_to_numpy(one)) for one in held]


# --- programs to paste ------------------------------------------------------------------------------------------------

HEAD = ["import os", f'os.environ["KERAS_BACKEND"] = "{BACKEND}"', "import keras"]


def _tensor(value: Array) -> str:
    return f"keras.ops.convert_to_tensor([{written(value)}], dtype='float32')"


def layer_code(name: str, p: Parameters, xs: Array) -> str:
    d, m = len(next(iter(vars(p).values()))), xs.shape[-1]
    options = "".join(f", {key}={value}" for key, value in options_of(name).items())
    fills = [f"    {written(value)}," for value in kept(name, p)]
    return "\n".join([
        *HEAD, "import numpy as np",
        f"layer = keras.layers.{class_of(name)}({d}, return_sequences=True{options})",
        f"layer.build((None, None, {m}))",
        "layer.set_weights([np.array(one) for one in [", *fills, "]])",
        f"xs = {_tensor(xs[:, 0])}",
        "print(*layer(xs)[0].tolist(), sep='\\n')",
    ])  # fmt: skip


def attention_code(look: Look, *, layer: bool = False) -> str:
    mask = "None" if look.mask is None else f"keras.ops.convert_to_tensor([{look.mask.tolist()}])"
    each = (("q", look.queries), ("k", look.keys), ("v", look.values))
    lines = [*HEAD, *(["import numpy as np"] if layer else [])]
    lines += [f"{name} = {_tensor(one if layer else one[:, None])}" for name, one in each]
    if layer:
        d, n = look.queries.shape[1], look.heads
        lines += [
            f"layer = keras.layers.MultiHeadAttention({n}, {d // n}, use_bias=False)",
            "layer.build(q.shape, v.shape, k.shape)",
            f"layer.set_weights([np.eye({d}).reshape(one.shape) for one in layer.weights])",
            f"print(*layer(q, v, k, attention_mask={mask}, use_causal_mask={look.causal})[0].tolist(), sep='\\n')",
        ]
    else:
        call = f"keras.ops.dot_product_attention(q, k, v, mask={mask}, is_causal={look.causal})"
        lines.append(f"print(*{call}[0, :, 0].tolist(), sep='\\n')")
    return "\n".join(lines)


def plain_code(look: Look) -> str:
    if look.mask is not None:
        return "# a mask of keys only: none of its own for each query"
    each = (("q", look.queries), ("k", look.keys), ("v", look.values))
    return "\n".join([
        *HEAD,
        *(f"{name} = {_tensor(one)}" for name, one in each),
        "layer = keras.layers.Attention()",
        f"print(*layer([q, v, k], use_causal_mask={look.causal})[0].tolist(), sep='\\n')",
    ])  # fmt: skip


def clipping_code(option: str, gradients: Sequence[Array], threshold: float) -> str:
    each = [f"keras.ops.convert_to_tensor({written(one)}, dtype='float32')" for one in gradients]
    return "\n".join([
        *HEAD,
        f"optimizer = keras.optimizers.SGD(-1.0, {option}={threshold})",
        f"gradients = [{', '.join(each)}]",
        "held = [keras.Variable(keras.ops.zeros_like(one), dtype='float32') for one in gradients]",
        "optimizer.apply(gradients, held)",
        "print(*(keras.ops.convert_to_numpy(one).tolist() for one in held))",
    ])  # fmt: skip


def _layer(name: str) -> Layer:
    recipes: dict[str, Start] = {recipe: partial(start, name, **options) for recipe, options in RECIPES.get(name, {}).items()}
    return Layer(
        name, KINDS[name], PRECISION, partial(run, name), partial(layer_code, name), partial(start, name), embedding,  # type: ignore[arg-type]
        lambda p, backward, put: run(name, p, put, backward=backward), recipes, partial(arrays, name),
    )  # fmt: skip


LIBRARY = Library(
    "keras",
    tuple(_layer(name) for name in KINDS),
    (
        Attention("ops.dot_product_attention", PRECISION, dot_product, attention_code),
        Attention("layers.MultiHeadAttention", PRECISION, multi_head, partial(attention_code, layer=True), multi_head, dropped),
        Attention("layers.Attention", PRECISION, plain, plain_code, dropped=plain_dropped),
    ),
    (
        Clipping("clipnorm", "each by itself", partial(clip, "clipnorm"), partial(clipping_code, "clipnorm")),
        Clipping("global_clipnorm", "all together", partial(clip, "global_clipnorm"), partial(clipping_code, "global_clipnorm")),
    ),
    beside=("torch",) if BACKEND == "torch" else ("jax",),
)
