"""Haiku: `VanillaRNN`, `LSTM`, `GRU` by `dynamic_unroll`; attention.

Gates are stacked i g f o and z r a. One bias, but two of the simple layer: ours goes to the one beside the input. Nothing tells
lengths, and there is no layer in both directions.
"""

from collections.abc import Sequence
from functools import cache, partial
from typing import Any

import haiku as hk
import jax
import jax.numpy as jnp
import numpy as np

from impls.elsewhere.on_jax import (
    FLOATS,
    Call,
    Gate,
    arrays,
    by_gate,
    no_bias_inside,
    no_lengths,
    ours,
    ran,
    split_end,
    typed,
    units,
)
from impls.questions.adapter import Array, Attention, Kind, Layer, Library, Look, Parameters, Put, Ran, Refused, flat

CORES = {"tanh": hk.VanillaRNN, "LSTM": hk.LSTM, "GRU": hk.GRU}
LETTERS = {"LSTM": "igfo", "GRU": "zrn"}  # the candidate of a GRU is called a here

Named = dict[str, dict[str, Array]]  # parameters as Haiku keeps them


def named(p: Parameters) -> Named:
    """Our parameters under Haiku's names."""
    no_bias_inside(p)
    gates = by_gate(p)
    if "h" in gates:
        W_h, W_x, b = gates["h"]
        return {"vanilla_rnn/linear": {"w": W_x.T, "b": b}, "vanilla_rnn/linear_1": {"w": W_h.T, "b": np.zeros_like(b)}}
    letters = LETTERS["LSTM" if "i" in gates else "GRU"]
    W_h, W_x, b = (np.concatenate(parts) for parts in zip(*(gates[name] for name in letters), strict=True))
    if "i" in gates:
        return {"lstm/linear": {"w": np.concatenate([W_x, W_h], axis=1).T, "b": b}}
    return {"gru": {"w_i": W_x.T, "w_h": W_h.T, "b": b}}


def _unnamed(kind: Kind, kept: Any) -> Parameters:
    """The same backwards."""
    kept = {name: {part: np.array(one) for part, one in parts.items()} for name, parts in kept.items()}
    if kind == "tanh":
        beside_input, beside_state = kept["vanilla_rnn/linear"], kept["vanilla_rnn/linear_1"]
        return ours({"h": Gate(beside_state["w"].T, beside_input["w"].T, beside_input["b"] + beside_state["b"])})
    if kind == "LSTM":
        W, b = kept["lstm/linear"]["w"].T, kept["lstm/linear"]["b"]
        d = len(b) // 4
        W_x, W_h = W[:, :-d], W[:, -d:]
    else:
        W_x, W_h, b = kept["gru"]["w_i"].T, kept["gru"]["w_h"].T, kept["gru"]["b"]
    parts = zip(*(np.split(one, len(LETTERS[kind])) for one in (W_h, W_x, b)), strict=True)
    return ours({name: Gate(*part) for name, part in zip(LETTERS[kind], parts, strict=True)})


@cache
def _unrolled(kind: Kind, d: int) -> tuple[Any, Call]:
    """(what draws parameters, what runs them)."""

    def run(xs: Any) -> tuple[Any, Any]:
        core = CORES[kind](d)
        return hk.dynamic_unroll(core, xs, core.initial_state(xs.shape[1]))

    transformed = hk.without_apply_rng(hk.transform(run))

    def call(weights: Any, xs: Any, lengths: None) -> tuple[Any, Any]:
        outputs, end = transformed.apply(weights, xs)
        return outputs, split_end(kind, end, cell_first=False)

    return jax.jit(transformed.init), call


def unrolled(kind: Kind, p: Parameters, put: Put) -> Ran:
    """The core over all steps; it knows of no lengths."""
    no_lengths(put)
    return ran(_unrolled(kind, units(p))[1], named(p), put)


