"""Layers around attention: where the layer norm stands, what it runs over, and in which order position codes come."""

from collections.abc import Callable
from math import cos, sin

import torch

from claims.kit import cases, claim, close, exhaustion, holds, reading, rounding, show
from impls.attending import transformer
from impls.attending.attention import causal_mask, draw_self_attention, multi_head, self_attention
from impls.attending.transformer import Layer, feed_forward
from impls.broken import asked as broken

SEEDS = cases(range(4), "four of a random generator")
WIDTH, TOKENS = 4, 3
Function = Callable[[torch.Tensor], torch.Tensor]

# --- before or after --------------------------------------------------------------------------------------------------


def plain_norm(x: torch.Tensor) -> torch.Tensor:
    """Layer normalisation without gain, bias and ε, so that what is normalised already stays as it is."""
    centred = x - x.mean(-1, keepdim=True)
    return centred / centred.square().mean(-1, keepdim=True).sqrt()


def sublayers(layer: Layer, size: float) -> list[Function]:
    """What a layer adds: attention and the network at each position, both times `size`."""
    return [lambda x: size * multi_head(layer.attention, x), lambda x: size * feed_forward(layer, x)]


def after(functions: list[Function], X: torch.Tensor) -> torch.Tensor:
    """Post-norm: LayerNorm(x + f(x)), again and again."""
    for f in functions:
        X = plain_norm(X + f(X))
    return X


def before(functions: list[Function], X: torch.Tensor) -> torch.Tensor:
    """Pre-norm: x + f(LayerNorm(x)), again and again, and a norm at the end."""
    return plain_norm(added_up(functions, X))


def added_up(functions: list[Function], X: torch.Tensor) -> torch.Tensor:
    """Pre-norm without the norm at the end."""
    for f in functions:
        X = X + f(plain_norm(X))
    return X


def before_on_normed(functions: list[Function], X: torch.Tensor) -> torch.Tensor:
    """Pre-norm on tokens that are normalised first."""
    return before(functions, plain_norm(X))


Stack = Callable[[list[Function], torch.Tensor], torch.Tensor]


