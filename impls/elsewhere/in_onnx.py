"""ONNX: its recurrent operators and its attention, run by its own reference evaluator.

A model is one node, in ONNX's own notation; its weights are inputs like any other. Gates are stacked i o f c and z r h. Two bias
vectors; ours goes to the one beside the input, but a GRU's bias inside the reset goes to the one beside the state: what the reset
does to it is the operator's business. The same models are run by `in_onnxruntime`.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import onnx
import onnx.parser
import torch
from onnx.reference import ReferenceEvaluator

from impls.questions.adapter import (
    Array,
    Attention,
    Kind,
    Layer,
    Library,
    Look,
    Parameters,
    Precision,
    Put,
    Ran,
    Refused,
    written,
)
from impls.recurrent.elman import Elman
from impls.recurrent.lstm import LSTM

OPSET = 23  # the first with attention; the recurrent operators have not changed since 22
IR = 10
TYPES = {"float64": "double", "float32": "float", "int32": "int32", "bool": "bool"}
OPERATORS: Mapping[Kind, str] = {"tanh": "RNN", "LSTM": "LSTM", "GRU": "GRU"}

Feeds = Mapping[str, Array]


@dataclass(frozen=True)
class Runtime:
    """What runs a model: as a function, and as it is typed where `model` and `feeds` are at hand."""

    run: Callable[[onnx.ModelProto, Feeds], Sequence[Array]]
    imports: str
    typed: str
    precision: Precision  # of its recurrent operators


@dataclass(frozen=True)
class Node:
    """An operator, what it takes and gives by name ("" where something is left out), and its attributes."""

    operator: str
    takes: tuple[str, ...]
    gives: tuple[str, ...] = ("Y",)
    attributes: Mapping[str, Any] = field(default_factory=dict)

    def typed(self) -> str:
        """In ONNX's own notation."""
        said = ", ".join(f"{name} = {json.dumps(value)}" for name, value in self.attributes.items())
        return f"{', '.join(self.gives)} = {self.operator}{f' <{said}>' if said else ''} ({', '.join(self.takes)})"


def typed_model(nodes: Sequence[Node], feeds: Feeds, outputs: Sequence[str]) -> str:
    """All that is fed is an input; all outputs are numbers of the precision of what is fed first, of any shape."""
    inputs = ", ".join(f"{TYPES[str(one.dtype)]}{list(one.shape)} {name}" for name, one in feeds.items())
    gives = ", ".join(f"{TYPES[str(next(iter(feeds.values())).dtype)]}[] {name}" for name in outputs)
    sets = [f'"" : {OPSET}', *(['"com.microsoft" : 1'] if any("com.microsoft" in node.operator for node in nodes) else [])]
    lines = "".join(f"  {node.typed()}\n" for node in nodes)
    return f"<ir_version: {IR}, opset_import: [{', '.join(sets)}]>\nlayer ({inputs}) => ({gives}) {{\n{lines}}}"


def run_nodes(runtime: Runtime, nodes: Sequence[Node], feeds: Feeds, outputs: Sequence[str]) -> Sequence[Array]:
    """What comes of them."""
    return runtime.run(onnx.parser.parse_model(typed_model(nodes, feeds, outputs)), feeds)


def program(runtime: Runtime, node: Node, feeds: Feeds, shown: str) -> str:
    """That model to paste; `shown` says which part of Y is printed."""
    return "\n".join([
        "import numpy as np", "import onnx.parser", runtime.imports,
        f'model = onnx.parser.parse_model(\'\'\'{typed_model([node], feeds, ["Y"])}\'\'\')',
        "feeds = {", *(f'    "{name}": np.array({_literal(value)}, "{value.dtype}"),' for name, value in feeds.items()), "}",
        f"print(*{runtime.typed}[0][{shown}].tolist(), sep='\\n')",
    ])  # fmt: skip


def _literal(value: Array) -> str:
    return written(value) if value.dtype.kind == "f" else str(value.tolist())


# --- recurrent operators ----------------------------------------------------------------------------------------------


def stacked(p: Parameters) -> tuple[Array, Array, Array]:
    """W, R and B of one direction, in the operator's order of gates."""
    if isinstance(p, Elman):
        return p.W_x.numpy(), p.W_h.numpy(), np.concatenate([p.b, torch.zeros_like(p.b)])
    if isinstance(p, LSTM):
        W, biases = torch.cat([p.W_i, p.W_o, p.W_f, p.W_C]).numpy(), [p.b_i, p.b_o, p.b_f, p.b_C]
        beside_state = [torch.zeros_like(p.b_f)] * 4
    else:
        W, biases = torch.cat([p.W_z, p.W_r, p.W]).numpy(), [p.b_z, p.b_r, p.b]
        beside_state = [torch.zeros_like(p.b_hn)] * 2 + [p.b_hn]
    d = len(biases[0])
    return W[:, d:], W[:, :d], np.concatenate([*biases, *beside_state])


def arrays(p: Parameters) -> dict[str, Array]:
    """The same by the operator's names."""
    return dict(zip("WRB", stacked(p), strict=True))


