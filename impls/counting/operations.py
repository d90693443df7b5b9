"""What one traced tensor operation costs: scalar operations (work) and depth on unbounded processors.

    product over k terms      2k a result (k products, k sums)      depth ⌈log2 k⌉ + 1, summed as a tree
    elementwise               1 a result                            depth 1
    sum, maximum over k       1 an entry read                       depth ⌈log2 k⌉; a mean divides once more
    softmax over k            5 an entry (max, -, exp, sum, ÷)      depth 2⌈log2 k⌉ + 3
    views, copies, look-ups   0: they move numbers and compute none

The count per product, 2mnk for (m×k)(k×n), is the usual one for FLOPs; tanh, exp and ÷ count as one each.
Memory traffic is not counted. An operation without a line here raises: a cost is never silently zero. So do
fused kernels (torch.nn.LSTM, scaled_dot_product_attention), which hide their inner chain, and writes into a
buffer, which hide who depends on whom.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log2

from impls.counting.recorder import Node

PRODUCT = {"mm", "mv", "bmm", "dot", "addmm", "baddbmm"}
ELEMENTWISE = {
    "abs",
    "add",
    "bitwise_and",
    "bitwise_not",
    "clamp",
    "cos",
    "div",
    "eq",
    "exp",
    "ge",
    "gt",
    "le",
    "log",
    "lt",
    "masked_fill",
    "maximum",
    "minimum",
    "mul",
    "ne",
    "neg",
    "pow",
    "reciprocal",
    "relu",
    "rsqrt",
    "rsub",
    "sigmoid",
    "sign",
    "sin",
    "sqrt",
    "square",
    "sub",
    "tanh",
    "tril",
    "triu",
    "where",
}
REDUCTION = {"sum", "mean", "amax", "amin", "argmax", "prod"}
SOFTMAX = {"_softmax", "_log_softmax"}
VIEW = {
    "_reshape_alias",
    "_to_copy",
    "_unsafe_view",
    "alias",
    "cat",
    "clone",
    "constant_pad_nd",
    "detach",
    "diagonal",
    "embedding",
    "expand",
    "flip",
    "index_select",
    "permute",
    "reshape",
    "select",
    "slice",
    "split",
    "split_with_sizes",
    "squeeze",
    "squeeze_",
    "stack",
    "t",
    "transpose",
    "unbind",
    "unsqueeze",
    "unsqueeze_",
    "view",
}
# They read the shape of a tensor and none of its numbers.
SHAPE_ONLY = {"new_zeros", "new_ones", "new_full", "zeros_like", "ones_like", "full_like"}


class UnknownOperationError(LookupError):
    """A traced operation that this module has no cost for."""


@dataclass(frozen=True)
class Cost:
    """What one operation costs."""

    kind: str  # product, elementwise, reduction, softmax, view or constant
    work: int
    depth: int

    @property
    def steps(self) -> int:
        """1 for arithmetic, 0 for what computes nothing."""
        return int(self.kind not in {"view", "constant"})


FREE, CONSTANT = Cost("view", 0, 0), Cost("constant", 0, 0)


def tree(k: int) -> int:
    """The depth of a binary tree over k terms."""
    return ceil(log2(k)) if k > 1 else 0


def folded(node: Node) -> int:
    """How many entries a reduction folds into each of its results."""
    return node.args[0].value.numel() // max(1, node.value.numel())


def product(node: Node) -> Cost:
    added = node.operation in {"addmm", "baddbmm"}
    k = node.args[1 if added else 0].value.shape[-1]
    return Cost("product", node.value.numel() * (2 * k + added), tree(k) + 1 + added)


def cost(node: Node) -> Cost:
    operation = node.operation
    if operation in VIEW or operation in {"placeholder", "getitem", "output"}:
        return FREE
    if operation in PRODUCT:
        return product(node)
    if operation in ELEMENTWISE:
        return Cost("elementwise", node.value.numel(), 1)
    if operation in REDUCTION:
        return Cost("reduction", node.args[0].value.numel(), tree(folded(node)) + (operation == "mean"))
    if operation in SOFTMAX:
        k = node.value.shape[node.args[1]] if node.value.dim() else 1
        return Cost("softmax", 5 * node.value.numel(), 2 * tree(k) + 3)
    raise UnknownOperationError(f"no cost known for {node.operation}, so neither work nor span can be read off")


def moved(node: Node) -> int:
    """How many numbers an operation reads and writes."""
    return node.value.numel() + sum(one.value.numel() for one in node.reads)


def reads(node: Node) -> Sequence[Node]:
    """The nodes whose numbers a node needs. Row i of a stack is its i-th item: unstacking looks through."""
    if node.operation in SHAPE_ONLY:
        return []
    source, position = node, None
    if node.operation == "getitem" and node.args[0].operation == "unbind":
        source, position = node.args[0], node.args[1]
    elif node.operation == "select":
        position = node.args[2]
    if position is not None:
        stacked, dim = source.args[0], (*source.args, 0)[1]
        if stacked.operation == "stack" and (*stacked.args, 0)[1] == dim:
            return [stacked.args[0][position]]
    return node.reads
