"""What heads, masks and position codes do, and what they cost."""

from collections.abc import Callable

import numpy as np
import torch

from claims.kit import at_most, cases, claim, close, exhaustion, less_than, only, reading, rounding, search, show
from claims.kit.domains import matrices, seeds, whole
from impls.attending import attention
from impls.attending.attention import causal_mask, draw_multi_head, draw_self_attention, multi_head
from impls.attending.transformer import position_codes
from impls.broken import attention as broken
from impls.counting.graph import trace

# --- any table of scores ----------------------------------------------------------------------------------------------

THREE = matrices(size=(3, 3))


@claim(
    "layers.any-table-of-scores",
    says="A head can have any table of scores, one number for each pair of tokens.",
    lines=(25,),
    expect="qualified",
    as_written=reading(table=matrices(size=(2, 3)), width=whole(1, 4)),
    amended={"it is at least as wide as there are tokens": reading(table=matrices(size=(2, 3)), width=whole(3, 4))},
    fails_for={
        "near miss: a table whose rank is three by a billionth, and a head two wide": reading(
            table=only(np.diag([1.0, 1.0, 1e-9]), "ones and 10⁻⁹ on the diagonal"), width=2
        ),
    },
    altered={
        "A head one narrower than there are tokens can have any table of scores.": reading(table=THREE, width=2),
        "A head half as wide as there are tokens can have any table of scores.": reading(table=matrices(size=(2, 2)), width=1),
    },
    teach="A table Q Kᵀ of queries and keys d wide has rank d at most. A head of width 64 that reads 512 tokens chooses "
    "among few of the tables there are. Where the width is that of the text any table will do: take the table itself for "
    "queries, and unit vectors for keys.",
    not_shown="Weights instead of scores: softmax forgives a number a row. Whether tokens and projections yield such queries.",
    cites=("bhojanapalli2020",),
)
def some_queries_and_keys_have_these_scores(table: np.ndarray, width: int) -> None:
    """The best that this width can do, by singular values (Eckart & Young 1936)."""
    U, sizes, V = np.linalg.svd(table)
    Q, K = U[:, :width] * sizes[:width] * width**0.5, V[:width].T
    scores = Q @ K.T / width**0.5
    show("singular values of the table", sizes)
    close(scores, table, rounding(1000, float(sizes.max())), f"scores of queries and keys {width} wide")


# --- several heads ----------------------------------------------------------------------------------------------------

WIDTH = 8
Count = Callable[[int, int], dict[str, int]]


def products(heads: int, n: int, width: int = WIDTH) -> dict[str, int]:
    """The parameters of a layer, and the operations in its matrix products for n tokens."""
    p = draw_multi_head(width, heads, torch.Generator().manual_seed(0))
    traced = trace(lambda X: multi_head(p, X), torch.ones(n, width, dtype=torch.float64))
    numbers = sum(part.numel() for part in (p.W_q, p.W_k, p.W_v, p.W_o))
    return {"parameters": numbers, "operations in products": traced.work_of("product")}


def whole_heads(heads: int, n: int) -> dict[str, int]:
    """Each head as wide as the single one."""
    one = products(1, n)
    return {what: heads * number for what, number in one.items()}


def one_number_more(heads: int, n: int) -> dict[str, int]:
    """A near miss: a number of its own for each head, as for a temperature."""
    found = products(heads, n)
    return found | {"parameters": found["parameters"] + heads}


def all_operations(heads: int, n: int) -> dict[str, int]:
    """Everything that is computed, the softmax of each head as well."""
    p = draw_multi_head(WIDTH, heads, torch.Generator().manual_seed(0))
    return {"operations": trace(lambda X: multi_head(p, X), torch.ones(n, WIDTH, dtype=torch.float64)).work}


SEVERAL, TOKENS = cases((2, 4, 8)), cases((1, 3, 16))


