"""What libraries are asked, and how what arrives of a gradient is worked out: beside automatic differentiation."""

import json
import math
from typing import Any

import numpy as np
import pytest
import torch

from claims.evidence.keys import ROOT
from impls.elsewhere import in_torch
from impls.questions import asking, starts
from impls.questions import recording as questions
from impls.questions.adapter import Layer, Ran, Refused, numbers, written
from impls.questions.recording import recording
from impls.recurrent import elman, gru, lstm

LAYERS = {one.name: one for one in in_torch.LIBRARY.layers}
FUSED = [one for one in LAYERS.values() if one.start]


def by_autograd(layer: Layer, width: int, inputs: str, seed: int) -> list[float]:
    """The same by torch's own layer and torch's own gradients: ‖∂h_n/∂x_1‖ over ‖∂h_n/∂x_n‖."""
    assert layer.start is not None
    p = layer.start(width, width, seed)
    found = []
    for n in starts.STEPS:
        xs = torch.from_numpy(starts.INPUTS[inputs](layer, width, seed)[:n]).requires_grad_()
        module: Any = in_torch.FUSED[layer.kind](width, width, dtype=torch.float64)
        in_torch._fill(module, p, "_l0")
        last = module(xs)[0][-1]
        rows = torch.stack([torch.autograd.grad(one, xs, retain_graph=True)[0] for one in last])
        found.append(math.log10(float(rows[:, 0].norm() / rows[:, -1].norm())))
    return found


@pytest.mark.parametrize("layer", FUSED, ids=lambda one: one.name)
@pytest.mark.parametrize("inputs", starts.INPUTS)
def test_what_arrives_is_what_automatic_differentiation_finds(layer: Layer, inputs: str) -> None:
    assert layer.start is not None
    (row,) = starts.arriving(layer, layer.start, 4, inputs, seeds=[3])
    assert row == pytest.approx(by_autograd(layer, 4, inputs, 3), abs=1e-6)


def test_a_gradient_that_does_not_arrive_at_all_is_minus_infinity() -> None:
    p = elman.Elman(torch.zeros(2, 2).double(), torch.eye(2).double(), torch.zeros(2).double())
    found = starts.decades(starts.plain(torch.tanh)(p), torch.ones(100, 2).double(), 2, 2)
    assert found == [-math.inf] * 3


def test_what_underflows_is_still_told() -> None:
    p = elman.Elman(1e-5 * torch.eye(2).double(), torch.eye(2).double(), torch.zeros(2).double())
    assert starts.decades(starts.plain(torch.tanh)(p), torch.zeros(100, 2).double(), 2, 2)[2] == pytest.approx(-5 * 99)


@pytest.mark.parametrize("layer", FUSED, ids=lambda one: one.name)
def test_the_equation_that_a_library_computes_is_found_by_its_outputs(layer: Layer) -> None:
    assert layer.start is not None
    p, xs = layer.start(3, 3, 0), torch.randn(5, 3, dtype=torch.float64)
    step = {"tanh": elman.step, "GRU": gru.step_reset_after}.get(layer.kind)
    form = starts.form_of(layer, p, xs)
    if step:
        h = torch.zeros(3, dtype=torch.float64)
        assert torch.equal(form(p)(h + 0.5, xs[0]), step(p, h + 0.5, xs[0]))  # type: ignore[arg-type]


def test_a_layer_that_computes_none_of_the_equations_is_refused() -> None:
    true = LAYERS["nn.GRU"]
    wrong = Layer(
        "a GRU of another kind", "GRU", "float64", lambda p, put: LAYERS["nn.GRU"].run(gru.without_biases(p), put), true.code
    )  # type: ignore[arg-type]
    assert true.start is not None
    with pytest.raises(Refused, match="a GRU of another kind: none of our equations"):
        starts.form_of(wrong, true.start(3, 3, 0), torch.randn(5, 3, dtype=torch.float64))


@pytest.mark.parametrize("kind", asking.PLACINGS)
def test_what_is_put_in_wrongly_on_purpose_is_another_function(kind: Any) -> None:
    def run(p: Any) -> torch.Tensor:
        xs = torch.from_numpy(asking.put(kind, 0).xs)
        return {"tanh": elman.run, "LSTM": lambda p, xs: lstm.run(p, xs)[0], "GRU": gru.run}[kind](p, xs)  # type: ignore[operator]

    p = asking.parameters(kind, 0)
    for placing in asking.PLACINGS[kind]:
        if placing.__name__ in asking.BLUNDERS:
            assert (run(placing(p)) - run(p)).abs().max() > 1e-3, placing.__name__


def test_cases_are_the_same_in_every_run_and_none_has_a_zero() -> None:
    p = asking.parameters("GRU", 1)
    assert np.array_equal(p.W_z, asking.parameters.__wrapped__("GRU", 1).W_z)  # type: ignore[union-attr]
    assert all((one != 0).all() for name, one in vars(p).items() if name != "b_hn")


