"""What training does: two biases for one, clipping tensor by tensor, a detached state, an additive cell, a target that is fed."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

import torch

from claims.kit import Domain, at_least, cases, claim, close, exhaustion, holds, only, reading, rounding, search, show
from claims.kit.domains import whole
from claims.subjects import layers
from claims.subjects.layers import Layer
from claims.subjects.networks import ElmanRun, elman_runs
from impls.broken import asked as broken
from impls.broken import attention as broken_attention
from impls.learning import bptt
from impls.learning.clipping import clip_by_norm
from impls.recurrent import gru, lstm
from impls.translating import seq2seq

SEEDS = cases(range(4), "four of a random generator")

# --- two biases -------------------------------------------------------------------------------------------------------

CELLS, GRU = cases([Layer("RNN"), Layer("LSTM")], "torch.nn.RNN; torch.nn.LSTM"), only(Layer("GRU"))
RATE = 0.1
Update = Callable[[torch.Tensor], torch.Tensor]


def nothing(gradient: torch.Tensor) -> torch.Tensor:
    """No training: the layer as it was drawn."""
    return 0 * gradient


def downhill(gradient: torch.Tensor) -> torch.Tensor:
    """A step of gradient descent."""
    return gradient


def by_its_sign(gradient: torch.Tensor) -> torch.Tensor:
    """The first step of Adam: every entry by the same length."""
    return gradient.sign()


def taken(module: Any, xs: torch.Tensor, update: Update, rates: dict[str, float]) -> Any:
    """The layer after a step down the sum of its outputs' squares; `rates` for parameters whose names begin so."""
    loss = module(xs[:, None])[0].square().sum()
    gradients = torch.autograd.grad(loss, list(module.parameters()))
    with torch.no_grad():
        for (name, parameter), gradient in zip(module.named_parameters(), gradients, strict=True):
            parameter -= next((rate for begins, rate in rates.items() if name.startswith(begins)), RATE) * update(gradient)
    return module


def with_one_bias(layer: Layer, seed: int) -> Any:
    """The same layer, the first bias the sum of both and the second nothing."""
    module = layer.drawn(seed)
    with torch.no_grad():
        module.bias_ih_l0 += module.bias_hh_l0
        module.bias_hh_l0.zero_()
    return module


def with_the_first_bias(layer: Layer, seed: int) -> Any:
    """The same layer without the second bias."""
    module = layer.drawn(seed)
    with torch.no_grad():
        module.bias_hh_l0.zero_()
    return module


def biased(update: Update | Domain, times: float = 1, single: Any = with_one_bias, layer: Domain = CELLS) -> dict[str, object]:
    """A reading's arguments: the layer with a single bias, trained at so many times the rate of the two."""
    return {"layer": layer, "single": single, "update": update, "times": times, "n": cases((1, 3)), "seed": SEEDS}


EITHER = cases((nothing, downhill, by_its_sign))


@claim(
    "asked.two-biases",
    asked="GitHub, onnx/onnx 2018: Why does an LSTM have two biases that are only added up? "
    "https://github.com/onnx/onnx/issues/1127",
    says="The two biases of an LSTM or a plain cell only appear as their sum, so one in their place is the same.",
    expect="qualified",
    by=exhaustion(),
    as_written=reading(**biased(EITHER)),
    amended={
        "nothing is trained": reading(**biased(nothing)),
        "the single bias is trained at twice the rate": reading(**biased(EITHER, 2)),
    },
    fails_for={
        "near miss: at 2.000002 times the rate": reading(**biased(EITHER, 2.000002)),
        "near miss: at the rate of the two": reading(**biased(downhill)),
        "the GRU, whose second bias stands inside the reset": reading(**biased(nothing, layer=GRU)),
    },
    altered={
        "A single bias is the same if it is trained at half the rate.": reading(**biased(EITHER, 0.5)),
        "One of the two biases can be left out.": reading(**biased(nothing, single=with_the_first_bias)),
    },
    teach="Forward only the sum counts. But both get the gradient of the sum, so a step of gradient descent moves it twice as "
    "far, and so does one of Adam: a single bias would need twice the rate. The second is there because cuDNN has it. In "
    "torch's GRU it is not spare: the reset gate multiplies it.",
    not_shown="Weight decay, which pulls at each of the two. That it matters to what is learnt.",
    uses=("promise.elman-recurrence",),
)
def one_bias_in_place_of_two_is_the_same(
    layer: Layer, single: Callable[[Layer, int], Any], update: Update, times: float, n: int, seed: int
) -> None:
    xs = layers.tokens(n, seed)
    two = taken(layer.drawn(seed), xs, update, {})
    one = taken(single(layer, seed), xs, update, {"bias_ih": times * RATE, "bias_hh": 0.0})
    got, want = (layers.alone(module, xs).outputs[-1] for module in (one, two))
    show("last output with one bias", got)
    show("last output with two", want)
    close(got, want, rounding(1000), f"last output, {n} tokens")


