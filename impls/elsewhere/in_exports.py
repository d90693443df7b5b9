"""Layers of torch and of Keras as they are when these have exported them to ONNX: run by onnxruntime, in float32.

Keras exports with its torch backend.
"""

import tempfile
from functools import cache, partial
from typing import Any

import keras
import numpy as np
import onnx
import torch

from impls.elsewhere import in_torch
from impls.elsewhere.in_onnxruntime import HERE
from impls.questions.adapter import Array, Kind, Layer, Library, Parameters, Put, Ran, Refused, written
from impls.recurrent.elman import Elman
from impls.recurrent.lstm import LSTM


def no_lengths(put: Put) -> None:
    """Refused where lengths would have to be told."""
    if put.lengths is not None and set(put.lengths) != {len(put.xs)}:
        raise Refused("the exported model has no input for lengths")


# --- layers of torch, exported ----------------------------------------------------------------------------------------

EXAMPLE = 2  # steps of the example that they are exported with; how many there may be is left to torch (Dim.AUTO)


@cache
def _draft(kind: Kind, batch_first: bool, batch: int, m: int, d: int) -> Any:
    """The export without its last part, which makes the model small: weights can still be put into it."""
    layer = in_torch.FUSED[kind](m, d, batch_first=batch_first)
    example = torch.zeros(batch, EXAMPLE, m) if batch_first else torch.zeros(EXAMPLE, batch, m)
    shapes = ({int(batch_first): torch.export.Dim.AUTO},)
    return torch.onnx.export(layer, (example,), dynamo=True, dynamic_shapes=shapes, optimize=False, verbose=False)


def run_torch(kind: Kind, batch_first: bool, p: Parameters, put: Put) -> Ran:
    """The exported layer takes no lengths; of a longer input it gives what it reads."""
    batch, m = put.xs.shape[1:]
    no_lengths(put)
    parts = {f"{name}_l0": value for name, value in vars(in_torch.stacked(p)).items()}
    draft = _draft(kind, batch_first, batch, m, parts["weight_hh_l0"].shape[1])
    made = torch.onnx.ONNXProgram(draft.model.clone(), draft.exported_program)
    made.apply_weights({name: value.float() for name, value in parts.items()})
    made.optimize()
    model = made.model_proto
    xs = put.xs.swapaxes(0, 1) if batch_first else put.xs
    outputs, *ends = HERE.run(model, {model.graph.input[0].name: xs.astype(np.float32)})
    return Ran(outputs.swapaxes(0, 1) if batch_first else outputs, *(end[0] for end in ends))


def torch_code(kind: Kind, batch_first: bool, p: Parameters, xs: Array) -> str:
    """A sequence by itself, the batch in its place."""
    if batch_first:
        xs = xs.swapaxes(0, 1)
    name = in_torch.FUSED[kind].__name__
    fills = [f"    layer.{part}_l0.copy_(torch.tensor({written(value)}))" for part, value in vars(in_torch.stacked(p)).items()]
    return "\n".join([
        "import torch", HERE.imports,
        f"layer = torch.nn.{name}({xs.shape[-1]}, {len(next(iter(vars(p).values())))}, batch_first={batch_first})",
        "with torch.no_grad():", *fills,
        f"xs = torch.tensor({written(xs)}, dtype=torch.float32)",
        f"steps = ({{{int(batch_first)}: torch.export.Dim.AUTO}},)",
        "model = torch.onnx.export(layer, (xs,), dynamo=True, dynamic_shapes=steps, verbose=False).model_proto",
        "feeds = {model.graph.input[0].name: xs.numpy()}",
        f"print(*{HERE.typed}[0]{'[0]' if batch_first else '[:, 0]'}.tolist(), sep='\\n')",
    ])  # fmt: skip


def _torch_layers() -> list[Layer]:
    return [
        Layer(
            f"nn.{build.__name__} through torch.onnx.export, {'batch' if batch_first else 'steps'} first, steps left open", kind,
            "float32", partial(run_torch, kind, batch_first), partial(torch_code, kind, batch_first),
        )
        for batch_first in (False, True) for kind, build in in_torch.FUSED.items()
    ]  # fmt: skip