def drawn(seed: int, layers: int, size: float) -> tuple[list[Function], torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    functions = [f for _ in range(layers) for f in sublayers(transformer.draw(WIDTH, 2, generator), size)]
    return functions, 2 * torch.randn(TOKENS, WIDTH, generator=generator, dtype=torch.float64)


def stacked(stack: Stack, size: float = 1.0) -> dict[str, object]:
    """A reading's arguments: sublayers times `size`."""
    return {"stack": stack, "layers": cases((1, 2, 3)), "size": size, "seed": SEEDS}


def the_output_is_the_input_and_what_was_added(stack: Stack, layers: int, size: float, seed: int) -> None:
    functions, X = drawn(seed, layers, size)
    parts: list[torch.Tensor] = []

    def kept(f: Function) -> Function:
        def added(x: torch.Tensor) -> torch.Tensor:
            parts.append(f(x))
            return parts[-1]

        return added

    got = stack([kept(f) for f in functions], X)
    close(got, X + torch.stack(parts).sum(0), rounding(100, 100), "output")


@claim(
    "asked.norm-before-or-after",
    asked="GitHub, harvardnlp/annotated-transformer 2018: The text has LayerNorm(x + Sublayer(x)), the code x + "
    "Sublayer(LayerNorm(x)): are they the same? https://github.com/harvardnlp/annotated-transformer/issues/1",
    says="Layer normalisation before each sublayer, and once at the end, computes the same as after each sum.",
    expect="refuted",
    by=exhaustion(),
    as_written=reading(**stacked(before)),
    holds_for={"the sublayers add nothing": reading(**stacked(before, 0.0)), "after each sum itself": reading(**stacked(after))},
    fails_for={
        "near miss: sublayers that add a thousandth as much": reading(**stacked(before, 1e-3)),
        "near miss: the tokens normalised first, too": reading(**stacked(before_on_normed)),
    },
    altered={
        "With the norm before each sublayer, and none at the end, the output is the input and all that was added to it.": reading(
            the_output_is_the_input_and_what_was_added, **stacked(added_up)
        ),
    },
    teach="Post-norm is the paper's text, pre-norm its later code and most models since. In post-norm each sum is normalised, "
    "and a sublayer always adds to something of size 1. In pre-norm nothing is normalised on the way through: the sum grows, "
    "later sublayers count less beside it, and the gradient passes along the sum as it is, so that training needs less "
    "warming up. It needs a norm at the end.",
    not_shown="Which trains better, and with which warm-up.",
    cites=("vaswani2017", "ba2016", "xiong2020"),
)
def it_computes_what_post_norm_computes(stack: Stack, layers: int, size: float, seed: int) -> None:
    functions, X = drawn(seed, layers, size)
    got, want = stack(functions, X), after(functions, X)
    show("first token, with the norm before", got[0])
    show("first token, with the norm after", want[0])
    close(got, want, rounding(1000, 10), f"outputs of {layers} layers")


# --- what it runs over ------------------------------------------------------------------------------------------------


def none(x: torch.Tensor) -> torch.Tensor:
    """No normalisation."""
    return 1 * x


def over_all(x: torch.Tensor) -> torch.Tensor:
    """Mean and variance over tokens and features together, as LayerNorm((n, d)) has them."""
    return broken.norm_over_all(x)


def normed(norm: Function, n: tuple[int, ...] = (2, 3, 4)) -> dict[str, object]:
    """A reading's arguments: causal self-attention of n tokens, then this norm."""
    return {"norm": norm, "n": cases(n), "seed": SEEDS}


@claim(
    "asked.norm-over-tokens",
    asked="GitHub, karpathy/minGPT 2023: Should layer normalisation in a GPT run over tokens and features together instead of "
    "over the features? https://github.com/karpathy/minGPT/issues/113",
    says="A causal model stays causal if its layer normalisation runs over the tokens and features of a sequence together.",
    expect="refuted",
    by=exhaustion(),
    as_written=reading(**normed(over_all)),
    holds_for={
        "no normalisation": reading(**normed(none)),
        "a sequence of one token": reading(**normed(over_all, (1,))),
    },
    fails_for={
        "near miss: over the features, and one part in 10⁹ over all": reading(**normed(broken.norm_over_features_nearly)),
        "over the tokens, feature by feature": reading(**normed(broken.norm_over_tokens)),
    },
    altered={
        "A causal model stays causal if its layer normalisation runs over the features of each token by itself.": reading(
            **normed(plain_norm)
        ),
    },
    teach="In a Transformer every token is normalised by itself, over its features. A mean over the tokens knows what "
    "follows, so that each position reads the future through it, and it changes with the length and with padding. In torch "
    "that is LayerNorm(d), not LayerNorm((n, d)).",
    not_shown="Models that are not causal; batch normalisation in use, whose means are fixed.",
    cites=("ba2016",),
)
def no_output_knows_what_follows(norm: Function, n: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    p = draw_self_attention(WIDTH, generator)
    X = torch.randn(n, WIDTH, generator=generator, dtype=torch.float64)
    tokens = [x.clone().requires_grad_() for x in X]
    outputs = norm(self_attention(p, torch.stack(tokens), causal_mask(n)))
    for t, output in enumerate(outputs):
        gradients = torch.autograd.grad(output @ torch.arange(1.0, 1 + WIDTH, dtype=torch.float64), tokens, retain_graph=True)
        later = [s + 1 for s, gradient in enumerate(gradients) if s > t and gradient.any()]
        show(f"sizes of the derivatives of output {t + 1} with respect to each token", [float(one.norm()) for one in gradients])
        holds(not later, f"{n} tokens: output {t + 1} changes with the tokens {later}")


# --- sines and cosines ------------------------------------------------------------------------------------------------

Codes = Callable[[int, int], torch.Tensor]


def sines_first(n: int, d: int) -> torch.Tensor:
    """All sines, then all cosines, as several tutorials have them."""
    codes = transformer.position_codes(n, d)
    return torch.cat([codes[:, 0::2], codes[:, 1::2]], -1)


def sines_first_renamed(n: int, d: int) -> torch.Tensor:
    """The same with its columns put back, as a matrix behind them can do."""
    return sines_first(n, d).unflatten(-1, (2, -1)).mT.flatten(-2)


def nearly(n: int, d: int) -> torch.Tensor:
    """A near miss: too large by one part in 10⁹."""
    return (1 + 1e-9) * transformer.position_codes(n, d)


def coded(codes: Codes, n: tuple[int, ...] = (1, 5, 50), d: tuple[int, ...] = (4, 6)) -> dict[str, object]:
    """A reading's arguments: codes of n positions, d wide."""
    return {"codes": codes, "n": cases(n), "d": cases(d)}


@claim(
    "asked.sines-then-cosines",
    asked="GitHub, tensorflow/text 2023: The formula has sines and cosines in turn, the tutorial all sines first; is that a "
    "mistake? https://github.com/tensorflow/text/issues/1122",
    says="Position codes with all sines first and all cosines after them are those of the formula.",
    expect="qualified",
    by=exhaustion(),
    as_written=reading(**coded(sines_first)),
    amended={"columns may be renamed, as the weights behind them can": reading(**coded(sines_first_renamed))},
    holds_for={
        "in turn": reading(**coded(transformer.position_codes)),
        "one sine and one cosine": reading(**coded(sines_first, d=(2,))),
    },
    fails_for={
        "near miss: in turn, and too large by one part in 10⁹": reading(**coded(nearly)),
        "near miss: in turn, and each cosine at the next rate": reading(**coded(broken.cosines_at_the_next_rate, (5, 50))),
    },
    altered={
        "Position codes whose cosines turn at a slower rate than their sines are those of the formula, columns renamed.": reading(
            **coded(broken.cosines_at_the_next_rate, (5, 50))
        ),
    },
    teach="The order of the columns is a matter of taste: a matrix follows that can undo any. What the formula is made for is "
    "that the sine and the cosine of one rate are both there, wherever they stand: the code k positions on is then the code "
    "here, each pair turned by an angle that depends on k alone. With a rate of its own for each cosine that is lost.",
    not_shown="Codes that are read without a matrix behind them.",
    cites=("vaswani2017",),
)
def the_codes_are_those_of_the_formula(codes: Codes, n: int, d: int) -> None:
    want = torch.tensor([
        [(sin, cos)[j % 2](t / 10_000 ** ((j - j % 2) / d)) for j in range(d)] for t in range(n)
    ], dtype=torch.float64)  # fmt: skip
    got = codes(n, d)
    show("codes of the last position", got[-1])
    show("by the formula", want[-1])
    close(got, want, rounding(100, n), f"codes of {n} positions, {d} wide")
