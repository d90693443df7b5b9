"""What a softmax makes of scores, and what the layer would be without it."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import numpy as np
import torch
from hypothesis import strategies as st

from claims.kit import cases, claim, close, domain, exhaustion, holds, only, reading, rounding, show
from claims.kit.domains import vectors, whole
from claims.subjects.contexts import keys_of_one_length
from impls.attending import attention

# --- the weights of a query -------------------------------------------------------------------------------------------

Weigh = Callable[[torch.Tensor], torch.Tensor]
WIDE, MODEST = vectors(size=(1, 4), entries=(-1000, 1000)), vectors(size=(1, 4), entries=(-350, 350))


def softmax(scores: torch.Tensor) -> torch.Tensor:
    """The weights of one query of width 1, whose keys are the scores: (n) to (n)."""
    return attention.weights(torch.ones(1, 1, dtype=scores.dtype), scores[:, None])[0]


def softmax_nearly(scores: torch.Tensor) -> torch.Tensor:
    """A near miss: every weight too large by one part in 10⁹."""
    return (1 + 1e-9) * softmax(scores)


def exponentials(scores: torch.Tensor) -> torch.Tensor:
    """Nothing is divided by their sum. What all have in common is left out, so that nothing overflows."""
    return (scores - scores.max()).exp()


def shares(scores: torch.Tensor) -> torch.Tensor:
    """Each score's part of their sum, as if they were weights already."""
    return scores / scores.sum()


def all_to_the_best(scores: torch.Tensor) -> torch.Tensor:
    """The first of the greatest scores gets everything."""
    return torch.nn.functional.one_hot(scores.argmax(), len(scores)).to(scores.dtype)


def a_key_is_given_one_in_all(queries: np.ndarray, keys: np.ndarray) -> None:
    """By all queries together. Queries and keys are numbers, (n) each."""
    Q, K = (torch.from_numpy(one)[:, None] for one in (queries, keys))
    given = attention.weights(Q, K).sum(0)
    close(given, np.ones(len(keys)), rounding(100), "what the keys are given in all")


@claim(
    "weights.positive-and-sum-to-one",
    says="The weights of a query are all positive and add up to one.",
    lines=(18,),
    expect="qualified",
    as_written=reading(weigh=softmax, scores=WIDE),
    amended={"no two scores are more than 700 apart": reading(weigh=softmax, scores=MODEST)},
    fails_for={
        "near miss: every weight too large by one part in 10⁹": reading(weigh=softmax_nearly, scores=MODEST),
        "exponentials that nothing is divided by": reading(weigh=exponentials, scores=MODEST),
        "all the weight for the best key": reading(weigh=all_to_the_best, scores=MODEST),
    },
    altered={
        "What all queries together give to a key adds up to one.": reading(
            a_key_is_given_one_in_all, queries=vectors(size=(2, 2)), keys=vectors(size=(2, 2))
        ),
    },
    teach="On paper eˣ is never 0, so that every token gets something. In float64 e⁻⁷⁴⁶ is 0: a token whose score is so far "
    "behind is not read at all, and nothing flows back to it. A mask makes use of that, with scores of -∞.",
    not_shown="Scores in float32, where less will do.",
    cites=("vaswani2017",),
)
def the_weights_are_positive_and_add_up_to_one(weigh: Weigh, scores: np.ndarray) -> None:
    alpha = weigh(torch.from_numpy(scores))
    show("weights", alpha)
    holds(bool((alpha > 0).all()), "a weight is not positive")
    close(alpha.sum(), 1.0, rounding(100), "sum of the weights")


# --- one number for all scores ----------------------------------------------------------------------------------------

Change = Callable[[torch.Tensor, int], torch.Tensor]
SOME = vectors(size=(2, 4))
BY = whole(-20, 20)


def all_raised(scores: torch.Tensor, by: int) -> torch.Tensor:
    return scores + by


