"""Recording a computation: every tensor operation that torch carries out becomes a node.

The operations are those below autograd (aten), as for torch's own make_fx, whose graph this is for computations without
control flow on data; it takes two milliseconds an operation, this a twentieth of one. Loops are recorded unrolled. Tensors that
the recording has not seen before are constants.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map


@dataclass(eq=False, slots=True)
class Node:
    """One operation, an input or a constant: what it was given, with a node in place of every tensor, and what came of it."""

    operation: str  # without its overload: mm for aten.mm.default
    name: str
    args: tuple[Any, ...]
    value: Any
    reads: tuple["Node", ...]  # each node that it was given, once


class Recorder(TorchDispatchMode):
    """While it is entered, writes what is computed into `nodes`, in the order of execution."""

    def __init__(self) -> None:
        super().__init__()
        self.nodes: list[Node] = []
        self._computed: dict[int, Node] = {}  # by identity; the nodes keep the tensors alive, so none recurs
        self._named = Counter[str]()

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Nothing here is compiled, and to have torch skip it takes the import of its compiler, over a second."""
        return False

    def input(self, tensor: Tensor) -> Node:
        """Declare an input."""
        return self._add("placeholder", tensor)

    def node(self, value: Any) -> Any:
        """The node that computed a tensor, also within a list; anything else stands for itself."""
        if isinstance(value, Tensor):
            return self._computed.get(id(value)) or self._add("constant", value)
        return type(value)(map(self.node, value)) if type(value) in (list, tuple) else value

    def _add(self, operation: str, value: Any, args: tuple[Any, ...] = (), reads: Sequence[Node] = ()) -> Node:
        self._named[operation] += 1
        node = Node(operation, f"{operation}_{self._named[operation]}", args, value, tuple(dict.fromkeys(reads)))
        self.nodes.append(node)
        if isinstance(value, Tensor):
            self._computed[id(value)] = node
        return node

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        given, named = self.node(args), [self.node(value) for value in kwargs.values()]
        result = func(*args, **kwargs)
        node = self._add(_name(func), result, given, [*_nodes(given), *_nodes(named)])
        if result is not None and not isinstance(result, Tensor):  # several at once, as from unbind
            for position, part in enumerate(result):
                self._add("getitem", part, (node, position), [node])
        return result


@cache
def _name(operation: object) -> str:
    return str(operation).split(".")[1]


def _nodes(given: Sequence[Any]) -> Iterator[Node]:
    for one in given:
        if isinstance(one, Node):
            yield one
        elif isinstance(one, list | tuple):
            yield from _nodes(one)


def record(f: Callable[..., Any], inputs: Sequence[Any]) -> tuple[list[Node], Any]:
    """The nodes of f at these inputs, and what f returned with a node in place of every tensor."""
    recorder = Recorder()
    # Copies, as an input that a constant shares would pass for it; an input may also be a list of tensors.
    fresh = tree_map(lambda tensor: tensor.detach().clone(), inputs)
    for tensor in tree_leaves(fresh):
        recorder.input(tensor)
    with recorder:
        returned = f(*fresh)
    places = tree_map(recorder.node, returned)  # a constant that was returned becomes a node, too
    return recorder.nodes, places
