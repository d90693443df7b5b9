"""Attention as it is asked about: order, biases, the scale, the mask beside a cache, the heads."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import permutations, product

import torch

from claims.kit import Domain, cases, claim, close, exhaustion, holds, reading, rounding, show
from impls.attending import attention
from impls.attending.attention import SelfAttention, causal_mask, draw_self_attention, self_attention
from impls.broken import asked as broken
from impls.broken import attention as broken_attention

SEEDS = cases(range(4), "four of a random generator")
WIDTH = 2

# --- order ------------------------------------------------------------------------------------------------------------

Attend = Callable[[SelfAttention, torch.Tensor], torch.Tensor]
Compare = Callable[[torch.Tensor, Sequence[int]], torch.Tensor]
ORDERS = cases(list(permutations(range(3)))[1:], "every other order of three tokens")


def causal(p: SelfAttention, X: torch.Tensor) -> torch.Tensor:
    """Self-attention under a causal mask."""
    return self_attention(p, X, causal_mask(len(X)))


def as_they_stand(outputs: torch.Tensor, order: Sequence[int]) -> torch.Tensor:
    """The outputs, position by position."""
    return outputs


def moved_alike(outputs: torch.Tensor, order: Sequence[int]) -> torch.Tensor:
    """The outputs in the order of the tokens."""
    return outputs[list(order)]


def their_mean(outputs: torch.Tensor, order: Sequence[int]) -> torch.Tensor:
    """The mean of all outputs, as a classifier may take it."""
    return outputs.mean(0)


def shuffled(attend: Attend, compare: Compare = moved_alike) -> dict[str, object]:
    """A reading's arguments."""
    return {"attend": attend, "compare": compare, "order": ORDERS, "seed": SEEDS}


@claim(
    "asked.order-without-position-codes",
    asked="GitHub, udlbook/udlbook 2024: Is self-attention without position codes equivariant or invariant to the order of its "
    "tokens? https://github.com/udlbook/udlbook/issues/131",
    says="Without position codes the order of the tokens changes nothing in the outputs of self-attention.",
    expect="qualified",
    by=exhaustion(),
    as_written=reading(**shuffled(self_attention, as_they_stand)),
    amended={
        "each output is looked for where its token has gone": reading(**shuffled(self_attention)),
        "the outputs are averaged": reading(**shuffled(self_attention, their_mean)),
    },
    fails_for={
        "near miss: position codes times 10⁻⁹": reading(**shuffled(broken_attention.ordered_nearly)),
        "position codes": reading(**shuffled(broken_attention.ordered)),
        "a causal mask, which tells the positions apart": reading(**shuffled(causal)),
    },
    altered={
        "Without position codes the order changes nothing under a causal mask, each output looked for where its token went.": (
            reading(**shuffled(causal))
        ),
    },
    teach="Equivariant: shuffle the tokens and the outputs are shuffled in the same way. Invariant is what one makes of them "
    "by a mean, or by a query of its own. Under a causal mask it is neither: a token that comes later reads more, and a "
    "decoder can learn positions from that.",
    not_shown="Cross-attention, which is invariant in the order of what it reads.",
    cites=("vaswani2017", "haviv2022"),
)
def the_order_changes_nothing(attend: Attend, compare: Compare, order: Sequence[int], seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    p = draw_self_attention(WIDTH, generator)
    X = 3 * torch.randn(len(order), WIDTH, generator=generator, dtype=torch.float64)
    got, want = attend(p, X[list(order)]), compare(attend(p, X), order)
    got = got.mean(0) if got.ndim > want.ndim else got
    show(f"outputs in the order {[1 + one for one in order]}", got)
    show("what they must be", want)
    close(got, want, rounding(100, 10), f"outputs in the order {[1 + one for one in order]}")


# --- the bias of the keys ---------------------------------------------------------------------------------------------

Bias = Callable[[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor], tuple[torch.Tensor, torch.Tensor, torch.Tensor]]
Read = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]


def of_keys(Q: torch.Tensor, K: torch.Tensor, V: torch.Tensor, b: torch.Tensor) -> tuple[torch.Tensor, ...]:
    return Q, K + b, V


def of_queries(Q: torch.Tensor, K: torch.Tensor, V: torch.Tensor, b: torch.Tensor) -> tuple[torch.Tensor, ...]:
    return Q + b, K, V


def of_values(Q: torch.Tensor, K: torch.Tensor, V: torch.Tensor, b: torch.Tensor) -> tuple[torch.Tensor, ...]:
    return Q, K, V + b


