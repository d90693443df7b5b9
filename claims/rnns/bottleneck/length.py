"""What the length of the source does to quality, whether size explains it, and what attention changes."""

from dataclasses import dataclass, replace
from math import log2

import torch

from claims.kit import at_least, cases, claim, exhaustion, holds, measure, reading, search, show
from claims.kit.domains import reals, seeds, whole
from claims.kit.reading import Reading
from claims.rnns.figures.training import accuracy_by_length
from claims.subjects.trained.fair import BY_TRAINING, STAYS, THREE_STARTS, Setting, settings
from claims.subjects.trained.translation import ANY_LENGTH, at_lengths
from impls.attending.attention import additive
from impls.counting.graph import shortest_gradient_path
from impls.recurrent import packing
from impls.translating import seq2seq

# --- length and quality ---------------------------------------------------------------------------------------------

OWN = settings(("lstm", 16, 12))
EVERY = settings(("lstm", 16, 12), ("lstm, forget bias 1", 16, 8), ("lstm, orthogonal", 64, 24), ("lstm", 64, 12))


def accuracy_rises_with_length(
    seed: int, one_model: bool, attention: bool, each: tuple[Setting, ...], short: int, budgets: int
) -> None:
    for one in each:
        found = at_lengths(seed, one, one_model, attention, short, budgets)
        holds(
            found.fall < -STAYS, f"{one}: accuracy {found.short:.2f} at length {short}, {found.long:.2f} at length {one.length}"
        )


@claim(
    "bottleneck.quality-falls-with-length",
    says="The longer the source, the worse what an encoder-decoder without attention writes.",
    lines=(189, 193, 194, 195, 196, 197, 199, 489),
    expect="supported",
    uses=("bottleneck.decoder-sees-one-vector",),
    by=BY_TRAINING,
    as_written=reading(seed=seeds(), one_model=True, attention=False, each=EVERY, short=4, budgets=1),
    holds_for={
        "each length has a model of its own": reading(
            seed=seeds(), one_model=False, attention=False, each=OWN, short=4, budgets=5
        ),
        "the same, trained for a fifth of the steps": reading(
            seed=seeds(), one_model=False, attention=False, each=OWN, short=4, budgets=1
        ),
    },
    fails_for={
        "with attention, a model for each length": reading(
            seed=seeds(), one_model=False, attention=True, each=OWN, short=4, budgets=5
        ),
    },
    altered={
        "The longer the source, the better what an encoder-decoder without attention writes.": reading(
            accuracy_rises_with_length, seed=seeds(), one_model=True, attention=False, each=EVERY, short=4, budgets=1
        ),
    },
    teach="One model for all lengths gets {median short:.0%} of 4 symbols right and {median long:.0%} of a longer string, "
    "where of four kinds of model the fall is least. A model for each length gets {median short | each length:.0%} and "
    "{median long | each length:.0%}, after a fifth of the steps {median short | the same:.0%} and {median long | the same:.0%}: "
    "training makes up for some of it. With attention {median long | with attention:.0%} of 12 are right. Say *at this "
    "budget*: part of the fall is training and not room.",
    not_shown="That the state is too small. That it falls at every length between. Translation.",
    scope=f"{ANY_LENGTH}; {THREE_STARTS}; widths 16 and 64; lengths 4 and 8 to 24; or a model each for 4 and 12, width 16",
    cites=("cho2014properties", "bahdanau2015"),
    figure=accuracy_by_length,
)
def accuracy_falls_with_length(
    seed: int, one_model: bool, attention: bool, each: tuple[Setting, ...], short: int, budgets: int
) -> None:
    came = {one: at_lengths(seed, one, one_model, attention, short, budgets) for one in each}
    measure(**vars(min(came.values(), key=lambda found: found.fall)))
    for one, found in came.items():
        holds(found.fall > STAYS, f"{one}: accuracy {found.short:.2f} at length {short}, {found.long:.2f} at length {one.length}")


VOCABULARY = 50_000
FLOAT32, TWO_BITS = packing.values(torch.float32), 4  # values of a number
LONGEST = packing.longest(512, torch.float32, VOCABULARY)  # words of which every text can have a state of its own


