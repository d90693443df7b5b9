"""onnxruntime: the models of `in_onnx`, and its own `MultiHeadAttention`.

Its recurrent operators take float32 only. Its `MultiHeadAttention` takes a mask of whole numbers: True is handed over as 1.
"""

from functools import partial

import numpy as np
import onnxruntime

from impls.elsewhere import in_onnx
from impls.elsewhere.in_onnx import Feeds, Node, Runtime
from impls.questions.adapter import Attention, Library, Look

HERE = Runtime(
    lambda model, feeds: onnxruntime.InferenceSession(model.SerializeToString()).run(None, dict(feeds)),
    "import onnxruntime",
    "onnxruntime.InferenceSession(model.SerializeToString()).run(None, feeds)",
    "float32",
)


def multi_head_attention(look: Look) -> tuple[Node, Feeds]:
    """The operator of this runtime's own."""
    feeds = {"Q": look.queries, "K": look.keys, "V": look.values}
    feeds = {name: one[None].astype(np.float32) for name, one in feeds.items()}
    takes = (*feeds,) if look.mask is None else (*feeds, "", "mask")
    if look.mask is not None:
        feeds["mask"] = look.mask[None].astype(np.int32)
    said = {"num_heads": look.heads, "unidirectional": int(look.causal)}
    return Node("com.microsoft.MultiHeadAttention", takes, ("Y",), said), feeds


OWN = Attention(
    "com.microsoft.MultiHeadAttention", "float32",
    partial(in_onnx.run_attention, HERE, multi_head_attention), partial(in_onnx.attention_code, HERE, multi_head_attention),
    partial(in_onnx.multi_head, HERE, multi_head_attention),
)  # fmt: skip

LIBRARY = Library(
    "onnxruntime",
    tuple(in_onnx.operator_layers(HERE)),
    (in_onnx.operator_attention(HERE), in_onnx.operator_attention(HERE, cached=True), OWN),
    beside=("onnx",),
)