# --- layers of Keras, exported ----------------------------------------------------------------------------------------

KERAS = {"tanh": "SimpleRNN", "LSTM": "LSTM", "GRU": "GRU"}


def stacked(p: Parameters) -> tuple[Array, Array, Array]:
    """Kernel, recurrent kernel and bias; of a GRU two rows, ours and the one inside the reset."""
    if isinstance(p, Elman):
        return p.W_x.T.numpy(), p.W_h.T.numpy(), p.b.numpy()
    if isinstance(p, LSTM):
        W, b = torch.cat([p.W_i, p.W_f, p.W_C, p.W_o]), torch.cat([p.b_i, p.b_f, p.b_C, p.b_o])
    else:
        W, none = torch.cat([p.W_z, p.W_r, p.W]), torch.zeros_like(p.b)
        b = torch.stack([torch.cat([p.b_z, p.b_r, p.b]), torch.cat([none, none, p.b_hn])])
    d = p.W_f.shape[0] if isinstance(p, LSTM) else p.W.shape[0]
    return W[:, d:].T.numpy(), W[:, :d].T.numpy(), b.numpy()


@cache
def _keras_model(kind: Kind, steps: int | None, m: int, d: int) -> Any:
    layer = getattr(keras.layers, KERAS[kind])(d, return_sequences=True)
    return keras.Sequential([keras.Input((steps, m)), layer])


def run_keras(kind: Kind, any_length: bool, p: Parameters, put: Put) -> Ran:
    """The exported model takes no lengths; of a longer input it gives what it reads."""
    no_lengths(put)
    weights = stacked(p)
    model = _keras_model(kind, None if any_length else len(put.xs), put.xs.shape[-1], len(weights[1]))
    model.set_weights(weights)
    xs = np.moveaxis(put.xs, 0, 1).astype(np.float32)
    model(xs)  # one that never was called is not exported
    with tempfile.TemporaryDirectory() as folder:
        model.export(f"{folder}/layer.onnx", format="onnx", verbose=False)
        exported = onnx.load(f"{folder}/layer.onnx")
    (outputs,) = HERE.run(exported, {exported.graph.input[0].name: xs})
    return Ran(np.moveaxis(outputs, 0, 1))


def keras_code(kind: Kind, any_length: bool, p: Parameters, xs: Array) -> str:
    weights = ", ".join(f"np.array({written(one)})" for one in stacked(p))
    d, steps = len(stacked(p)[1]), None if any_length else len(xs)
    return "\n".join([
        "import os", "import tempfile", 'os.environ["KERAS_BACKEND"] = "torch"',
        "import keras", "import numpy as np", "import onnxruntime",
        f'xs = np.array({written(np.moveaxis(xs, 0, 1))}, "float32")',
        f"layer = keras.layers.{KERAS[kind]}({d}, return_sequences=True)",
        f"model = keras.Sequential([keras.Input(({steps}, {xs.shape[-1]})), layer])",
        f"model.set_weights([{weights}])", "model(xs)",
        "with tempfile.TemporaryDirectory() as folder:",
        '    path = folder + "/layer.onnx"',
        '    model.export(path, format="onnx", verbose=False)',
        "    session = onnxruntime.InferenceSession(path)",
        "print(*session.run(None, {session.get_inputs()[0].name: xs})[0][0].tolist(), sep='\\n')",
    ])  # fmt: skip


def _keras_layers() -> list[Layer]:
    return [
        Layer(
            f"Keras {name} through export, Input(({'None' if any_length else 'n'}, m))", kind, "float32",
            partial(run_keras, kind, any_length), partial(keras_code, kind, any_length),
        )
        for any_length in (False, True)
        for kind, name in KERAS.items()
    ]  # fmt: skip


LIBRARY = Library("onnxruntime", (*_torch_layers(), *_keras_layers()), beside=("keras", "onnx", "onnxscript"))
