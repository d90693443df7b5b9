"""What follows where the gradient vanishes."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from hypothesis import strategies as st

from claims.kit import Domain, at_most, claim, reading, rounding, search, show
from claims.kit.domains import chains
from claims.kit.domains.matrices import Interval, grid
from impls.learning.backward import step_gradients
from impls.recurrent import elman
from impls.recurrent.elman import Elman

EARLY = 3  # steps
GAMMA = 0.5


@dataclass(frozen=True)
class ReadingNetwork:
    """An Elman network and its embedding read n tokens: a, b, a, and then c and d in turn to the end, from h_0 = 0.

    `back` steps before the end a comes back once; 0 means never. Shapes: W_h, W_x (d, d), b, g (d,); abcd (4, d), a row for
    each token. The loss is g·h_n."""

    W_h: np.ndarray
    W_x: np.ndarray
    b: np.ndarray
    abcd: np.ndarray
    g: np.ndarray
    n: int
    back: int = 0

    @property
    def network(self) -> Elman:
        return Elman(torch.from_numpy(self.W_h), torch.from_numpy(self.W_x), torch.from_numpy(self.b))

    @property
    def embedding(self) -> torch.Tensor:
        return torch.from_numpy(self.abcd)

    @property
    def loss_gradient(self) -> torch.Tensor:
        return torch.from_numpy(self.g)

    @property
    def tokens(self) -> list[int]:
        """Rows of the embedding, step by step."""
        read = [t % 2 if t < EARLY else 2 + (t - EARLY) % 2 for t in range(self.n)]
        return read if self.back == 0 else [*read[: -self.back], 0, *read[len(read) - self.back + 1 :]]


def readers(singular_values: Interval, inputs: Interval = (-2, 2), back: int = 0, widest: int = 2) -> Domain:
    """Explicit weights; all singular values of W_h within the interval."""
    words = f"Elman networks {'1' if widest == 1 else '1 or 2'} wide on 33 to 40 tokens within [{inputs[0]:g}, {inputs[1]:g}]"
    words += f", singular values of W_h in [{singular_values[0]:g}, {singular_values[1]:g}]"
    words += f"; the first token comes back {back} steps before the end" if back else "; the first three come nowhere else"
    recurrent = chains(every_singular_value=singular_values, size=(1, widest), repeat=True).strategy.map(lambda period: period[0])
    return Domain(words, recurrent.flatmap(lambda W_h: _reader(W_h, inputs, back)))


def _reader(W_h: np.ndarray, inputs: Interval, back: int) -> st.SearchStrategy[ReadingNetwork]:
    d = len(W_h)
    return st.builds(
        ReadingNetwork, st.just(W_h), grid((d, d), (-2, 2)), grid((d,), inputs), grid((4, d), inputs), grid((d,), (-2, 2)),
        st.integers(33, 40), st.just(back),
    )  # fmt: skip


def recurrent_weights(reader: ReadingNetwork) -> torch.Tensor:
    """The gradient of W_h, which every step shares."""
    return torch.stack(_added_to_W_h(reader)).sum(0)


def first_steps_alone(reader: ReadingNetwork) -> torch.Tensor:
    """What the first three steps add to it."""
    return torch.stack(_added_to_W_h(reader)[:EARLY]).sum(0)


def first_step_alone(reader: ReadingNetwork) -> torch.Tensor:
    """What the first step adds to it."""
    return _added_to_W_h(reader)[0]


def rows_of_early_tokens(reader: ReadingNetwork) -> torch.Tensor:
    """The gradient of the embedding's rows a and b."""
    return _of_the_embedding(reader)[:2]


def rows_of_late_tokens(reader: ReadingNetwork) -> torch.Tensor:
    """The gradient of the embedding's rows c and d."""
    return _of_the_embedding(reader)[2:]