@claim(
    "layers.several-heads-are-free",
    says="Cutting one head into several adds neither parameters nor multiplications of matrices' entries.",
    lines=(27,),
    expect="supported",
    by=exhaustion(),
    as_written=reading(count=products, heads=SEVERAL, n=TOKENS),
    fails_for={
        "near miss: one number more for each head": reading(count=one_number_more, heads=SEVERAL, n=TOKENS),
        "heads as wide as the single one": reading(count=whole_heads, heads=SEVERAL, n=TOKENS),
    },
    altered={
        "Cutting one head into several adds no operation of any kind.": reading(count=all_operations, heads=SEVERAL, n=TOKENS),
    },
    teach="h heads of width d/h have h·(d/h) = d columns in all, and their products add up to those of one head. What grows "
    "with h is the number of softmaxes: h tables of n² weights instead of one, in work and in memory.",
    not_shown="Time. Many small products may take longer than a few large ones.",
    cites=("vaswani2017",),
)
def it_is_as_for_one_head(count: Count, heads: int, n: int) -> None:
    got, want = count(heads, n), count(1, n)
    for what, number in got.items():
        show(f"{what}, {heads} heads", number)
        show(f"{what}, one head", want[what])
        at_most(number, want[what], f"{what} of {heads} heads")


# --- the mask of a decoder --------------------------------------------------------------------------------------------