def all_raised_one_nearly(scores: torch.Tensor, by: int) -> torch.Tensor:
    """A near miss: the first is raised by one part in 10⁹ more."""
    return scores + by + 1e-9 * by * (torch.arange(len(scores)) == 0)


def all_multiplied(scores: torch.Tensor, by: int) -> torch.Tensor:
    return scores * by


@claim(
    "weights.same-for-raised-scores",
    says="Raising all scores of a query by the same number changes none of its weights.",
    lines=(19,),
    expect="supported",
    as_written=reading(weigh=softmax, change=all_raised, scores=SOME, by=BY),
    fails_for={
        "near miss: one of them by one part in 10⁹ more": reading(
            weigh=softmax, change=all_raised_one_nearly, scores=SOME, by=BY
        ),
        "near miss: shares of the sum, that of all raised by a billionth": reading(
            weigh=shares, change=all_raised, scores=only(np.array([1.0, 2.0]), "1 and 2"), by=only(1e-9, "10⁻⁹")
        ),
    },
    altered={
        "Multiplying all scores of a query by the same number changes none of its weights.": reading(
            weigh=softmax, change=all_multiplied, scores=SOME, by=whole(2, 20)
        ),
    },
    teach="e^(s+c) = e^s e^c, and e^c is in every term above and below the bar. Programs take the greatest score off before "
    "they take exponentials, so that none overflows. Only differences of scores count; a factor sharpens or flattens.",
    not_shown="Rounding where the number is so large that the scores lose digits beside it.",
    cites=("vaswani2017",),
)
def the_weights_stay(weigh: Weigh, change: Change, scores: np.ndarray, by: int) -> None:
    S = torch.from_numpy(scores)
    got, want = weigh(change(S, by)), weigh(S)
    show("weights before", want)
    show("weights after", got)
    close(got, want, rounding(200), "weights after the change")


# --- the variance of a score ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entries:
    """How the entries of a query and a key are drawn: one above their mean or one below it, so that their variance is one. Where
    they are `tied` the key is the query itself."""

    mean: int = 0
    tied: bool = False

    def __str__(self) -> str:
        return f"mean {self.mean}, {'the key being the query' if self.tied else 'all independent'}"

    def scores(self, width: int) -> list[int]:
        """The inner products of all queries and keys that are as likely as each other."""
        values = self.mean - 1, self.mean + 1
        pairs = [[(a, a) for a in values] if self.tied else list(product(values, values))] * width
        return [sum(a * b for a, b in drawn) for drawn in product(*pairs)]


Square = Callable[[int], Fraction]
WIDTHS = cases((1, 2, 4))
INDEPENDENT = Entries()
EVERY = cases([INDEPENDENT, Entries(mean=1), Entries(tied=True)], f"{INDEPENDENT}; {Entries(mean=1)}; {Entries(tied=True)}")


def by_the_root(width: int) -> Fraction:
    """The square of what an inner product is divided by."""
    return Fraction(width)


def by_the_root_nearly(width: int) -> Fraction:
    """A near miss: larger by one part in 10⁹."""
    return width * (1 + Fraction(1, 10**9))


def by_the_width(width: int) -> Fraction:
    return Fraction(width) ** 2


def by_nothing(width: int) -> Fraction:
    return Fraction(1)