# --- clipping ---------------------------------------------------------------------------------------------------------

Gradients = Sequence[Sequence[float]]
Clip = Callable[..., list[torch.Tensor]]


def each_by_its_own_norm(gradients: Sequence[torch.Tensor], max_norm: float) -> list[torch.Tensor]:
    """Keras' clipnorm: every variable's gradient has a norm of its own."""
    return broken_attention.clip_each(gradients, max_norm)


LONG: list[Gradients] = [((2.0,), (0.5,)), ((3.0, 4.0), (1.0,)), ((0.5, -8.0), (0.25, 0.25)), ((6.0, 0.0), (0.0, 2.0), (1.0,))]
UNEVEN = cases(LONG, "of two or three parameters, one at least longer than 1")
SHORT = cases([((0.5,), (0.25,)), ((0.5, 0.5), (0.125,))], "of two parameters, together shorter than 1")
ONE = cases([((3.0, 4.0),), ((0.5, -8.0, 1.0),)], "of a single parameter")
TOGETHER_OR_EACH = cases((clip_by_norm, each_by_its_own_norm), "the joint norm; each parameter's own")


@claim(
    "asked.clipping-each-parameter",
    asked="GitHub, tensorflow/tensorflow 2021: Do clipnorm and global_clipnorm, whose documentation reads the same, differ? "
    "https://github.com/tensorflow/tensorflow/issues/52348",
    says="Clipping by norm keeps the direction of the gradient.",
    expect="qualified",
    by=exhaustion(),
    as_written=reading(clip=TOGETHER_OR_EACH, gradients=UNEVEN),
    amended={
        "the norm is that of all parameters' gradients together": reading(clip=clip_by_norm, gradients=UNEVEN),
        "there is a single parameter": reading(clip=TOGETHER_OR_EACH, gradients=ONE),
    },
    holds_for={"nothing is to be clipped": reading(clip=TOGETHER_OR_EACH, gradients=SHORT)},
    fails_for={
        "near miss: the first parameter's part too long by one part in 10⁹": reading(
            clip=broken_attention.enlarge_first, gradients=UNEVEN
        ),
        "near miss: each parameter's own norm": reading(clip=each_by_its_own_norm, gradients=UNEVEN),
    },
    altered={
        "Clipping by value keeps the direction of the gradient.": reading(clip=broken_attention.clip_by_value, gradients=UNEVEN),
    },
    teach="One factor for all keeps the direction. Keras' clipnorm gives each variable a factor of its own, so that large "
    "parts shrink beside small ones; its global_clipnorm, and torch's clip_grad_norm_, take one norm of all. clipvalue clamps "
    "entry by entry. Either way the step still goes downhill, for no entry changes its sign, but not straight down.",
    not_shown="Which is best for training; infinite gradients, see gradients.clipping-prevents-nan.",
    uses=("gradients.clipping-bounds-the-norm",),
    cites=("pascanu2013",),
)
def the_direction_stays(clip: Clip, gradients: Gradients) -> None:
    given = [torch.tensor(one, dtype=torch.float64) for one in gradients]
    before, after = torch.cat(given), torch.cat(clip(given, 1.0))
    show("gradient", before)
    show("clipped", after)
    close(after / after.norm(), before / before.norm(), rounding(50), "direction after clipping")


# --- a detached state -------------------------------------------------------------------------------------------------

Severed = Callable[..., list[torch.Tensor]]


def not_severed(p: Any, xs: torch.Tensor, cuts: Collection[int], h0: torch.Tensor) -> list[torch.Tensor]:
    """As if nothing were detached."""
    return bptt.unroll_severed(p, xs, (), h0)


def chunked(run: Severed, start: int = 2) -> dict[str, object]:
    """A reading's arguments: networks that read two chunks of `k` tokens or more, this done to the state between them."""
    return {"severed": run, "run": elman_runs(steps=(start, 6)), "k": whole(1, 3)}


