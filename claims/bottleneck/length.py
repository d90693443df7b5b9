"""What the length of the source does to quality, whether size explains it, and what attention changes."""

from dataclasses import dataclass, replace
from math import log2

import torch

from claims.figures.training import accuracy_by_length
from claims.kit import at_least, cases, claim, exhaustion, holds, reading, search, show, trials
from claims.kit.domains import reals, seeds, whole
from claims.kit.reading import Reading
from claims.subjects.trained.translation import SETTING, at_two_lengths, by_one_model
from impls.attending.attention import additive
from impls.counting.graph import shortest_gradient_path
from impls.recurrent import packing
from impls.translating import seq2seq

# --- length and quality ---------------------------------------------------------------------------------------------

DROP = 0.4  # fixed before the seeds were run


@claim(
    "bottleneck.quality-falls-with-length",
    says="The longer the source, the worse what an encoder-decoder without attention writes.",
    lines=(189, 193, 194, 195, 196, 197, 199, 489),
    expect="supported",
    uses=("bottleneck.decoder-sees-one-vector",),
    by=trials(seeds=12, alpha=2.45e-4),
    as_written=reading(seed=seeds(), one_model=False, attention=False, short=4, long=12, budgets=5),
    holds_for={
        "it is trained for a fifth of the steps": reading(
            seed=seeds(), one_model=False, attention=False, short=4, long=12, budgets=1
        ),
        "one model for all lengths": reading(seed=seeds(), one_model=True, attention=False, short=4, long=12, budgets=1),
    },
    fails_for={
        "with attention": reading(seed=seeds(), one_model=False, attention=True, short=4, long=12, budgets=1),
    },
    teach="After a fifth of the steps a model gets {median short | it is trained:.0%} of 4 symbols right and "
    "{median long | it is trained:.0%} of 12; after all of them {median short:.0%} and {median long:.0%}, so that it "
    "has made up for some of that and the fall is still there. One model for all lengths gets "
    "{median short | one model:.0%} and {median long | one model:.0%}. With attention, and nothing else changed, "
    "{median long | with attention:.0%} of 12 are right where each length has its model. Say *at this budget*: part of "
    "the fall is training and not room.",
    not_shown="That the state is too small. That it falls at every length between. Translation.",
    scope=f"{SETTING}; lengths 4 and 12, a model each or one for all; 5 budgets, and 1",
    cites=("cho2014properties", "bahdanau2015"),
    figure=accuracy_by_length,
)
def accuracy_falls_with_length(seed: int, one_model: bool, attention: bool, short: int, long: int, budgets: int) -> None:
    if one_model:
        at_short, at_long = by_one_model(seed, attention, short, long)
    else:
        at_short, at_long = (came["accuracy"] for came in at_two_lengths(seed, attention, short, long, budgets))
    holds(at_short - at_long >= DROP, f"accuracy {at_short:.2f} at length {short}, {at_long:.2f} at length {long}")


VOCABULARY = 50_000
FLOAT32, TWO_BITS = packing.values(torch.float32), 4  # values of a number
LONGEST = packing.longest(512, torch.float32, VOCABULARY)  # words of which every text can have a state of its own


@claim(
    "bottleneck.collapse-is-capacity",
    says="Quality falls with length because the longer sentences of the table no longer fit into the 512 numbers of the state.",
    lines=(199, 489),
    expect="refuted",
    uses=(
        "bottleneck.quality-falls-with-length",
        "bottleneck.five-hundred-words-lossy",
    ),
    by=exhaustion(),
    as_written=reading(words=cases(range(60, 10, -1), "60 down to 11, as in the table"), numbers=512, values=FLOAT32),
    holds_for={
        f"more than {LONGEST} words": reading(
            words=cases(range(LONGEST + 1, 1201), f"{LONGEST + 1} to 1200"), numbers=512, values=FLOAT32
        ),
        "near miss: 60 words, and less than two bits a number": reading(words=60, numbers=512, values=3),
    },
    fails_for={
        f"near miss: {LONGEST} words": reading(words=LONGEST, numbers=512, values=FLOAT32),
        "60 words, the longest of the table, at two bits a number": reading(words=60, numbers=512, values=TWO_BITS),
    },
    teach="Longer texts do take more bits, 15.6 a word at most, and from 1050 words on 512 float32 numbers cannot hold every "
    "text. But 60 words take 937 bits of more than 16 000: they fit, so lack of room cannot be the reason, unless a number is "
    "good for less than two bits. At such lengths ask first what use training makes of the vector, and then how large it is.",
    not_shown="What the reason is. How much of its state a trained network uses; in bottleneck.quality-falls-with-length more "
    "training alone raised the accuracy. That more than 1049 words are translated worse for lack of room: two of them then "
    "share a state, and no more is shown. Words are taken as equally likely: real text has fewer bits a word and fits all the "
    "more easily.",
    cites=("cho2014properties", "bahdanau2015"),
)
def there_are_more_texts_than_states(words: int, numbers: int, values: int) -> None:
    """If Vⁿ > Sᵈ two texts share a state, whatever the network; if not, each can have its own."""
    needed, there = words * log2(VOCABULARY), numbers * log2(values)
    show("bits in a text", needed)
    show("bits in the state", there)
    otherwise = f"{needed:.0f} bits in {words} words, {there:.0f} in the state: every text can have a state of its own"
    holds(VOCABULARY**words > values**numbers, otherwise)


