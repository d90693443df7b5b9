"""impls.recurrent.bidirectional against torch.nn.LSTM(bidirectional=True), and what each half may read."""

from functools import partial

import torch
from hypothesis import given
from torch.func import functional_call

from impls.recurrent import bidirectional, elman, lstm
from tests.impls.drawn import TOLERANCE, gap, generator, leaf, seeds, sequence, shapes


def torch_weights(p, suffix):
    """An LSTM's parameters under torch.nn's names for one direction."""
    d = len(p.b_f)
    W, b = torch.cat([p.W_i, p.W_f, p.W_C, p.W_o]), torch.cat([p.b_i, p.b_f, p.b_C, p.b_o])
    values = W[:, :d], W[:, d:], b, torch.zeros_like(b)
    names = "weight_hh_l0", "weight_ih_l0", "bias_ih_l0", "bias_hh_l0"
    return {name + suffix: value for name, value in zip(names, values, strict=True)}


@given(shapes(), seeds())
def test_states_are_those_of_torch(shape, seed):
    rng = generator(seed)
    p, q = (lstm.draw(shape.d, shape.m, rng) for _ in range(2))
    xs = sequence(shape, rng)
    ours = bidirectional.run(lambda xs: lstm.run(p, xs)[0], lambda xs: lstm.run(q, xs)[0], xs)
    layer = torch.nn.LSTM(shape.m, shape.d, bidirectional=True, dtype=torch.float64)
    weights = torch_weights(p, "") | torch_weights(q, "_reverse")
    theirs, _ = functional_call(layer, weights, (xs.reshape(shape.n, -1, shape.m),))
    assert gap(ours, theirs.reshape(ours.shape)) < TOLERANCE


@given(shapes(n=(3, 8)), seeds())
def test_one_half_reads_the_past_the_other_the_future(shape, seed):
    rng = generator(seed)
    directions = [partial(elman.run, elman.draw(shape.d, shape.m, rng)) for _ in range(2)]
    tokens = [leaf(x) for x in sequence(shape, rng)]
    middle = shape.n // 2
    past, future = bidirectional.run(*directions, tokens)[middle].tensor_split([shape.d], dim=-1)
    for half, expected in (past, range(middle + 1)), (future, range(middle, shape.n)):
        reach = torch.autograd.grad(half.sum(), tokens, retain_graph=True)  # both halves go through one cat
        assert [t for t, g in enumerate(reach) if g.any()] == list(expected)