def the_gradient_stays_as_it_was(severed: Severed, run: ElmanRun, k: int) -> None:
    """Whatever the network computes."""
    cuts = [t for t in bptt.chunks(len(run.x), k) if t]
    leaves = [x.clone().requires_grad_() for x in run.inputs]
    sent = [
        torch.stack(torch.autograd.grad(f(run.network, leaves, cuts, run.start)[-1].sum(), leaves, materialize_grads=True))
        for f in (severed, not_severed)
    ]
    holds(torch.equal(*sent), f"gradient at the inputs: {float((sent[0] - sent[1]).abs().max()):.3g} other than without a cut")


@claim(
    "asked.detached-state",
    asked="GitHub, yunjey/pytorch-tutorial 2017: What does states = detach(states) between two chunks of text do? "
    "https://github.com/yunjey/pytorch-tutorial/issues/90",
    says="Detaching the state between two chunks leaves all that the network computes as it was, and cuts the gradient only.",
    expect="supported",
    by=search(cases=100),
    as_written=reading(**chunked(bptt.unroll_severed)),
    fails_for={
        "near miss: the state handed on in float32": reading(**chunked(broken.rounded_between_chunks, 4)),
        "each chunk starts from zeros": reading(**chunked(broken.zeroed_between_chunks, 4)),
        "nothing is detached": reading(**chunked(not_severed, 4)),
    },
    altered={
        "Setting the state to zero between two chunks leaves all that the network computes as it was.": reading(
            **chunked(broken.zeroed_between_chunks, 4)
        ),
        "Detaching the state between two chunks leaves the gradient as it was, and cuts what the network computes.": reading(
            the_gradient_stays_as_it_was, **chunked(bptt.unroll_severed, 4)
        ),
    },
    teach="The network still remembers: the numbers in the state are the same, to the last bit. What is lost is the way back: "
    "no loss of this chunk tells earlier steps what they should have kept. To forget, start from zeros; without detach torch "
    "keeps the graph of the whole text, or complains that it has been freed.",
    not_shown="What is learnt: see interview.tbptt-horizon.trained.",
    uses=("interview.tbptt-horizon",),
    cites=("williams1990",),
)
def the_states_stay_and_the_gradient_is_cut(severed: Severed, run: ElmanRun, k: int) -> None:
    n = len(run.x)
    cuts = [t for t in bptt.chunks(n, k) if t]
    leaves = [x.clone().requires_grad_() for x in run.inputs]
    states, whole_way = (f(run.network, leaves, cuts, run.start) for f in (severed, not_severed))
    show("last state, detached between chunks and not", (states[-1].detach(), whole_way[-1].detach()))
    holds(all(map(torch.equal, states, whole_way)), f"a state is another one, {n} steps in chunks of {k}")
    reached = torch.autograd.grad(states[-1].sum(), leaves, allow_unused=True)
    inside = [t for t, gradient in enumerate(reached) if gradient is not None]
    show("steps that the last state's gradient reaches", [t + 1 for t in inside])
    holds(inside == list(range(max(cuts, default=0), n)), f"of {n} steps in chunks of {k} the gradient reaches {len(inside)}")


# --- an additive update -----------------------------------------------------------------------------------------------

Step = Callable[..., tuple[torch.Tensor, torch.Tensor]]


def forget_gate_fixed(p: lstm.LSTM, state: tuple[torch.Tensor, torch.Tensor], x: torch.Tensor, at: float) -> Any:
    """The cell of 1997 for 1: what is there is added to, and nothing is taken away."""
    _, i, candidate, o = lstm.gates(p, state[0], x)
    C = at * state[1] + i * candidate
    return o * torch.tanh(C), C


def closing_in(p: lstm.LSTM, state: tuple[torch.Tensor, torch.Tensor], x: torch.Tensor) -> Any:
    """A near miss: a forget gate of 1 - 10⁻⁹ in place of 1."""
    return forget_gate_fixed(p, state, x, 1 - 1e-9)


def of_1997(p: lstm.LSTM, state: tuple[torch.Tensor, torch.Tensor], x: torch.Tensor) -> Any:
    """The cell without a forget gate."""
    return forget_gate_fixed(p, state, x, 1.0)


def cells(step: Step, forget_bias: Domain | float = 0.0) -> dict[str, object]:
    """A reading's arguments: LSTMs whose forget gates start so."""
    return {"step": step, "forget_bias": forget_bias, "n": cases((2, 5, 20)), "seed": SEEDS}