def start(kind: Kind, d: int, m: int, seed: int) -> Parameters:
    draw, _ = _unrolled(kind, d)
    return _unnamed(kind, draw(jax.random.key(seed), jnp.zeros((1, 1, m))))


@cache
def _embedding(symbols: int, m: int) -> Any:
    return jax.jit(hk.transform(lambda: hk.Embed(symbols, m)(np.array([0]))).init)


def embedding(symbols: int, m: int, seed: int) -> Array:
    return np.array(_embedding(symbols, m)(jax.random.key(seed))["embed"]["embeddings"])


# --- attention --------------------------------------------------------------------------------------------------------

PROJECTIONS = ("query", "key", "value", "linear")


def multi_head(look: Look, W: Sequence[Array] | None = None) -> Array:
    if look.causal:
        raise Refused("no hint for a causal mask")
    d = look.queries.shape[1]
    W = (np.eye(d),) * 4 if W is None else W

    def attend(*looks: Any) -> Any:
        layer = hk.MultiHeadAttention(look.heads, d // look.heads, w_init=hk.initializers.VarianceScaling(), with_bias=False)
        return layer(*looks, mask=None if look.mask is None else jnp.array(look.mask)[None])

    kept = {f"multi_head_attention/{name}": {"w": one.T} for name, one in zip(PROJECTIONS, W, strict=True)}
    looks = (jnp.array(one) for one in (look.queries, look.keys, look.values))
    return np.array(hk.without_apply_rng(hk.transform(attend)).apply(kept, *looks))


# --- programs to paste ------------------------------------------------------------------------------------------------

IMPORTS = ["import haiku as hk", "import jax", "import jax.numpy as jnp", FLOATS]


def _kept(kept: Named) -> str:
    rows = (
        f"{name!r}: {{{', '.join(f'{part!r}: {typed(one)}' for part, one in parts.items())}}}" for name, parts in kept.items()
    )
    return f"{{{', '.join(rows)}}}"


def layer_code(kind: Kind, p: Parameters, xs: Array) -> str:
    return "\n".join([
        *IMPORTS,
        f"parameters = {_kept(named(p))}",
        f"xs = {typed(xs[:, 0])}",
        "def run(xs):",
        f"    core = hk.{CORES[kind].__name__}({units(p)})",
        "    return hk.dynamic_unroll(core, xs, core.initial_state(None))",
        "outputs, state = hk.without_apply_rng(hk.transform(run)).apply(parameters, xs)",
        "print(*outputs.tolist(), sep='\\n')",
    ])  # fmt: skip


def attention_code(look: Look) -> str:
    d = look.queries.shape[1]
    mask = "" if look.mask is None else f", mask=jnp.array({[look.mask.tolist()]})"
    hint = ", is_causal=True" if look.causal else ""
    kept = {f"multi_head_attention/{name}": {"w": np.eye(d)} for name in PROJECTIONS}
    return "\n".join([
        *IMPORTS,
        f"parameters = {_kept(kept)}",
        *arrays(q=look.queries, k=look.keys, v=look.values),
        "def attend(q, k, v):",
        "    w_init = hk.initializers.VarianceScaling()",
        f"    layer = hk.MultiHeadAttention({look.heads}, {d // look.heads}, w_init=w_init, with_bias=False)",
        f"    return layer(q, k, v{mask}{hint})",
        "print(*hk.without_apply_rng(hk.transform(attend)).apply(parameters, q, k, v).tolist(), sep='\\n')",
    ])  # fmt: skip


def _layer(kind: Kind) -> Layer:
    return Layer(
        CORES[kind].__name__,
        kind,
        "float64",
        partial(unrolled, kind),
        partial(layer_code, kind),
        partial(start, kind),
        embedding,
        stored=lambda p: flat(named(p)),
    )


LIBRARY = Library(
    "dm-haiku",
    (_layer("tanh"), _layer("LSTM"), _layer("GRU")),
    (Attention("MultiHeadAttention", "float64", multi_head, attention_code, multi_head),),
    beside=("jax", "jaxlib"),
)