def test_marked_parameters_say_where_each_came_from() -> None:
    plain, long, gated = (asking.marked(kind, inside=33.0) for kind in ("tanh", "LSTM", "GRU"))
    assert isinstance(plain, elman.Elman)
    assert [np.unique(one).tolist() for one in vars(plain).values()] == [[1], [11], [21]]
    assert [tuple(one.shape) for one in vars(plain).values()] == [(2, 2), (2, 2), (2,)]
    for p, gates, after in ((long, 4, []), (gated, 3, [33.0])):
        matrices, biases = list(vars(p).values())[:gates], list(vars(p).values())[gates:]
        assert all(tuple(W.shape) == (2, 4) for W in matrices)
        assert [W[:, :2].unique().tolist() for W in matrices] == [[1.0 + k] for k in range(gates)]
        assert [W[:, 2:].unique().tolist() for W in matrices] == [[11.0 + k] for k in range(gates)]
        assert [b.tolist() for b in biases] == [[one] * 2 for one in [*(21.0 + k for k in range(gates)), *after]]


def test_numbers_are_written_as_one_types_them() -> None:
    assert written([[1.0, -0.5], [float("inf"), 2e20]]) == '[[1, -0.5], [float("inf"), 2e+20]]'
    assert written([999_999, 1e6]) == "[999999, 1000000.0]"


def test_numbers_of_any_kind_become_an_array() -> None:
    for given in ([1.0, 2.0], np.array([1.0, 2.0]), torch.tensor([1.0, 2.0])):
        assert isinstance(numbers(given), np.ndarray)
        assert numbers(given).tolist() == [1.0, 2.0]


def test_a_last_state_is_told_where_it_is_not_the_end_of_the_outputs() -> None:
    outputs = np.ones((2, 1, 2))
    for last, told in ((outputs[-1], False), (2 * outputs[-1], True), (None, False)):
        layer = Layer("made up", "tanh", "float64", lambda p, put, last=last: Ran(outputs, last), lambda p, xs: "")  # type: ignore[misc]
        assert {"last" in one for one in questions._definitions(layer)} == {told}


def test_a_recipe_is_asked_of_inputs_that_need_no_embedding_and_a_start_of_all() -> None:
    def refuse(*asked: object) -> Any:
        raise Refused("nothing starts here")

    layer = Layer("made up", "tanh", "float64", refuse, lambda p, xs: "", start=refuse, recipes={"typed": refuse})
    asked = [(one["recipe"], one["width"], one["inputs"]) for one in questions._starts(layer)]
    assert sorted(asked) == sorted(
        (recipe, width, inputs)
        for recipe in ("", "typed")
        for width in starts.WIDTHS
        for inputs in starts.INPUTS
        if not (recipe and inputs == "embedded")
    )


def test_a_program_that_prints_something_else_keeps_what_it_prints() -> None:
    layer = LAYERS["nn.RNNCell"]
    told = Layer("told wrongly", "tanh", "float64", layer.run, lambda p, xs: "print(0.125)")
    found = recording("torch", in_torch.Library("torch", (told,)), say=lambda line: None)["layers"][0]
    assert found["definitions"][0]["printed"] == "0.125"
    assert found["starts"] == []


# --- what is recorded, asked again ------------------------------------------------------------------------------------

(FILE,) = (ROOT / "reports" / "evidence" / "libraries").glob("torch-*.json")
RECORDED = json.loads(FILE.read_text(encoding="utf-8"))
with_the_torch_of_the_record = pytest.mark.skipif(
    not torch.__version__.startswith(RECORDED["version"].partition("+")[0]), reason="recorded with another torch"
)


def near(got: object, want: object) -> bool:
    """The same words and shapes, and numbers that differ in their last digits at most."""
    if isinstance(got, dict) and isinstance(want, dict):
        return got.keys() == want.keys() and all(near(got[key], want[key]) for key in got)
    if isinstance(got, list) and isinstance(want, list):
        return len(got) == len(want) and all(map(near, got, want))
    if isinstance(got, float) and isinstance(want, float):
        return got == pytest.approx(want, rel=1e-6, abs=1e-9)
    return got == want


@with_the_torch_of_the_record
@pytest.mark.parametrize("name", [one["name"] for one in RECORDED["layers"] if one["precision"] == "float64"])
@pytest.mark.parametrize("of", ["definitions", "stored", "padding"])
def test_torchs_layers_answer_as_is_recorded(name: str, of: str) -> None:
    layer = next(one for one in in_torch.LIBRARY.layers if one.name == name)
    want = next(one for one in RECORDED["layers"] if one["name"] == name)
    ask = getattr(questions, f"_{of}")
    got = ask(layer) if of == "stored" else list(ask(layer))
    assert near(json.loads(json.dumps(got)), want[of])


@with_the_torch_of_the_record
def test_torchs_attention_answers_as_is_recorded() -> None:
    for attention, want in zip(in_torch.LIBRARY.attention, RECORDED["attention"], strict=True):
        got = json.loads(json.dumps(questions._of_attention(attention)))
        assert near(got, want), attention.name


@with_the_torch_of_the_record
def test_torchs_clipping_answers_as_is_recorded() -> None:
    for clipping, want in zip(in_torch.LIBRARY.clipping, RECORDED["clipping"], strict=True):
        assert near(json.loads(json.dumps(questions._of_clipping(clipping))), want), clipping.name
