"""The smallest program with which one sees what arrives of a gradient at a library's own start: one network, one number.

It takes the whole Jacobian from the library's own differentiation, where `starts` takes it from an equation: so the two check
each other.
"""

from collections.abc import Mapping

NO_BIAS = "layer.bias_ih_l0.data[:] = layer.bias_hh_l0.data[:] = 0"
TORCH_RECIPES: Mapping[str, tuple[str, ...]] = {
    "orthogonal on weight_hh": ("torch.nn.init.orthogonal_(layer.weight_hh_l0)",),
    "orthogonal gate by gate": ("for gate in layer.weight_hh_l0.data.split(d):", "    torch.nn.init.orthogonal_(gate)"),
    "identity, biases 0": (NO_BIAS, "torch.nn.init.eye_(layer.weight_hh_l0)"),
    "identity gate by gate": ("for gate in layer.weight_hh_l0.data.split(d):", "    torch.nn.init.eye_(gate)"),
    "forget bias 1": (NO_BIAS, "layer.bias_ih_l0.data[d : 2 * d] = 1"),
    "forget bias 1 on both vectors": (
        NO_BIAS,
        "layer.bias_ih_l0.data[d : 2 * d] = layer.bias_hh_l0.data[d : 2 * d] = 1",
    ),
}
KERAS_RECIPES = {"": "", "without unit_forget_bias": ", unit_forget_bias=False"}


def program(library: str, layer: str, recipe: str, width: int, inputs: str, steps: int) -> str | None:
    """As one pastes it. It prints log10 of what the first of so many inputs gets of the last one's gradient. None where we have
    none: for embeddings, and for libraries and recipes that are not here."""
    lines = _lines(library, layer, recipe)
    if lines is None or inputs not in ("N(0, 1)", "one-hot"):
        return None
    head, build, last = lines
    read, slope = (_TORCH if "torch" in library else _JAX)[inputs], _SLOPE["torch" if "torch" in library else "jax"]
    return "\n".join([*head, f"n, d = {steps}, {width}", read, *build, slope.format(last=last), _NUMBER]) + "\n"


_TORCH = {
    "N(0, 1)": "xs = torch.randn(n, d)",
    "one-hot": "xs = torch.eye(d)[torch.randint(d, (n,))]",
}
_JAX = {
    "N(0, 1)": "xs = jax.random.normal(jax.random.key(1), (n, d))",
    "one-hot": "xs = jax.nn.one_hot(jax.random.randint(jax.random.key(1), (n,), 0, d), d)",
}
_SLOPE = {
    "torch": "J = torch.autograd.functional.jacobian(lambda xs: {last}, xs).double().numpy()",
    "jax": "J = np.array(jax.jacrev(lambda xs: {last})(xs), float)",
}
_NUMBER = "print(np.log10(np.linalg.norm(J[:, 0]) / np.linalg.norm(J[:, -1])))"

Lines = tuple[tuple[str, ...], tuple[str, ...], str]  # imports, the layer, its last output


def _lines(library: str, layer: str, recipe: str) -> Lines | None:
    head: tuple[str, ...]
    numpy = ("import numpy as np",)
    if library == "torch" and (not recipe or recipe in TORCH_RECIPES):
        head = (*numpy, "import torch", "torch.manual_seed(0)", "torch.set_default_dtype(torch.float64)")
        return head, (f"layer = torch.{layer}(d, d)", *TORCH_RECIPES.get(recipe, ())), "layer(xs)[0][-1]"
    if library.startswith("keras") and recipe in KERAS_RECIPES:
        return _keras(library.removeprefix("keras-on-"), layer, KERAS_RECIPES[recipe])
    if library not in _ON_JAX or recipe:
        return None
    head, build, last = _ON_JAX[library](layer)
    return (*numpy, "import jax", *head), build, last


def _keras(backend: str, layer: str, option: str) -> Lines:
    name, _, more = layer.rstrip(")").partition("(")
    head = (
        "import os",
        f'os.environ["KERAS_BACKEND"] = "{backend}"',
        "import keras",
        f"import {backend}",
        "import numpy as np",
        "keras.utils.set_random_seed(0)",
    )
    more = f", {more}" if more else ""
    return head, (f"layer = keras.layers.{name}(d{more}{option})", "layer.build((None, n, d))"), "layer(xs[None])[0]"


def _flax(layer: str) -> Lines:
    interface, _, cell = layer.partition(".")
    if interface == "nnx":
        return (
            ("from flax import nnx",),
            (
                f"cell = nnx.{cell}(d, d, rngs=nnx.Rngs(0))",
                "def last(xs):",
                "    state = cell.initialize_carry((d,), nnx.Rngs(0))",
                "    for x in xs:",
                "        state, output = cell(state, x)",
                "    return output",
            ),
            "last(xs)",
        )
    build = (f"layer = linen.RNN(linen.{cell}(d))", "parameters = layer.init(jax.random.key(0), xs)")
    return ("from flax import linen",), build, "layer.apply(parameters, xs)[-1]"


def _haiku(layer: str) -> Lines:
    return (
        ("import haiku as hk",),
        (
            "def run(xs):",
            f"    core = hk.{layer}(d)",
            "    return hk.dynamic_unroll(core, xs, core.initial_state(None))[0]",
            "run = hk.without_apply_rng(hk.transform(run))",
            "parameters = run.init(jax.random.key(0), xs)",
        ),
        "run.apply(parameters, xs)[-1]",
    )


def _equinox(layer: str) -> Lines:
    begin, output = ("(np.zeros(d), np.zeros(d))", "[0]") if "LSTM" in layer else ("np.zeros(d)", "")
    return (
        ("import equinox as eqx",),
        (f"cell = eqx.{layer}(d, d, key=jax.random.key(0))",),
        f"jax.lax.scan(lambda state, x: (cell(x, state), None), {begin}, xs)[0]{output}",
    )


_ON_JAX = {"flax": _flax, "flax-nnx": _flax, "haiku": _haiku, "equinox": _equinox}
