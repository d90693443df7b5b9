"""The same layers in the libraries that people teach and build with: one file a library, imported only where it is asked for.

An adapter says how a library builds a layer from our parameters, runs the library's own code, and hands back what came out. It
computes nothing itself. What every library is asked, and how the answers are written down, is in `impls.questions`.
"""

from collections.abc import Mapping

# A library by the name of its recordings: its module here, and what the environment must say before it is imported.
ADAPTERS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "torch": ("in_torch", {}),
    "keras-on-torch": ("in_keras", {"KERAS_BACKEND": "torch"}),
    "keras-on-jax": ("in_keras", {"KERAS_BACKEND": "jax", "JAX_ENABLE_X64": "1"}),
    "flax": ("in_flax", {"JAX_ENABLE_X64": "1"}),
    "flax-nnx": ("in_nnx", {"JAX_ENABLE_X64": "1"}),
    "flax-attention": ("in_flax_attention", {"JAX_ENABLE_X64": "1"}),
    "jax": ("in_jax", {"JAX_ENABLE_X64": "1"}),
    "equinox": ("in_equinox", {"JAX_ENABLE_X64": "1"}),
    "haiku": ("in_haiku", {"JAX_ENABLE_X64": "1"}),
    "optax": ("in_optax", {}),
    "tinygrad": ("in_tinygrad", {"DEV": "CPU"}),
    "paddle": ("in_paddle", {}),
    "onnxruntime": ("in_onnxruntime", {}),
    "onnxruntime-exports": ("in_exports", {"KERAS_BACKEND": "torch"}),
    "onnx": ("in_onnx", {}),
}
