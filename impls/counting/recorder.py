"""Recording a computation as a graph: every tensor operation that torch carries out becomes a node.

The operations are those below autograd (aten), as for torch's own make_fx, whose graph this is for computations without
control flow on data; it takes two milliseconds an operation, this a tenth of one. Loops are recorded unrolled. Tensors that
the recording has not seen before are constants.
"""

from collections.abc import Callable, Sequence
from operator import getitem
from typing import Any

from torch import Tensor, fx
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map


class Recorder(TorchDispatchMode):
    """While it is entered, writes what is computed into `graph`; each node keeps its result in meta["val"]."""

    def __init__(self) -> None:
        super().__init__()
        self.graph = fx.Graph()
        self._nodes: dict[int, fx.Node] = {}  # by identity; the nodes' results keep the tensors alive, so none recurs

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Nothing here is compiled, and to have torch skip it takes the import of its compiler, over a second."""
        return False

    def input(self, tensor: Tensor) -> fx.Node:
        """Declare an input."""
        return self._result(tensor, self.graph.placeholder("input"))

    def node(self, value: Any) -> Any:
        """The node that computed a tensor, also within a list; anything else stands for itself."""
        if isinstance(value, Tensor):
            return self._nodes.get(id(value)) or self._result(value, self.graph.create_node("get_attr", "constant"))
        return type(value)(map(self.node, value)) if type(value) in (list, tuple) else value

    def _result(self, tensor: Tensor, node: fx.Node) -> fx.Node:
        node.meta["val"] = tensor
        self._nodes[id(tensor)] = node
        return node

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        reads = self.node(args), {name: self.node(given) for name, given in kwargs.items()}
        result = func(*args, **kwargs)
        node = self.graph.call_function(func, *reads)
        if isinstance(result, Tensor):
            self._result(result, node)
        elif result is not None:  # several at once, as from unbind
            node.meta["val"] = result
            for position, part in enumerate(result):
                self._result(part, self.graph.call_function(getitem, (node, position)))
        return result


def record(f: Callable[..., Any], inputs: Sequence[Any]) -> tuple[fx.Graph, Any]:
    """The graph of f at these inputs, and what f returned with a node in place of every tensor."""
    recorder = Recorder()
    # Copies, as an input that a constant shares would pass for it; an input may also be a list of tensors.
    fresh = tree_map(lambda tensor: tensor.detach().clone(), inputs)
    for tensor in tree_leaves(fresh):
        recorder.input(tensor)
    with recorder:
        returned = f(*fresh)
    return recorder.graph, tree_map(recorder.node, returned)