def _added_to_W_h(reader: ReadingNetwork) -> list[torch.Tensor]:
    h_0, x = torch.zeros(len(reader.b), dtype=torch.float64), reader.embedding[reader.tokens]
    return [part.W_h for part in step_gradients(reader.network, x, h_0, reader.loss_gradient)]


def _of_the_embedding(reader: ReadingNetwork) -> torch.Tensor:
    rows = reader.embedding.requires_grad_()
    last = elman.run(reader.network, rows[reader.tokens])[-1]
    return torch.autograd.grad(reader.loss_gradient @ last, rows)[0]


VANISHING: Interval = (0, GAMMA)
EXPLODING: Interval = (1.125, 2)


@claim(
    "gradients.early-parameters-starve",
    says="Where gradients vanish, the parameters that act early in the sequence are hardly updated.",
    lines=(133,),
    expect="qualified",
    uses=("gradients.parameter-gradient-sums-the-steps",),
    by=search(cases=40),
    as_written=reading(reader=readers(VANISHING, widest=1), part=recurrent_weights),
    amended={
        "what the early steps add to the shared parameters is meant": reading(reader=readers(VANISHING), part=first_steps_alone),
        "the parameters are embeddings of tokens that stand nowhere but early": reading(
            reader=readers(VANISHING), part=rows_of_early_tokens
        ),
    },
    holds_for={
        "what the first step adds to W_h: nothing, whatever the weights, for h_0 is 0": reading(
            reader=readers((0, 2)), part=first_step_alone
        ),
    },
    fails_for={
        "near miss: singular values of 0.6, inputs near 0": reading(
            reader=readers((0.6, 0.6), inputs=(-0.125, 0.125), widest=1), part=rows_of_early_tokens
        ),
        "near miss: an early token that comes back once, ten steps before the end": reading(
            reader=readers(VANISHING, back=10), part=rows_of_early_tokens
        ),
        "embeddings of early tokens where nothing vanishes: orthogonal weights, inputs near 0": reading(
            reader=readers((1, 1), inputs=(-0.125, 0.125)), part=rows_of_early_tokens
        ),
    },
    altered={
        "Where gradients vanish, embeddings of tokens that stand late in the sequence are hardly updated.": reading(
            reader=readers(VANISHING), part=rows_of_late_tokens
        ),
        "Where gradients explode, what the early steps add to the shared parameters is next to nothing.": reading(
            reader=readers(EXPLODING, inputs=(-0.125, 0.125)), part=first_steps_alone
        ),
    },
    teach="No parameter is early: W_h, W_x and b serve all steps, and the late ones keep their gradients large. What starves is "
    "the early steps' *part*: where no singular value of W_h exceeds γ, at most γ^(T-t) of the loss gradient, times what the "
    "step read. So the weights do learn, but next to nothing about what came early; only rows used nowhere else stand still.",
    not_shown="Optimisers that divide by the gradient's size, as Adam does: they enlarge tiny updates of a starved row.",
    cites=("pascanu2013",),
)
def the_update_shrinks_with_every_later_token(reader: ReadingNetwork, part: Callable[[ReadingNetwork], torch.Tensor]) -> None:
    """At least by γ a token. Each of the first three steps t adds a_t times what it read, and ‖a_t‖ ≤ γ^(n-t) ‖g‖."""
    gradient = part(reader)
    show("its gradient", gradient)
    norms = [float(added.norm()) for added in _added_to_W_h(reader)]
    show("norms of what the first three steps and the last three add to W_h", [norms[:EARLY], norms[-EARLY:]])
    reads = max(len(reader.b) ** 0.5, float(np.linalg.norm(reader.W_x, 2)))  # a state, or W_x where it is the row that learns
    most = EARLY * reads * float(np.linalg.norm(reader.g)) * GAMMA ** (reader.n - EARLY)
    at_most(float(gradient.norm()), most, f"norm of {part.__name__.replace('_', ' ')}", within=rounding(reader.n))
