"""JAX's own attention. Whatever it is given, its softmax is in float32."""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from impls.elsewhere.on_jax import FLOATS, arrays
from impls.questions.adapter import Array, Attention, Library, Look

IMPORTS = ["import jax", "import jax.numpy as jnp", FLOATS]


def as_jax(look: Look) -> list[Any]:
    """Queries, keys, values, and the mask."""
    return [None if one is None else jnp.array(one) for one in (look.queries, look.keys, look.values, look.mask)]


def more(look: Look) -> str:
    """What a program hands over beside q, k and v."""
    mask = "" if look.mask is None else f", mask=jnp.array({[look.mask.tolist()]})"
    return mask + (", is_causal=True" if look.causal else "")


def dot_product(function: Callable[..., Any], look: Look) -> Array:
    """One head, between the lengths and the width; of the mask, before both. The hint only where it is asked for."""
    q, k, v, mask = as_jax(look)
    hint = {"is_causal": True} if look.causal else {}
    return np.array(function(q[:, None], k[:, None], v[:, None], mask=None if mask is None else mask[None], **hint)[:, 0])


def dot_product_code(name: str, look: Look) -> str:
    package = name.split(".")[0]
    return "\n".join([
        *([] if package == "jax" else [f"from flax import {package}"]), *IMPORTS,
        *arrays(q=look.queries, k=look.keys, v=look.values),
        f"outputs = {name}(q[:, None], k[:, None], v[:, None]{more(look)})",
        "print(*outputs[:, 0].tolist(), sep='\\n')",
    ])  # fmt: skip


NAME = "jax.nn.dot_product_attention"
ATTENTION = Attention(
    NAME, "float32", partial(dot_product, jax.nn.dot_product_attention), partial(dot_product_code, NAME)
)  # fmt: skip

LIBRARY = Library("jax", attention=(ATTENTION,), beside=("jaxlib",))