# --- attention ------------------------------------------------------------------------------------------------------

TARGETS = 4  # target words, of which each gets a score


@dataclass(frozen=True)
class LookingBack:
    """What the scores of a target word owe directly to each encoder state but the last."""

    gradients: list[float]  # spectral norms of the Jacobians
    assured: list[float]  # what attention gives each state at least
    paths: list[int | None]  # operations on the shortest gradient path, None where there is none


def looking_back(attention: bool, hidden: int, n: int, d: int, seed: int, loud: float) -> LookingBack:
    """The encoder's states are held apart, so that none speaks for another; the attention does not see the first `hidden`.

    The drawn score vector is taken `loud` times."""
    generator = torch.Generator().manual_seed(seed)
    model = seq2seq.draw(TARGETS, d, generator, "gru", attention)
    words = torch.randn(n, d, generator=generator, dtype=torch.float64)
    states = seq2seq.unrolled(model.encoder, words, (torch.zeros(d, dtype=torch.float64),))[0]
    leaves = [h.detach().requires_grad_() for h in states]
    memory, assured = None, [0.0] * n
    if model.attention is not None:
        scorer = replace(model.attention, v=loud * model.attention.v)
        model, seen = replace(model, attention=scorer), torch.stack(leaves[hidden:])
        memory = seq2seq.Memory(seen, seen @ scorer.W_e.T)
    (s,), scores = seq2seq.decode_step(model, (leaves[-1],), torch.tensor(TARGETS), memory)
    if memory is not None:
        weights = additive(scorer, s, *memory)[1].tolist()
        least = float(torch.linalg.svdvals(model.W_out[:, d:])[-1])
        assured = [0.0] * hidden + [least * weight for weight in weights]
    rows = [torch.autograd.grad(score, leaves[:-1], retain_graph=True, materialize_grads=True) for score in scores]
    gradients = [float(torch.linalg.matrix_norm(torch.stack(block), 2)) for block in zip(*rows, strict=True)]
    return LookingBack(gradients, assured[:-1], [shortest_gradient_path(scores, leaf) for leaf in leaves[:-1]])


def sources(attention: bool = True, hidden: int = 0, d: tuple[int, int] = (2, 4)) -> Reading:
    return reading(attention=attention, hidden=hidden, n=whole(2, 10), d=whole(*d), seed=seeds(), loud=reals(0, 4))


@claim(
    "bottleneck.attention-was-designed-for-it",
    says="With additive attention the decoder looks back at every encoder state, not only at the last one.",
    lines=(201, 442, 450, 473, 489, 507),
    expect="supported",
    uses=("bottleneck.decoder-sees-one-vector",),
    by=search(cases=100),
    as_written=sources(),
    fails_for={
        "without attention": sources(attention=False),
        "near miss: the first state hidden from it": sources(hidden=1),
        "near miss: states of a single number, whose gradient may cancel": sources(d=(1, 1)),
    },
    teach="Every encoder state before the last is equally near to the decoder's output: the path is as long at any n. "
    "From width 2 on its gradient is never zero: in the context it is at least the attention weight α_s, for "
    "dc/dh_s = α_s(I + (h_s - c)wᵀ), and α_s is at least e^(-2‖v‖₁)/n. In width 1 the two terms can cancel.",
    not_shown="What the authors meant it for; their paper gives this reason. That the gradient is large: the weights of n states "
    "add up to 1, so that most are small.",
    cites=("bahdanau2015",),
)
def every_encoder_state_is_in_reach(attention: bool, hidden: int, n: int, d: int, seed: int, loud: float) -> None:
    """dc/dh_s leaves vectors orthogonal to w as they are, times α_s, and from d = 2 on there are some; the read-out, of full
    rank, shrinks them to its smallest singular value at most."""
    back, at_two = (looking_back(attention, hidden, length, d, seed, loud) for length in (n, 2))
    show("operations to each encoder state but the last", back.paths)
    show("size of the gradient there", back.gradients)
    show("what is assured by the attention weight", back.assured)
    holds(None not in back.paths, f"operations to each encoder state but the last: {back.paths}, None where no path leads")
    holds(set(back.paths) == set(at_two.paths), f"{back.paths} operations, {at_two.paths} at two source words")
    for s, (gradient, assured) in enumerate(zip(back.gradients, back.assured, strict=True), 1):
        at_least(gradient, assured * (1 - 1e-9), f"gradient of encoder state {s} of {n}")