@claim(
    "weights.variance-of-a-score",
    says="When the entries of queries and keys have variance one, dividing by the root of the width keeps the variance of "
    "every score at one.",
    lines=(13,),
    expect="qualified",
    by=exhaustion(),
    as_written=reading(square=by_the_root, entries=EVERY, width=WIDTHS),
    amended={
        "the entries are independent and their mean is zero": reading(square=by_the_root, entries=INDEPENDENT, width=WIDTHS),
    },
    fails_for={
        "near miss: divided by a little more": reading(square=by_the_root_nearly, entries=INDEPENDENT, width=WIDTHS),
        "divided by the width": reading(square=by_the_width, entries=INDEPENDENT, width=cases((2, 4))),
        "not divided": reading(square=by_nothing, entries=INDEPENDENT, width=cases((2, 4))),
    },
    altered={
        "Independent entries whose variance is one give scores of variance one, whatever their mean.": reading(
            square=by_the_root,
            entries=cases([Entries(mean=m) for m in (0, 1, 2)], "mean 0, 1 or 2, all independent"),
            width=WIDTHS,
        ),
    },
    teach="Of independent entries of mean μ each product has variance 1 + 2μ², so that zero mean is needed as well; of a "
    "query that is its own key the products of ±1 do not vary at all. It is a reason for the scale at the start of training, "
    "and says nothing of trained queries and keys.",
    not_shown="Entries that are neither independent nor equal.",
    cites=("vaswani2017",),
)
def the_variance_of_a_score_is_one(square: Square, entries: Entries, width: int) -> None:
    """Exact, over all queries and keys."""
    products = entries.scores(width)
    mean = Fraction(sum(products), len(products))
    variance = sum((one - mean) ** 2 for one in products) / len(products) / square(width)
    show("variance of a score", str(variance))
    holds(variance == 1, f"{entries}, width {width}: the variance of a score is {variance}")


# --- queries and keys from one matrix ---------------------------------------------------------------------------------


def counts(*shape: int) -> st.SearchStrategy[np.ndarray]:
    """Arrays of that shape, of whole numbers from -2 to 2: what falls among them can be worked out on a board."""
    number = int(np.prod(shape))
    return st.lists(st.integers(-2, 2), min_size=number, max_size=number).map(lambda drawn: np.array(drawn, float).reshape(shape))


@domain("2×2 matrices of whole numbers from -2 to 2")
def two_by_two() -> st.SearchStrategy[np.ndarray]:
    return counts(2, 2)


@domain("{tokens} tokens of two whole numbers from -2 to 2")
def tokens_of_two(tokens: tuple[int, int]) -> st.SearchStrategy[np.ndarray]:
    return st.integers(*tokens).flatmap(lambda n: counts(n, 2))


IDENTITY = only(np.eye(2), "[1 0; 0 1]")


def two_tokens_have_one_score(matrix: np.ndarray, tokens: np.ndarray) -> None:
    """Before the softmax: what the first has for the second, and the second for the first."""
    projected = torch.from_numpy(tokens @ matrix.T)
    scores = projected @ projected.T
    close(scores, scores.T, rounding(100, float(scores.abs().max())), "scores, and the scores the other way")


@claim(
    "weights.mutual-from-one-matrix",
    says="When queries and keys come from the same matrix, any two tokens give each other the same weight.",
    lines=(20,),
    expect="refuted",
    contrary=("all tokens are of one length",),
    as_written=reading(matrix=two_by_two(), tokens=tokens_of_two(tokens=(2, 3))),
    amended={"all tokens are of one length": reading(matrix=IDENTITY, tokens=keys_of_one_length(tokens=(2, 4)))},
    holds_for={
        "two tokens of one length": reading(matrix=IDENTITY, tokens=keys_of_one_length(tokens=(2, 2))),
        "a matrix of zeros": reading(matrix=only(np.zeros((2, 2)), "[0 0; 0 0]"), tokens=tokens_of_two(tokens=(2, 3))),
    },
    fails_for={
        "near miss: two tokens, one of them longer by one part in 10⁹": reading(
            matrix=IDENTITY, tokens=only(np.diag([1, 1 + 1e-9]), "(1, 0) and (0, 1 + 10⁻⁹)")
        ),
    },
    altered={
        "When queries and keys come from the same matrix, any two tokens have the same score for each other.": reading(
            two_tokens_have_one_score, matrix=two_by_two(), tokens=tokens_of_two(tokens=(2, 3))
        ),
    },
    teach="The scores are a symmetric table, the weights are not: softmax divides each row by its own sum. A long token "
    "finds all its scores spread out, a short one finds them close together. So a weight says how much one token reads of "
    "another, and not how close the two are.",
    not_shown="Other ways to normalise, by rows and columns for instance.",
    cites=("vaswani2017",),
)
def two_tokens_give_each_other_the_same_weight(matrix: np.ndarray, tokens: np.ndarray) -> None:
    projected = torch.from_numpy(tokens @ matrix.T)
    weights = attention.weights(projected, projected)
    show("scores", projected @ projected.T / 2**0.5)
    show("weights, a row for each token that reads", weights)
    close(weights, weights.T, rounding(100), "weights, and the weights the other way")


