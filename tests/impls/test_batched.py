"""Products over all steps at once: the same gradients as autograd's, and one tensor a product."""

import pytest
import torch

from impls.learning import batched
from impls.recurrent import elman

ROUNDING = 1e-12


@pytest.mark.parametrize(("n", "d", "m"), [(1, 1, 1), (2, 3, 2), (5, 2, 4)])
def test_a_training_step_gives_the_gradients_of_autograd(n, d, m):
    generator = torch.Generator().manual_seed(n)
    p = elman.draw(d, m, generator)
    xs, h0, g = (torch.randn(*shape, generator=generator, dtype=torch.float64) for shape in ((n, m), (d,), (n, d)))
    leaves = [one.clone().requires_grad_() for one in (p.W_h, p.W_x, p.b, xs, h0)]
    loss = (g * elman.run(elman.Elman(*leaves[:3]), leaves[3], leaves[4])).sum()

    got, products = batched.training_step(p, xs, h0, g)

    for mine, theirs in zip((got.W_h, got.W_x, got.b, got.xs, got.h0), torch.autograd.grad(loss, leaves), strict=True):
        assert torch.allclose(mine, theirs, rtol=0, atol=ROUNDING)
    assert [len(kind) for kind in vars(products).values()] == [1, n, n, 1, 1, 1]


def test_each_product_is_what_it_is_called():
    generator = torch.Generator().manual_seed(0)
    p = elman.draw(2, 3, generator)
    xs, g = (torch.randn(4, width, generator=generator, dtype=torch.float64) for width in (3, 2))
    hs = elman.run(p, xs)

    _, products = batched.training_step(p, xs, torch.zeros(2, dtype=torch.float64), g)

    assert torch.allclose(products.inputs[0], xs @ p.W_x.T)
    for made, h in zip(products.states[1:], hs[:-1], strict=True):
        assert torch.allclose(made, p.W_h @ h)
