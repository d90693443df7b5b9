"""What d floating-point numbers can hold: two recurrences that keep a document to the last token.

    V     number of words; a token is an id from 0 to V - 1
    S     distinct finite values of the format, +0 and -0 taken as one
    n*    = ⌊d · log2 S / log2 V⌋, the greatest n with V^n <= S^d

Up to n* tokens there are as many states as documents, and `step` below gives each document its own. Beyond n* two documents
share a state, whatever the recurrence (pigeonhole). For an LSTM d counts h and C.

Packing. The state is one whole number N < S^d, written in d digits of base S; digit r is the r-th finite value of the format,
counted from 0 upwards and then through the negative ones. A token is taken in by

    N  <-  N · V + token

by long multiplication, the carry passing from coordinate to coordinate. It is a recurrence over d floats, not a neural cell.

Spiral. An Elman network whose W_h shifts every coordinate one place on and feeds the last back into the first, divided by V;
W_x = scale · e_1, b = 0. After n tokens coordinate k holds scale · (a_0 + a_1/V + a_2/V² + …), the tokens of age k, k + d,
k + 2d, …: as many of them as the mantissa has room for, where V is a power of two. The scale is so small that tanh leaves
the numbers alone (see impls.recurrent.constructive, whose register is the spiral without its edge back to the first).
"""

from collections.abc import Sequence
from functools import reduce
from math import log

import torch
from jaxtyping import Float
from torch import Tensor

from impls.recurrent.elman import Elman
from impls.recurrent.linear import shift_register

SCALE = 2.0**-60  # tanh(u) rounds to u in float64, too, where impls.recurrent.constructive's 2^-40 is now and then one bit off

_PATTERN = {1: torch.int8, 2: torch.int16, 4: torch.int32, 8: torch.int64}  # by size in bytes


def _largest(dtype: torch.dtype) -> int:
    """The bit pattern of the largest finite number; those from 0 up to it are the non-negative ones in order."""
    return int(torch.tensor(torch.finfo(dtype).max, dtype=dtype).view(_PATTERN[dtype.itemsize]))


def values(dtype: torch.dtype) -> int:
    """S: the distinct finite numbers of a format."""
    return 2 * _largest(dtype) + 1


def longest(d: int, dtype: torch.dtype, vocabulary: int) -> int:
    """n*, in whole numbers."""
    states = values(dtype) ** d
    n = int(log(states) / log(vocabulary)) + 1  # rounding may put the quotient one off
    while vocabulary**n > states:
        n -= 1
    return n


def digits(state: Float[Tensor, " d"]) -> list[int]:
    """The place of each number among the finite ones of its format."""
    dtype = state.dtype
    top, lowest = _largest(dtype), torch.iinfo(_PATTERN[dtype.itemsize]).min
    return [bits if bits >= 0 else bits - lowest + top for bits in state.view(_PATTERN[dtype.itemsize]).tolist()]


def floats(places: Sequence[int], dtype: torch.dtype) -> Float[Tensor, " d"]:
    """The numbers at these places."""
    top, lowest = _largest(dtype), torch.iinfo(_PATTERN[dtype.itemsize]).min
    bits = [place if place <= top else place - top + lowest for place in places]
    return torch.tensor(bits, dtype=_PATTERN[dtype.itemsize]).view(dtype)


def step(state: Float[Tensor, " d"], token: int, vocabulary: int) -> Float[Tensor, " d"]:
    """N · V + token. What is carried out of the last coordinate is lost."""
    base, carry, following = values(state.dtype), token, []
    for digit in digits(state):
        if digit or carry:
            carry, digit = divmod(digit * vocabulary + carry, base)
        following.append(digit)
    return floats(following, state.dtype)


def pack(tokens: Sequence[int], d: int, dtype: torch.dtype, vocabulary: int) -> Float[Tensor, " d"]:
    """The state after the last token, from a state of zeros."""
    return reduce(lambda state, token: step(state, token, vocabulary), tokens, torch.zeros(d, dtype=dtype))


def unpack(state: Float[Tensor, " d"], n: int, vocabulary: int) -> list[int]:
    """The n tokens in a state, in the order in which they came."""
    base = values(state.dtype)
    return _in_base(vocabulary, reduce(lambda N, digit: N * base + digit, reversed(digits(state)), 0), n)


def _in_base(base: int, number: int, count: int) -> list[int]:
    """The last `count` digits of a number, the last digit last."""
    found = []
    for _ in range(count):
        number, digit = divmod(number, base)
        found.append(digit)
    return found[::-1]


def spiral_rnn(d: int, vocabulary: int, dtype: torch.dtype, scale: float = SCALE) -> Elman:
    """A tanh network d wide that keeps several tokens in each number."""
    W_h, W_x = shift_register(d, dtype), torch.zeros(d, 1, dtype=dtype)
    W_h[0, -1], W_x[0, 0] = 1 / vocabulary, scale
    return Elman(W_h, W_x, torch.zeros(d, dtype=dtype))


def read_spiral(h: Float[Tensor, " d"], n: int, vocabulary: int, scale: float = SCALE) -> list[int]:
    """The n tokens in a spiral's state, in the order in which they came: as many as went in, for 0 is a token too."""
    tokens = [0] * n
    for k, number in enumerate(h.tolist()):
        ages = range(k, n, len(h))
        packed = round(number / scale * vocabulary ** max(len(ages) - 1, 0))
        for age, token in zip(ages, _in_base(vocabulary, packed, len(ages)), strict=True):
            tokens[n - 1 - age] = token
    return tokens