# --- without the softmax ----------------------------------------------------------------------------------------------

Layer = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
TABLE = torch.tensor([[0.5, 0.25, 1.0], [2.0, -1.0, 0.5], [0.0, 1.0, 1.0]], dtype=torch.float64)


def without_softmax(W: torch.Tensor, X: torch.Tensor) -> torch.Tensor:
    """(X Wᵀ)(X Wᵀ)ᵀ(X Wᵀ): queries, keys and values by one matrix, and the scores as they are."""
    projected = X @ W.T
    return projected @ projected.T @ projected


def by_a_fixed_table(W: torch.Tensor, X: torch.Tensor) -> torch.Tensor:
    """The weights stand fixed, whatever the tokens are."""
    return TABLE[: len(X), : len(X)] @ X @ W.T


def by_a_fixed_table_nearly(W: torch.Tensor, X: torch.Tensor) -> torch.Tensor:
    """A near miss: a billionth of the true product is mixed in."""
    return by_a_fixed_table(W, X) + 1e-9 * without_softmax(W, X)


@domain("two rows of {tokens} tokens, each of two whole numbers from -2 to 2")
def two_rows(tokens: tuple[int, int]) -> st.SearchStrategy[np.ndarray]:
    """(2, n, 2)."""
    return st.integers(*tokens).flatmap(lambda n: counts(2, n, 2))


ANY = {"matrix": two_by_two(), "rows": two_rows(tokens=(1, 3))}


def three_times_as_fast(layer: Layer, matrix: np.ndarray, rows: np.ndarray) -> None:
    """Doubling all tokens makes the output eight times as large."""
    W, X = torch.from_numpy(matrix), torch.from_numpy(rows[0])
    got, want = layer(W, 2 * X), 8 * layer(W, X)
    close(got, want, rounding(200, float(want.abs().max())), "output of tokens twice as large")


@claim(
    "weights.linear-without-softmax",
    says="Without its softmax self-attention is a linear map of its tokens.",
    lines=(21,),
    expect="refuted",
    contrary=("there is one token",),
    as_written=reading(layer=without_softmax, **ANY),
    amended={"there is one token": reading(layer=without_softmax, matrix=two_by_two(), rows=two_rows(tokens=(1, 1)))},
    holds_for={"weights that stand fixed, whatever the tokens are": reading(layer=by_a_fixed_table, **ANY)},
    fails_for={
        "near miss: weights that stand fixed, and a billionth of the true ones": reading(layer=by_a_fixed_table_nearly, **ANY),
    },
    altered={
        "Without its softmax self-attention is eight times as large for tokens twice as large.": reading(
            three_times_as_fast, layer=without_softmax, **ANY
        ),
    },
    teach="It is linear in the values once queries and keys are given, with a softmax or without. But all three come from "
    "the tokens: what remains is a product of three factors that each grow with them, a cubic. So the nonlinearity is in the "
    "product.",
    not_shown="Layers in which queries and keys come from another text than the values.",
    cites=("vaswani2017",),
)
def it_is_additive(layer: Layer, matrix: np.ndarray, rows: np.ndarray) -> None:
    W, X, Y = (torch.from_numpy(one) for one in (matrix, *rows))
    got, want = layer(W, X + Y), layer(W, X) + layer(W, Y)
    show("output for the sum of both rows", got)
    show("sum of their outputs", want)
    close(got, want, rounding(200, float(max(got.abs().max(), want.abs().max()))), "output for the sum of both rows")
