"""Optax: clipping by the norm of all gradients together."""

from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np
import optax

from impls.questions.adapter import Array, Clipping, Library, written


def clip(gradients: Sequence[Array], threshold: float) -> list[Array]:
    clipped, _ = optax.clip_by_global_norm(threshold).update([jnp.array(one) for one in gradients], optax.EmptyState())
    return [np.array(one) for one in clipped]


def code(gradients: Sequence[Array], threshold: float) -> str:
    return "\n".join([
        "import jax.numpy as jnp",
        "import optax",
        f"gradients = [{', '.join(f'jnp.array({written(one)}, jnp.float32)' for one in gradients)}]",
        f"clipped, state = optax.clip_by_global_norm({threshold}).update(gradients, optax.EmptyState())",
        "print(*(one.tolist() for one in clipped))",
    ])  # fmt: skip


LIBRARY = Library("optax", clipping=(Clipping("clip_by_global_norm", "all together", clip, code),), beside=("jax", "jaxlib"))
