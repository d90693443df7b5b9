"""How much a computation keeps for its backward pass, counted in bytes instead of read off a machine's memory.

Reverse mode (Griewank & Walther 2008) needs in the backward pass what it met in the forward one. torch tells a
hook of every tensor it saves for that. Tensors that share a storage, such as a matrix and its transpose, count once, and as
the whole storage.

What counts. Not the inputs, by which the parameters are meant as well: they are there anyway, whether saved or not. Everything
else counts, the output too where it is saved, as by a softmax, and constants that are made on the way, such as a mask.

For one head in impls.attending.attention.self_attention on n tokens of width d, with s bytes to a number:

    textbook             s (n² + 3nd)           the weights, and Q, K, V
    with a mask          s (n² + 3nd) + n²      the inverted mask, a byte an entry
    impls.attending.online         s (4nd + n)            Q, K, V, the output, and L

so 4n² + 12nd in float32 for the first. What is held *during* a pass may be more: `largest`.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import saved_tensors_hooks

from impls.counting.recorder import Recorder
from impls.learning.training import rebuilt, tensors


def saved_bytes(f: Callable[..., Tensor], *inputs: Any) -> int:
    """The bytes of all that f saves for backward, its inputs left out: tensors, or dataclasses of them (parameters)."""
    fresh = [_leaves(one) for one in inputs]
    saved = {}

    def keep(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        saved[storage.data_ptr()] = storage  # kept alive, so that no address is used twice
        return tensor.detach()

    with saved_tensors_hooks(keep, lambda tensor: tensor):
        f(*fresh)
    given = {tensor.untyped_storage().data_ptr() for one in fresh for tensor in tensors(one)}
    return sum(storage.nbytes() for address, storage in saved.items() if address not in given)


def largest(f: Callable[..., Tensor], *inputs: Any) -> int:
    """The entries of the largest tensor that any operation gives, forward or backward."""
    fresh = [_leaves(one) for one in inputs]
    recorder = Recorder()
    with recorder:
        output = f(*fresh)
        leaves = [tensor for one in fresh for tensor in tensors(one) if tensor.requires_grad]
        torch.autograd.grad(output.sum(), leaves, allow_unused=True)
    return max(node.value.numel() for node in recorder.nodes if isinstance(node.value, Tensor))


def _leaves(given: Any) -> Any:
    """The same with every tensor of real numbers a fresh leaf."""
    copies = (tensor.detach().clone().requires_grad_(tensor.is_floating_point()) for tensor in tensors(given))
    return rebuilt(given, copies)
