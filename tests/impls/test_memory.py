"""impls.counting.memory: what is saved for backward, on computations small enough to say what that is."""

from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from impls.counting import memory
from impls.recurrent import elman, lstm
from tests.impls.drawn import generator

n = 7
X = torch.ones(n, dtype=torch.float64)


@dataclass(frozen=True)
class Weight:
    W: Tensor


@pytest.mark.parametrize(
    ("f", "saved"),
    [
        pytest.param(lambda x: x + 1, 0, id="a sum saves nothing"),
        pytest.param(lambda x: x * x, 0, id="inputs do not count"),
        pytest.param(lambda x: x.exp(), n, id="an output counts"),
        pytest.param(lambda x: x.exp().exp(), 2 * n, id="and so does what is between"),
        pytest.param(lambda x: (y := x + 1) * y * y, 2 * n, id="what is saved twice counts once, and the product beside it"),
        pytest.param(lambda x: (y := x + 1)[:2] * y[2:4], n, id="parts of a storage count once, and as the whole storage"),
        pytest.param(lambda x: x * torch.full_like(x, 2.0), n, id="constants made on the way count"),
        pytest.param(lambda x: x.detach().exp(), 0, id="what needs no gradient is not saved"),
    ],
)
def test_saved(f, saved):
    assert memory.saved_bytes(f, X) == 8 * saved


def test_parameters_are_inputs():
    p = Weight(torch.ones(3, n, dtype=torch.float64))
    assert memory.saved_bytes(lambda p, x: p.W @ x, p, X) == 0
    assert memory.saved_bytes(lambda x: p.W @ x, X) == 8 * 3 * n


def test_a_recurrence_saves_as_much_again_for_every_step():
    for cell, run in ((elman, elman.run), (lstm, lambda p, xs: lstm.run(p, xs)[0])):
        p = cell.draw(4, 3, generator(0))
        saved = [memory.saved_bytes(run, p, torch.ones(steps, 3, dtype=torch.float64)) for steps in (2, 3, 4, 8)]
        step = saved[1] - saved[0]
        assert step > 0
        assert saved == [saved[0] + k * step for k in (0, 1, 2, 6)]


def test_the_largest_tensor_may_come_up_on_the_way_back():
    assert memory.largest(lambda x: x[:2].exp(), X) == n
    assert memory.largest(lambda x: torch.outer(x, x).sum(), X) == n * n


def test_an_input_that_nothing_depends_on_is_no_obstacle():
    assert memory.largest(lambda x, y: x.exp(), X[:2], X) == 2