def drawn(forget_bias: float, n: int, seed: int) -> tuple[lstm.LSTM, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    p = lstm.draw(2, 3, generator, forget_bias=forget_bias)
    return p, torch.randn(n, 3, generator=generator, dtype=torch.float64)


def the_gradient_is_the_product_of_the_forget_gates(step: Step, forget_bias: float, n: int, seed: int) -> None:
    p, xs = drawn(forget_bias, n, seed)
    want = lstm.forget_gates(p, xs)[1:].prod(0)
    close(lstm.jacobian_along_the_cell(p, xs, step).diagonal(), want, rounding(20 * n), "gradient along the cell")


@claim(
    "asked.additive-update",
    asked="Cross Validated 2015: How does an LSTM keep the gradient from vanishing, when its gates are sigmoids? "
    "https://stats.stackexchange.com/questions/185639",
    says="The LSTM's cell is updated by adding, so its gradient along the cell no longer shrinks step by step.",
    expect="qualified",
    by=exhaustion(),
    as_written=reading(**cells(lstm.step, cases((0.0, 1.0, 3.0)))),
    amended={"there is no forget gate, as in the cell of 1997": reading(**cells(of_1997))},
    fails_for={"near miss: a forget gate of 1 - 10⁻⁹": reading(**cells(closing_in))},
    altered={
        "The gradient along the cell no longer shrinks if the forget gate's bias starts at 1.": reading(**cells(lstm.step, 1.0)),
        "The gradient along the cell is multiplied by the forget gate at every step.": reading(
            the_gradient_is_the_product_of_the_forget_gates, **cells(lstm.step, cases((0.0, 1.0, 3.0)))
        ),
    },
    teach="C_t = f_t C_(t-1) + i_t C̃_t, so ∂C_t/∂C_(t-1) = f_t along the cell: a product after all, of numbers below 1. "
    "Adding is what the 1997 cell does. What a forget gate changes is that each unit chooses its own factor, and may choose "
    "one near 1, where a plain network has the same matrix and tanh' at every step.",
    not_shown="The ways through the gates, which add to this one: see gated.multiplicative-decay.",
    uses=("gated.multiplicative-decay", "forgetting.chain-of-gates"),
    cites=("hochreiter1997", "gers2000"),
)
def the_gradient_along_the_cell_does_not_shrink(step: Step, forget_bias: float, n: int, seed: int) -> None:
    along = lstm.jacobian_along_the_cell(*drawn(forget_bias, n, seed), step).diagonal()
    show(f"gradient of C_{n} with respect to C_1, unit by unit", along)
    at_least(float(along.min()), 1, f"gradient over {n - 1} steps", within=rounding(20 * n))


# --- a target that is fed ---------------------------------------------------------------------------------------------

Feed = Callable[[seq2seq.Seq2Seq, torch.Tensor], torch.Tensor]


def fed(feed: Feed, m: Sequence[int] = (1, 2, 3)) -> dict[str, object]:
    """A reading's arguments: how the target is fed to a decoder that writes m words."""
    return {"feed": feed, "m": cases(m), "seed": SEEDS}


def scores(feed: Feed, m: int, seed: int, changed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """What the decoder makes of its last word: with one target, and with another in the place `changed`."""
    model = seq2seq.draw(3, 2, torch.Generator().manual_seed(seed), "gru", True)
    target = torch.arange(m) % 3
    other = target.clone()
    other[changed] = (target[changed] + 1) % 3
    before, after = (seq2seq.logits(model, torch.tensor([0, 1, 2]), feed(model, one))[-1] for one in (target, other))
    return before, after


def it_has_read_the_word_before(feed: Feed, m: int, seed: int) -> None:
    before, after = scores(feed, m, seed, m - 2)
    holds(not torch.equal(before, after), f"the scores of word {m} are the same whatever word {m - 1} is")


@claim(
    "asked.teacher-forcing-shows-the-answer",
    asked="GitHub, OpenNMT/OpenNMT-py 2018: Is the decoder decoding the target instead of the source, when it is fed the "
    "target? https://github.com/OpenNMT/OpenNMT-py/issues/882",
    says="Under teacher forcing the decoder is fed the target, so it has read the word that it is to write.",
    expect="qualified",
    by=exhaustion(),
    as_written=reading(**fed(seq2seq.shifted)),
    amended={"somebody forgot to shift the target": reading(**fed(broken.fed_the_target))},
    fails_for={"near miss: shifted by two": reading(**fed(broken.fed_two_back))},
    altered={
        "Under teacher forcing the decoder has read the word before the one that it is to write.": reading(
            it_has_read_the_word_before, **fed(seq2seq.shifted, (2, 3))
        ),
    },
    teach="It is fed the target one place late: the start mark, then y_1 to y_(m-1), so that y_i is written from the true "
    "words before it. Forget the shift and the loss falls to nothing, for copying is enough; the first sentence that the "
    "model writes by itself shows it. A Transformer needs its causal mask as well.",
    not_shown="What training on true words and writing from its own does to a model.",
    cites=("williams1989",),
)
def it_has_read_the_word_that_it_writes(feed: Feed, m: int, seed: int) -> None:
    before, after = scores(feed, m, seed, m - 1)
    show(f"scores of word {m} with one word {m} as the target", before)
    show("with another", after)
    holds(not torch.equal(before, after), f"the scores of word {m} are the same whatever word {m} is")


# --- an orthogonal stack ----------------------------------------------------------------------------------------------

Blocks = Callable[[int, torch.Generator], list[torch.Tensor]]


def the_stack(d: int, generator: torch.Generator) -> list[torch.Tensor]:
    """The gates' parts of one matrix as torch stores it, drawn by orthogonal_."""
    W = torch.nn.init.orthogonal_(torch.empty(4 * d, d, dtype=torch.float64), generator=generator)
    return list(W.split(d))


def each_gate_of_an_lstm(d: int, generator: torch.Generator) -> list[torch.Tensor]:
    p = lstm.orthogonal(d, 1, generator)
    return [W[:, :d] for W in (p.W_i, p.W_f, p.W_C, p.W_o)]


def each_gate_of_a_gru(d: int, generator: torch.Generator) -> list[torch.Tensor]:
    p = gru.orthogonal(d, 1, generator)
    return [W[:, :d] for W in (p.W_r, p.W_z, p.W)]


def each_gate_nearly(d: int, generator: torch.Generator) -> list[torch.Tensor]:
    """A near miss: too large by one part in 10⁹."""
    return [(1 + 1e-9) * W for W in each_gate_of_an_lstm(d, generator)]


def as_torch_draws(d: int, generator: torch.Generator) -> list[torch.Tensor]:
    p = lstm.draw(d, 1, generator)
    return [W[:, :d] for W in (p.W_i, p.W_f, p.W_C, p.W_o)]


def blocks(drawn: Blocks | Domain) -> dict[str, object]:
    """A reading's arguments: the recurrent weights of each gate."""
    return {"drawn": drawn, "d": cases((2, 5)), "seed": SEEDS}


def each_halves(drawn: Blocks, d: int, seed: int) -> None:
    for W in drawn(d, torch.Generator().manual_seed(seed)):
        close(W.T @ W, torch.eye(d, dtype=W.dtype) / 4, rounding(100 * d), "products of columns")


BY_THEMSELVES = cases((each_gate_of_an_lstm, each_gate_of_a_gru), "each gate of an LSTM; each of a GRU")


@claim(
    "asked.orthogonal-stack",
    asked="GitHub, vwxyzjn/cleanrl 2023: Are the recurrent weights of each gate of an LSTM orthogonal after orthogonal_ on the "
    "whole matrix? https://github.com/vwxyzjn/cleanrl/issues/358",
    says="Where the recurrent weights of a gated layer are drawn orthogonal, each gate's matrix is orthogonal.",
    expect="qualified",
    by=exhaustion(),
    uses=("libraries.orthogonal-helps",),
    as_written=reading(**blocks(the_stack)),
    amended={"each gate's matrix is drawn by itself": reading(**blocks(BY_THEMSELVES))},
    fails_for={
        "near miss: each by itself, too large by one part in 10⁹": reading(**blocks(each_gate_nearly)),
        "as torch.nn.LSTM draws them": reading(**blocks(as_torch_draws)),
    },
    altered={
        "Where each gate's matrix is drawn by itself, it halves every vector.": reading(each_halves, **blocks(BY_THEMSELVES)),
    },
    teach="torch keeps the gates in one matrix, four times as high as wide. orthogonal_ makes its columns orthogonal, of length "
    "1 over all gates together, so that each gate is left with half of it and is no orthogonal matrix. Draw gate by gate: a view "
    "of d rows at a time.",
    not_shown="What it does to training; the weights on the input, which need not be square.",
    cites=("saxe2014",),
)
def every_gate_is_orthogonal(drawn: Blocks, d: int, seed: int) -> None:
    for gate, W in enumerate(drawn(d, torch.Generator().manual_seed(seed)), 1):
        show(f"products of the columns of gate {gate}", W.T @ W)
        close(W.T @ W, torch.eye(d, dtype=W.dtype), rounding(100 * d), f"products of the columns of gate {gate}")
