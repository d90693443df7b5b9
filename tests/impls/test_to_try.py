"""Programs to paste: what they print, by torch's own differentiation, lies where networks of that start were recorded."""

import ast
import contextlib
import io

import pytest
import torch

from impls.elsewhere.in_torch import RECIPES, embedding, fused, layer_code, start
from impls.questions.adapter import Layer
from impls.questions.starts import arriving
from impls.questions.to_try import TORCH_RECIPES, program

WIDTH, STEPS = 16, 10


def ran(code):
    """What it prints, and its names; nothing of torch is left as it sets it."""
    dtype, out, names = torch.get_default_dtype(), io.StringIO(), {}
    try:
        with torch.random.fork_rng(), contextlib.redirect_stdout(out):
            exec(compile(code, "<program>", "exec"), names)
    finally:
        torch.set_default_dtype(dtype)
    return float(out.getvalue()), names


def printed(code):
    return ran(code)[0]


def by_equation(kind, recipe, inputs):
    """The decades of twenty networks as a recording has them."""
    layer = Layer(
        kind, kind, "float64",
        run=lambda p, put: fused(kind, p, put), code=lambda p, xs: layer_code(kind, p, xs), embed=embedding,
    )  # fmt: skip
    begun = lambda d, m, seed: start(kind, d, m, seed, RECIPES[kind].get(recipe))  # noqa: E731
    return [row[0] for row in arriving(layer, begun, WIDTH, inputs)]


@pytest.mark.parametrize(("kind", "name"), [("tanh", "nn.RNN"), ("LSTM", "nn.LSTM"), ("GRU", "nn.GRU")])
@pytest.mark.parametrize("recipe", ["", *TORCH_RECIPES])
@pytest.mark.parametrize("inputs", ["N(0, 1)", "one-hot"])
def test_it_prints_a_number_among_those_that_the_equation_gives(kind, name, recipe, inputs):
    if recipe and recipe not in RECIPES[kind]:
        pytest.skip("not taught for this layer")
    found = by_equation(kind, recipe, inputs)
    spread = max(found) - min(found)

    assert min(found) - spread <= printed(program("torch", name, recipe, WIDTH, inputs, STEPS)) <= max(found) + spread


def test_the_identity_comes_without_biases_as_asked_and_as_pasted():
    recipe = "identity, biases 0"
    asked = start("tanh", WIDTH, WIDTH, 0, RECIPES["tanh"][recipe])
    _, names = ran(program("torch", "nn.RNN", recipe, WIDTH, "one-hot", STEPS))
    pasted = names["layer"]

    assert asked.W_h.equal(torch.eye(WIDTH, dtype=torch.float64))
    assert pasted.weight_hh_l0.equal(asked.W_h)
    assert not asked.b.any()
    assert not pasted.bias_ih_l0.any()
    assert not pasted.bias_hh_l0.any()


NONE = (
    ("torch", "nn.LSTM", "", "embedded"),
    ("torch", "nn.LSTM", "no recipe", "one-hot"),
    ("flax", "nnx.LSTMCell", "any", "one-hot"),
    ("tinygrad", "nn.LSTMCell", "", "one-hot"),
)


@pytest.mark.parametrize("asked", NONE)
def test_there_is_none_where_we_cannot_say(asked):
    library, layer, recipe, inputs = asked

    assert program(library, layer, recipe, 64, inputs, 50) is None


@pytest.mark.parametrize(("library", "layer"), [
    ("keras-on-torch", "GRU(reset_after=False)"), ("keras-on-jax", "LSTM"), ("flax", "nnx.GRUCell"), ("flax", "linen.LSTMCell"),
    ("haiku", "VanillaRNN"), ("equinox", "nn.LSTMCell"), ("equinox", "nn.GRUCell"),
])  # fmt: skip
def test_for_other_libraries_it_can_be_read_as_a_program(library, layer):
    read = ast.parse(program(library, layer, "", 64, "one-hot", 50))

    assert [type(one).__name__ for one in read.body[-2:]] == ["Assign", "Expr"], "the Jacobian, and what is printed of it"
    names = {node.attr for node in ast.walk(read) if isinstance(node, ast.Attribute)} | {
        node.id for node in ast.walk(read) if isinstance(node, ast.Name)
    }
    interface, _, name = layer.partition("(")[0].rpartition(".")
    assert name in names, "the layer that was asked for"
    assert not interface or library != "flax" or interface in names, "by the interface that was asked for"