def of_all_keys_but_one_nearly(Q: torch.Tensor, K: torch.Tensor, V: torch.Tensor, b: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """A near miss: one key gets a bias that is longer by one part in 10⁹."""
    return Q, K + b + 1e-9 * b * (torch.arange(len(K)) == 0)[:, None], V


def turned(X: torch.Tensor) -> torch.Tensor:
    """Rotary codes in two dimensions: row t turned by t."""
    t = torch.arange(len(X), dtype=X.dtype)
    return torch.stack([t.cos() * X[:, 0] - t.sin() * X[:, 1], t.sin() * X[:, 0] + t.cos() * X[:, 1]], -1)


def rotary(Q: torch.Tensor, K: torch.Tensor, V: torch.Tensor) -> torch.Tensor:
    """Queries and keys turned by their positions, biases and all, before they are compared."""
    return attention.attend(turned(Q), turned(K), V)


def biased(bias: Bias, read: Read | Domain = attention.attend) -> dict[str, object]:
    """A reading's arguments: which projection has a bias, and how the three are put together."""
    return {"bias": bias, "read": read, "n": cases((2, 3, 4)), "seed": SEEDS}


@claim(
    "asked.bias-of-the-keys",
    asked="GitHub, microsoft/unilm 2021: Why have queries and values a bias in BEiT, and keys none? "
    "https://github.com/microsoft/unilm/issues/510",
    says="A bias of the keys changes nothing in what attention puts out.",
    expect="qualified",
    by=exhaustion(),
    as_written=reading(**biased(of_keys, cases((attention.attend, rotary), "scaled dot products; the same with rotary codes"))),
    amended={"nothing tells positions apart between the bias and the scores": reading(**biased(of_keys))},
    fails_for={
        "near miss: the bias of one key longer by one part in 10⁹": reading(**biased(of_all_keys_but_one_nearly)),
        "near miss: rotary codes": reading(**biased(of_keys, rotary)),
        "weights that do not add up to one": reading(**biased(of_keys, broken_attention.unnormalised)),
    },
    altered={
        "A bias of the queries changes nothing in what attention puts out.": reading(**biased(of_queries)),
        "A bias of the values changes nothing in what attention puts out.": reading(**biased(of_values)),
    },
    teach="q·(k_j + b) = q·k_j + q·b: every score of a query grows by the same number, and softmax does not see that. A bias "
    "of the queries adds b·k_j, which differs from key to key; one of the values is added to the output as it is. Rotary "
    "codes turn the bias with its position, so that it counts: there it favours a distance.",
    not_shown="Its gradient, which is zero for the same reason; relative position terms, which are added to the keys by "
    "position.",
    cites=("vaswani2017", "namazifar2023"),
)
def the_output_is_as_without_a_bias(bias: Bias, read: Read, n: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    Q, K, V = torch.randn(3, n, WIDTH, generator=generator, dtype=torch.float64)
    b = torch.randn(WIDTH, generator=generator, dtype=torch.float64)
    got, want = read(*bias(Q, K, V, b)), read(Q, K, V)
    show("output with the bias", got)
    show("output without", want)
    close(got, want, rounding(200, 10), f"output, {n} tokens")


# --- the scale --------------------------------------------------------------------------------------------------------

Square = Callable[[int, int], Fraction]


def model_width(width: int, heads: int) -> Fraction:
    return Fraction(width)


def head_width(width: int, heads: int) -> Fraction:
    return Fraction(width, heads)


def head_width_squared(width: int, heads: int) -> Fraction:
    """The scores divided by d_k and not by its root."""
    return Fraction(width, heads) ** 2


def head_width_nearly(width: int, heads: int) -> Fraction:
    return Fraction(width, heads) * (1 + Fraction(1, 10**9))


def number_of_heads(width: int, heads: int) -> Fraction:
    return Fraction(heads)


def sequence_length(n: int) -> Square:
    """As if the scores of n tokens were divided by the root of n."""
    return lambda width, heads: Fraction(n)


def nothing(width: int, heads: int) -> Fraction:
    return Fraction(1)


def scaled(square: Square | Domain, heads: Domain | int, width: Domain | int = 4) -> dict[str, object]:
    """A reading's arguments: the square of what scores are divided by."""
    return {"square": square, "width": width, "heads": heads}


HEADS = cases((1, 2, 4))


@claim(
    "asked.scale-of-a-head",
    asked="GitHub, jadore801120/attention-is-all-you-need-pytorch 2018: What are scores divided by and why, the root of "
    "d_model or of d_k? https://github.com/jadore801120/attention-is-all-you-need-pytorch/issues/49",
    says="The scores of each head are divided by the root of the model's width, so that their variance is 1.",
    expect="qualified",
    by=exhaustion(),
    as_written=reading(**scaled(model_width, HEADS)),
    amended={"there is one head": reading(**scaled(model_width, 1, cases((2, 4))))},
    fails_for={
        "near miss: the square too large by one part in 10⁹": reading(**scaled(head_width_nearly, HEADS)),
        "near miss: divided by d_k, not by its root": reading(**scaled(head_width_squared, cases((1, 2)))),
        "not divided": reading(**scaled(nothing, cases((1, 2)))),
    },
    altered={
        "The scores of each head are divided by the root of the head's width, so that their variance is 1.": reading(
            **scaled(head_width, HEADS)
        ),
        "The scores of each head are divided by the root of the number of heads, so that their variance is 1.": reading(
            **scaled(number_of_heads, cases((1, 4)))
        ),
        "The scores of each head are divided by the root of the sequence's length, so that their variance is 1.": reading(
            **scaled(cases([sequence_length(n) for n in (2, 3, 5, 8)], "the length: 2, 3, 5 or 8 tokens"), HEADS)
        ),
    },
    teach="A score is a sum of d_k products; where these are independent, with mean 0 and variance 1, it has variance d_k. So "
    "the root of d_k, the width of one head: 8 for the 64 of the paper, whatever d_model is. Unscaled scores of wide heads "
    "push softmax to where one weight is nearly 1 and the gradient nearly 0.",
    not_shown="Trained queries and keys, which are not independent: of q = k the score grows like d_k itself.",
    cites=("vaswani2017",),
)
def the_variance_of_a_score_is_one(square: Square, width: int, heads: int) -> None:
    """Over all queries and keys whose entries are 1 or -1: independent, of mean 0 and variance 1."""
    d = width // heads
    scores = [
        sum(a * b for a, b in zip(q, k, strict=True)) for q in product((1, -1), repeat=d) for k in product((1, -1), repeat=d)
    ]
    variance = Fraction(sum(one * one for one in scores), len(scores)) / square(width, heads)
    show(f"variance of a scaled score, {heads} heads of width {d}", str(variance))
    holds(variance == 1, f"{heads} heads of width {d}: the variance is {variance}")


# --- the mask beside a cache ------------------------------------------------------------------------------------------

Mask = Callable[[int, int], torch.Tensor | None]


def from_the_first(m: int, n: int) -> torch.Tensor:
    """Query i sees the keys up to i, both counted from the first: the triangle begins in the upper left."""
    return torch.ones(m, n, dtype=torch.bool).tril()


def lower_right(m: int, n: int) -> torch.Tensor:
    """The last query sees all keys."""
    return torch.ones(m, n, dtype=torch.bool).tril(n - m)


def no_mask(m: int, n: int) -> None:
    """Every query sees every key."""


def cached(mask: Mask, m: Sequence[int] = (1, 2, 3), n: Sequence[int] = (3, 4)) -> dict[str, object]:
    """A reading's arguments: the last m of n tokens ask, the keys of all are in the cache."""
    return {"mask": mask, "m": cases(m), "n": cases(n), "seed": SEEDS}


def torchs_is_causal_begins_in_the_upper_left(m: int, n: int, seed: int) -> None:
    """What torch does, by its own kernel."""
    Q, K, V = torch.randn(3, n, WIDTH, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    got = torch.nn.functional.scaled_dot_product_attention(Q[None, :m], K[None], V[None], is_causal=True)[0]
    close(got, attention.attend(Q[:m], K, V, from_the_first(m, n)), rounding(100, 10), "outputs of torch's is_causal")


@claim(
    "asked.causal-mask-beside-a-cache",
    asked="GitHub, pytorch/pytorch 2023: Which keys may a query see under is_causal=True, when a cache holds more keys than "
    "there are queries? https://github.com/pytorch/pytorch/issues/103082",
    says="With a cache of keys a causal mask is still the lower triangle: query i sees the keys up to i.",
    expect="qualified",
    by=exhaustion(),
    as_written=reading(**cached(from_the_first)),
    amended={
        "there are as many queries as keys": reading(**cached(from_the_first, [3], [3])),
        "rows and columns are counted from the end": reading(**cached(lower_right)),
    },
    fails_for={
        "near miss: counted from the end, and one token ahead": reading(**cached(broken.lower_right_one_ahead, (2, 3))),
        "no mask": reading(**cached(no_mask, (2, 3))),
    },
    holds_for={"a single query, and no mask": reading(**cached(no_mask, [1]))},
    altered={
        "With a cache of keys the last query sees the keys up to the number of queries.": reading(
            **cached(from_the_first, (1, 2), [3])
        ),
        "torch's is_causal=True lets query i see the keys up to i, counted from the first.": reading(
            torchs_is_causal_begins_in_the_upper_left, m=cases((1, 2, 3)), n=cases((3, 4)), seed=SEEDS
        ),
    },
    teach="The i-th of m new tokens is token n - m + i of the text, and sees so many keys: the triangle must end in the lower "
    "right corner. torch's is_causal=True begins it in the upper left, so that one new token would see nothing but the first "
    "key; flash-attention ends it in the lower right. One new token needs no mask at all.",
    not_shown="More queries than keys; padding in the cache.",
    cites=("vaswani2017",),
)
def the_new_tokens_read_as_in_the_whole_text(mask: Mask, m: int, n: int, seed: int) -> None:
    Q, K, V = torch.randn(3, n, WIDTH, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    got, want = attention.attend(Q[n - m :], K, V, mask(m, n)), attention.attend(Q, K, V, causal_mask(n))[n - m :]
    show(f"outputs of the last {m} of {n} tokens, beside the cache", got)
    show("the same in the whole text", want)
    close(got, want, rounding(100, 10), f"outputs of the last {m} of {n} tokens")


# --- heads ------------------------------------------------------------------------------------------------------------

Split = Callable[[torch.Tensor, int], torch.Tensor]


def reshaped(X: torch.Tensor, heads: int) -> torch.Tensor:
    """(n, d) to (heads, n, d/heads) at once."""
    return X.reshape(heads, len(X), -1)


def reshaped_then_transposed(X: torch.Tensor, heads: int) -> torch.Tensor:
    """(n, d) to (n, heads, d/heads), then heads first."""
    return X.reshape(len(X), heads, -1).transpose(0, 1)


def reshaped_tokens_first(X: torch.Tensor, heads: int) -> torch.Tensor:
    """(n, d) to (n, heads, d/heads) at once."""
    return X.reshape(len(X), heads, -1)


def each_head_has_its_part_on_the_second_axis(split: Split, heads: int, n: int) -> None:
    X = torch.arange(6.0 * n).reshape(n, 6)
    got, width = split(X, heads), 6 // heads
    wrong = [h + 1 for h in range(heads) if not torch.equal(got[:, h], X[:, h * width : (h + 1) * width])]
    holds(not wrong, f"{n} tokens: not their part of every token for the heads {wrong}")


def split(way: Split, heads: Sequence[int] = (2, 3), n: Sequence[int] = (2, 3, 4)) -> dict[str, object]:
    """A reading's arguments: tokens of width 6, their entries counted through."""
    return {"split": way, "heads": cases(heads), "n": cases(n)}


@claim(
    "asked.reshape-into-heads",
    asked="GitHub, hyunwoongko/transformer 2023: Why view and then transpose to split into heads, when one view gives the "
    "same shape? https://github.com/hyunwoongko/transformer/issues/15",
    says="Reshaping n tokens of width d straight into heads × n × d/heads gives each head its part of every token.",
    expect="refuted",
    by=exhaustion(),
    as_written=reading(**split(reshaped)),
    holds_for={
        "a single head": reading(**split(reshaped, [1])),
        "a single token": reading(**split(reshaped, n=[1])),
    },
    altered={
        "Reshaping them into n × heads × d/heads and then exchanging the first two gives each head its part.": reading(
            **split(reshaped_then_transposed)
        ),
        "Reshaping them straight into n × heads × d/heads gives each head, on the second axis, its part of every token.": reading(
            each_head_has_its_part_on_the_second_axis, **split(reshaped_tokens_first)
        ),
    },
    teach="A reshape leaves the numbers in their row and cuts it anew: the first head would get whole tokens from the front "
    "of the sentence, the last from its end. Cut each token's row first, then exchange the two axes; on the way back exchange "
    "first. The wrong way has the right shape, and trains, which is why it is found in so much code.",
    not_shown="How much worse it learns.",
    cites=("vaswani2017",),
)
def each_head_has_its_part_of_every_token(split: Split, heads: int, n: int) -> None:
    X = torch.arange(6.0 * n).reshape(n, 6)
    got, width = split(X, heads), 6 // heads
    show("tokens, a row each", X)
    show("what the first head gets", got[0])
    wrong = [h + 1 for h in range(heads) if not torch.equal(got[h], X[:, h * width : (h + 1) * width])]
    holds(not wrong, f"{n} tokens: not their part of every token for the heads {wrong}")
