"""Attention in both interfaces of Flax. The newer one hands everything without dropout to JAX, so it is in float32."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen, nnx
from flax.nnx.nn.attention import dot_product_attention_weights

from impls.elsewhere.in_jax import IMPORTS, as_jax, dot_product, dot_product_code, more
from impls.elsewhere.on_jax import arrays
from impls.questions.adapter import Array, Attention, Library, Look, Precision, Refused


def _no_hint(look: Look) -> None:
    if look.causal:
        raise Refused("no hint for a causal mask")


def linen_dot_product(look: Look) -> Array:
    _no_hint(look)
    return dot_product(linen.dot_product_attention, look)


def weights_in_training(function: Any, look: Look, seed: int) -> Array:
    """Of the function beside it, which hands back weights."""
    q, k, _, _ = as_jax(look)
    return np.array(function(q[:, None], k[:, None], dropout_rng=jax.random.key(seed), dropout_rate=0.5)[0])


def kernels(look: Look, W: Sequence[Array] | None) -> dict[str, Array]:
    """W_q, W_k, W_v and W_o head by head, under Flax's names."""
    d, heads = look.queries.shape[1], look.heads
    q, k, v, o = (np.eye(d),) * 4 if W is None else W
    split = {name: one.T.reshape(d, heads, d // heads) for name, one in (("query", q), ("key", k), ("value", v))}
    return {**split, "out": o.T.reshape(heads, d // heads, d)}


def linen_multi_head(look: Look, W: Sequence[Array] | None = None) -> Array:
    _no_hint(look)
    q, k, v, mask = as_jax(look)
    layer = linen.MultiHeadDotProductAttention(look.heads, use_bias=False, param_dtype=jnp.float64)
    return np.array(layer.apply(_as_linen(kernels(look, W)), q, k, v, mask=None if mask is None else mask[None]))


def _as_linen(parts: Mapping[str, Array]) -> Any:
    return {"params": {name: {"kernel": one} for name, one in parts.items()}}


def linen_dropped(look: Look, seed: int) -> Array:
    """The weights that the layer sows."""
    q, k, v, _ = as_jax(look)
    layer = linen.MultiHeadDotProductAttention(
        look.heads, use_bias=False, param_dtype=jnp.float64, dropout_rate=0.5, deterministic=False
    )
    key = {"dropout": jax.random.key(seed)}
    _, sown = layer.apply(_as_linen(kernels(look, None)), q, k, v, sow_weights=True, rngs=key, mutable=["intermediates"])
    return np.array(sown["intermediates"]["attention_weights"][0][0])


def _nnx_layer(look: Look, W: Sequence[Array] | None, dropout: float = 0.0, seed: int = 0) -> Any:
    layer = nnx.MultiHeadAttention(
        look.heads, look.queries.shape[1], use_bias=False, param_dtype=jnp.float64, dropout_rate=dropout, decode=False,
        rngs=nnx.Rngs(seed),
    )  # fmt: skip
    for name, one in kernels(look, W).items():
        getattr(layer, name).kernel[...] = jnp.array(one)
    return layer


def nnx_multi_head(look: Look, W: Sequence[Array] | None = None) -> Array:
    q, k, v, mask = as_jax(look)
    return np.array(_nnx_layer(look, W)(q, k, v, mask=None if mask is None else mask[None], is_causal=look.causal))


def nnx_dropped(look: Look, seed: int) -> Array:
    """The weights that the layer sows."""
    q, k, v, _ = as_jax(look)
    layer = _nnx_layer(look, None, dropout=0.5, seed=seed)
    layer(q, k, v, deterministic=False, sow_weights=True)
    return np.array(layer.attention_weights.get_value()[0][0])


def multi_head_code(interface: str, look: Look) -> str:
    """Projections by the identity."""
    d = look.queries.shape[1]
    if interface == "linen":
        build = [
            f"parts = {{name: jnp.eye({d})[:, None] for name in ('query', 'key', 'value')}}",
            f"parts['out'] = jnp.eye({d})[None]",
            f"layer = linen.MultiHeadDotProductAttention({look.heads}, use_bias=False, param_dtype=float)",
            'layer = layer.bind({"params": {name: {"kernel": one} for name, one in parts.items()}})',
        ]
    else:
        build = [
            "how = dict(use_bias=False, param_dtype=float, decode=False, rngs=nnx.Rngs(0))",
            f"layer = nnx.MultiHeadAttention({look.heads}, {d}, **how)",
            "for part in (layer.query, layer.key, layer.value):",
            f"    part.kernel[...] = jnp.eye({d})[:, None]",
            f"layer.out.kernel[...] = jnp.eye({d})[None]",
        ]
    return "\n".join([
        f"from flax import {interface}", *IMPORTS, *arrays(q=look.queries, k=look.keys, v=look.values), *build,
        f"print(*layer(q, k, v{more(look)}).tolist(), sep='\\n')",
    ])  # fmt: skip


def _function(interface: str, precision: Precision, run: Any, weights: Any) -> Attention:
    name = f"{interface}.dot_product_attention"
    return Attention(name, precision, run, partial(dot_product_code, name), dropped=partial(weights_in_training, weights))


def _layer(name: str, precision: Precision, run: Any, dropped: Any) -> Attention:
    return Attention(name, precision, run, partial(multi_head_code, name.split(".")[0]), run, dropped)


LIBRARY = Library(
    "flax",
    attention=(
        _function("linen", "float64", linen_dot_product, linen.attention.dot_product_attention_weights),
        _layer("linen.MultiHeadDotProductAttention", "float64", linen_multi_head, linen_dropped),
        _function("nnx", "float32", partial(dot_product, nnx.dot_product_attention), dot_product_attention_weights),
        _layer("nnx.MultiHeadAttention", "float32", nnx_multi_head, nnx_dropped),
    ),
    beside=("jax", "jaxlib"),
)