def operator(
    kind: Kind, directions: Sequence[Parameters], put: Put, precision: Precision, attributes: Mapping[str, Any]
) -> tuple[Node, Feeds]:
    """The node and what is fed to it: of one direction, or forward and backward."""
    W, R, B = (np.stack(parts).astype(precision) for parts in zip(*map(stacked, directions), strict=True))
    feeds = {"X": put.xs.astype(precision), "W": W, "R": R, "B": B}
    if put.lengths is not None:
        feeds["sequence_lens"] = np.array(put.lengths, dtype=np.int32)
    said = {"hidden_size": R.shape[-1]} | ({"direction": "bidirectional"} if len(directions) == 2 else {}) | dict(attributes)
    return Node(OPERATORS[kind], tuple(feeds), ("Y", "Y_h", "Y_c")[: 3 if kind == "LSTM" else 2], said), feeds


def run_operator(
    runtime: Runtime, kind: Kind, attributes: Mapping[str, Any], p: Parameters, put: Put, *, backward: Parameters | None = None
) -> Ran:
    """The operator, from a state that is left out; it takes lengths."""
    node, feeds = operator(kind, [p] if backward is None else [p, backward], put, runtime.precision, attributes)
    Y, *ends = run_nodes(runtime, [node], feeds, node.gives)
    outputs = np.moveaxis(Y, 1, 2).reshape(*Y.shape[:1], Y.shape[2], -1)
    return Ran(outputs) if backward is not None else Ran(outputs, *(end[0] for end in ends))


def operator_code(runtime: Runtime, kind: Kind, attributes: Mapping[str, Any], p: Parameters, xs: Array) -> str:
    node, feeds = operator(kind, [p], Put(xs), runtime.precision, attributes)
    return program(runtime, Node(node.operator, node.takes, ("Y",), node.attributes), feeds, ":, 0, 0")


def operator_layers(runtime: Runtime) -> list[Layer]:
    """One of each; of the GRU one for each place of the reset."""
    made = []
    resets: list[tuple[Kind, dict[str, int]]] = [("GRU", {"linear_before_reset": one}) for one in (0, 1)]
    for kind, attributes in [("tanh", {}), ("LSTM", {}), *resets]:
        name = ", ".join([OPERATORS[kind], *(f"{said}={value}" for said, value in attributes.items())])
        run = partial(run_operator, runtime, kind, attributes)
        both_ways = lambda p, backward, put, run=run: run(p, put, backward=backward)  # noqa: E731
        code = partial(operator_code, runtime, kind, attributes)
        made.append(Layer(name, kind, runtime.precision, run, code, both_ways=both_ways, stored=arrays))
    return made


# --- attention --------------------------------------------------------------------------------------------------------


def attention(look: Look, *, cached: bool = False) -> tuple[Node, Feeds]:
    """The operator; `cached` hands over as past those keys that no query stands beside."""
    feeds = {"Q": look.queries[None], "K": look.keys[None], "V": look.values[None]}
    if look.mask is not None:
        feeds["mask"] = look.mask
    takes = [*feeds] if look.mask is not None else [*feeds, ""]
    if cached:
        past = len(look.keys) - len(look.queries)
        if past < 1:
            raise Refused("a query stands beside every key: nothing is past")
        feeds |= {"K": look.keys[None, past:], "V": look.values[None, past:]}
        feeds |= {"past_K": look.keys[None, None, :past], "past_V": look.values[None, None, :past]}
        takes += ["past_K", "past_V"]
    gives = ("Y", "present_K", "present_V") if cached else ("Y",)
    said = {"q_num_heads": look.heads, "kv_num_heads": look.heads, "is_causal": int(look.causal)}
    return Node("Attention", tuple(takes), gives, said), feeds


def run_attention(runtime: Runtime, build: Callable[[Look], tuple[Node, Feeds]], look: Look) -> Array:
    node, feeds = build(look)
    return run_nodes(runtime, [node], feeds, ["Y"])[0][0]


def multi_head(runtime: Runtime, build: Callable[[Look], tuple[Node, Feeds]], look: Look, W: Sequence[Array]) -> Array:
    """The operator between products: it has no projections of its own."""
    node, feeds = build(look)
    names = ("Q", "K", "V")
    weights = {f"W_{name}": one.T.astype(feeds["Q"].dtype) for name, one in zip((*names, "O"), W, strict=True)}
    between = Node(node.operator, tuple(f"{one}W" if one in names else one for one in node.takes), ("H",), node.attributes)
    products = [Node("MatMul", (one, f"W_{one}"), (f"{one}W",)) for one in names]
    nodes = [*products, between, Node("MatMul", ("H", "W_O"))]
    return run_nodes(runtime, nodes, {**feeds, **weights}, ["Y"])[0][0]


def attention_code(runtime: Runtime, build: Callable[[Look], tuple[Node, Feeds]], look: Look) -> str:
    try:
        return program(runtime, *build(look), "0")
    except Refused as why:
        return f"# {why}"


def operator_attention(runtime: Runtime, *, cached: bool = False) -> Attention:
    """In float64, with and without a cache."""
    build = partial(attention, cached=cached)
    run, code = partial(run_attention, runtime, build), partial(attention_code, runtime, build)
    if cached:
        return Attention("Attention, first keys in the cache", "float64", run, code)
    return Attention("Attention", "float64", run, code, partial(multi_head, runtime, build))


REFERENCE = Runtime(
    lambda model, feeds: ReferenceEvaluator(model).run(None, dict(feeds)),
    "from onnx.reference import ReferenceEvaluator",
    "ReferenceEvaluator(model).run(None, feeds)",
    "float64",
)

LIBRARY = Library(
    "onnx",
    tuple(operator_layers(REFERENCE)),
    (operator_attention(REFERENCE), operator_attention(REFERENCE, cached=True)),
)