Attend = Callable[[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]
Mask = Callable[[int], torch.Tensor]
Place = Callable[[int], int]


def last(n: int) -> int:
    return n - 1


def first(n: int) -> int:
    return 0


def masked(attend: Attend = attention.attend, mask: Mask = causal_mask, changed: Place = last) -> dict[str, object]:
    """A reading's arguments: the token at one place becomes another."""
    return {"attend": attend, "mask": mask, "changed": changed, "n": whole(2, 5), "seed": seeds()}


@claim(
    "layers.mask-hides-what-follows",
    says="Under a causal mask the output at a position never depends on the tokens behind it.",
    lines=(29,),
    expect="supported",
    by=search(cases=60),
    as_written=reading(**masked()),
    fails_for={
        "near miss: a billionth of the output is read from everywhere": reading(**masked(attend=broken.mask_forgotten_nearly)),
        "a mask that lets one more token through": reading(**masked(mask=broken.mask_off_by_one)),
        "no mask": reading(**masked(attend=broken.mask_forgotten)),
    },
    altered={
        "Under a causal mask the output at a position never depends on the tokens before it.": reading(**masked(changed=first)),
    },
    teach="So a decoder can be trained at all positions of a text at once, and when it writes, keys and values of what is "
    "written already can be kept.",
    not_shown="What flows back: the gradient of a token comes from the outputs behind it. Layers on top of each other, which "
    "keep it up if all of them are masked.",
    cites=("vaswani2017",),
)
def the_others_stay(attend: Attend, mask: Mask, changed: Place, n: int, seed: int) -> None:
    """A token is exchanged, and all outputs on the side that must not notice are compared."""
    generator = torch.Generator().manual_seed(seed)
    p = draw_self_attention(2, generator)
    X, other = torch.randn(2, n, 2, generator=generator, dtype=torch.float64)
    place = changed(n)
    Y = torch.where((torch.arange(n) == place)[:, None], 3 + other, X)
    before, after = (attend(Z @ p.W_q.T, Z @ p.W_k.T, Z @ p.W_v.T, mask(n)) for Z in (X, Y))
    kept = [t for t in range(n) if t != place]
    show("outputs before", before[kept])
    show("outputs after", after[kept])
    close(after[kept], before[kept], rounding(100, 10), f"outputs at the other positions of {n}")


# --- sines and cosines ------------------------------------------------------------------------------------------------

Codes = Callable[[int, int], torch.Tensor]
POSITIONS = 50


def codes_that_drift(n: int, d: int) -> torch.Tensor:
    """A near miss: a billionth more at every position."""
    return position_codes(n, d) + 1e-9 * torch.arange(n, dtype=torch.float64)[:, None]


def codes_of_squares(n: int, d: int) -> torch.Tensor:
    """Those of the positions 0, 1, 4, 9 and so on."""
    return position_codes((n - 1) ** 2 + 1, d)[[t * t for t in range(n)]]


def moving_on_adds_the_same(codes: Codes, width: int, by: int) -> None:
    P = codes(POSITIONS, width)
    moved = P[by:] - P[:-by]
    close(moved, moved[:1].expand_as(moved), rounding(1000), f"what {by} positions add")


EVEN = cases((2, 4, 8, 64))


@claim(
    "layers.moving-on-is-linear",
    says="With codes of sines and cosines, moving on by some positions is the same linear map wherever one stands.",
    lines=(34,),
    expect="supported",
    by=search(cases=100),
    as_written=reading(codes=position_codes, width=EVEN, by=whole(1, 20)),
    fails_for={
        "near miss: codes that drift by a billionth a position": reading(codes=codes_that_drift, width=EVEN, by=whole(1, 20)),
        "codes of the squares of positions": reading(codes=codes_of_squares, width=EVEN, by=whole(1, 20)),
        "near miss: an odd width, whose last cosine is cut off": reading(
            codes=position_codes, width=cases((1, 3)), by=whole(1, 20)
        ),
    },
    altered={
        "With codes of sines and cosines, moving on by some positions adds the same vector wherever one stands.": reading(
            moving_on_adds_the_same, codes=position_codes, width=EVEN, by=whole(1, 20)
        ),
    },
    teach="A pair (sin tω, cos tω) turns by the angle kω when t grows by k: a rotation that does not know t. The map is a "
    "row of such rotations, one for each pair, and a layer may learn it.",
    not_shown="That trained layers make use of it.",
    cites=("vaswani2017",),
)
def moving_on_is_one_map(codes: Codes, width: int, by: int) -> None:
    """Each pair is turned by `by` times the angle at which position 1 stands."""
    P = torch.nn.functional.pad(codes(POSITIONS, width), (0, width % 2))
    sines, cosines = P[:, 0::2], P[:, 1::2]
    angles = by * torch.atan2(sines[1], cosines[1])
    turned = torch.stack([
        sines * angles.cos() + cosines * angles.sin(), cosines * angles.cos() - sines * angles.sin()
    ], -1).flatten(1)[:-by, :width]  # fmt: skip
    got = P[by:, :width]
    show(f"codes of positions {by} and {by + 1}", got[:2])
    show("codes of positions 0 and 1, moved on", turned[:2])
    close(got, turned, rounding(1000), f"codes {by} positions on")


Distances = cases(range(1, 100), "from 1 to 99 positions apart, and one more")


@claim(
    "layers.product-falls-with-distance",
    says="The farther apart two positions are, the smaller the inner product of their codes of sines and cosines.",
    lines=(35,),
    expect="qualified",
    by=exhaustion(),
    as_written=reading(width=cases((2, 8, 64, 512)), distance=Distances),
    amended={
        "the codes are 512 wide and the positions at most 43 apart": reading(
            width=512, distance=cases(range(1, 43), "from 1 to 42 positions apart, and one more")
        ),
    },
    fails_for={
        "near miss: one position farther": reading(width=512, distance=cases([43], "43 positions apart, and one more")),
        "near miss: codes of half the width": reading(
            width=256, distance=cases(range(1, 43), "from 1 to 42 positions apart, and one more")
        ),
    },
    altered={
        "Wherever the codes are 512 wide, the product falls with the distance.": reading(width=512, distance=Distances),
        "Up to 43 positions apart the product falls with the distance, however wide the codes.": reading(
            width=cases((2, 8, 64, 512)), distance=cases(range(1, 43), "from 1 to 42 positions apart, and one more")
        ),
    },
    teach="It is a sum of cosines, Σ cos(kω_i), and does not know on which side the other position lies. Cosines come back: "
    "two entries rise again after three positions, and codes of 512 entries after 43. Say that neighbours have similar "
    "codes, and that the product tells nothing far off.",
    not_shown="What attention makes of it: queries and keys are projections of codes, not the codes.",
    cites=("vaswani2017",),
)
def one_more_position_makes_it_smaller(width: int, distance: int) -> None:
    P = position_codes(distance + 2, width)
    near, far = (float(P[0] @ P[t]) for t in (distance, distance + 1))
    show(f"inner product {distance} apart", near)
    show(f"inner product {distance + 1} apart", far)
    less_than(far, near - rounding(1000, width), f"inner product {distance + 1} apart, width {width}")