def there_are_states_for_all_texts(words: int, numbers: int, values: int) -> None:
    holds(VOCABULARY**words <= values**numbers, f"there are more texts of {words} words than states")


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
    altered={
        "Quality falls with length although the longer sentences of the table fit into the 512 numbers of the state.": reading(
            there_are_states_for_all_texts,
            words=cases(range(60, 10, -1), "60 down to 11, as in the table"),
            numbers=512,
            values=FLOAT32,
        ),
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

    weights: list[float]  # of attention
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
    memory, weights, assured = None, [0.0] * n, [0.0] * n
    if model.attention is not None:
        scorer = replace(model.attention, v=loud * model.attention.v)
        model, seen = replace(model, attention=scorer), torch.stack(leaves[hidden:])
        memory = seq2seq.Memory(seen, seen @ scorer.W_e.T)
    (s,), scores = seq2seq.decode_step(model, (leaves[-1],), torch.tensor(TARGETS), memory)
    if memory is not None:
        weights = [0.0] * hidden + additive(scorer, s, *memory)[1].tolist()
        least = float(torch.linalg.svdvals(model.W_out[:, d:])[-1]) if d > 1 else 0.0
        assured = [least * weight for weight in weights]
    rows = [torch.autograd.grad(score, leaves[:-1], retain_graph=True, materialize_grads=True) for score in scores]
    gradients = [float(torch.linalg.matrix_norm(torch.stack(block), 2)) for block in zip(*rows, strict=True)]
    return LookingBack(weights[:-1], gradients, assured[:-1], [shortest_gradient_path(scores, leaf) for leaf in leaves[:-1]])


def sources(attention: bool = True, hidden: int = 0) -> Reading:
    return reading(attention=attention, hidden=hidden, n=whole(2, 10), d=whole(1, 4), seed=seeds(), loud=reals(0, 4))


def the_path_grows_with_the_distance(attention: bool, hidden: int, n: int, d: int, seed: int, loud: float) -> None:
    paths = looking_back(attention, hidden, n, d, seed, loud).paths
    holds(len(set(paths)) == len(paths), f"operations to each encoder state but the last: {paths}")


def all_weights_are_alike(attention: bool, hidden: int, n: int, d: int, seed: int, loud: float) -> None:
    weights = looking_back(attention, hidden, n, d, seed, loud).weights
    holds(max(abs(weight - 1 / n) for weight in weights) < 1e-9, f"weights of the encoder states but the last: {weights}")


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
    },
    altered={
        "The farther back an encoder state is, the longer the path on which the decoder looks back at it.": reading(
            the_path_grows_with_the_distance, **sources().arguments
        ),
        "With additive attention the decoder looks back at every encoder state alike.": reading(
            all_weights_are_alike, **sources().arguments
        ),
    },
    teach="Every encoder state before the last is equally near to the decoder's output: the path is as long at any n, and each "
    "has a weight α_s of at least e^(-2‖v‖₁)/n in the context. From width 2 on its gradient is never zero: in the context it is "
    "at least α_s, for dc/dh_s = α_s(I + (h_s - c)wᵀ). In width 1 the two terms can cancel at single points.",
    not_shown="What the authors meant it for; their paper gives this reason. That the gradient is large: the weights of n states "
    "add up to 1, so that most are small.",
    cites=("bahdanau2015",),
)
def every_encoder_state_is_in_reach(attention: bool, hidden: int, n: int, d: int, seed: int, loud: float) -> None:
    """dc/dh_s leaves vectors orthogonal to w as they are, times α_s, and from d = 2 on there are some; the read-out, of full
    rank, shrinks them to its smallest singular value at most. In width 1 there are none, so the weight alone is asked for."""
    back, at_two = (looking_back(attention, hidden, length, d, seed, loud) for length in (n, 2))
    show("operations to each encoder state but the last", back.paths)
    show("their weights", back.weights)
    show("size of the gradient there", back.gradients)
    show("what is assured by the attention weight", back.assured)
    holds(None not in back.paths, f"operations to each encoder state but the last: {back.paths}, None where no path leads")
    holds(set(back.paths) == set(at_two.paths), f"{back.paths} operations, {at_two.paths} at two source words")
    holds(min(back.weights) > 0, f"weights of the encoder states but the last: {back.weights}")
    for s, (gradient, assured) in enumerate(zip(back.gradients, back.assured, strict=True), 1):
        at_least(gradient, assured * (1 - 1e-9), f"gradient of encoder state {s} of {n}")
