"""impls.attending.convolution against torch's conv1d with zeros put before the first token."""

from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import conv1d, pad

from impls.attending import convolution
from tests.impls.drawn import TOLERANCE, gap, generator, gradients, leaf, leaves, seeds, sequence, shapes, tensors

KERNELS = st.integers(1, 4)


def torch_convolution(p, xs, dilation):
    """Channels before time, and the earliest tap first."""
    signals = xs.flatten(1, -2).permute(1, 2, 0) if xs.dim() > 2 else xs.T[None]
    padded = pad(signals, ((len(p.W) - 1) * dilation, 0))
    ys = conv1d(padded, p.W.flip(0).permute(1, 2, 0), p.b, dilation=dilation)
    return ys.permute(2, 0, 1).reshape(*xs.shape[:-1], len(p.b))


@given(shapes(), KERNELS, st.integers(1, 3), seeds())
def test_it_is_torchs_convolution_padded_on_the_left(shape, kernel, dilation, seed):
    p = leaves(convolution.draw(shape.d, shape.m, kernel, generator(seed)))
    xs = leaf(sequence(shape, generator(seed)))
    got, want = convolution.run(p, xs, dilation), torch_convolution(p, xs, dilation)
    assert gap(got, want) < TOLERANCE
    inputs = [*tensors(p), xs]
    for ours, theirs in zip(gradients(got, inputs, seed), gradients(want, inputs, seed), strict=True):
        assert gap(ours, theirs) < TOLERANCE


@given(shapes(), KERNELS, st.integers(1, 3), seeds())
def test_a_position_reads_every_dilated_lag_within_its_kernel_and_nothing_else(shape, kernel, dilation, seed):
    p = convolution.draw(shape.d, shape.m, kernel, generator(seed))
    xs = leaf(sequence(shape, generator(seed)))
    last = shape.n - 1
    (read,) = gradients(convolution.run(p, xs, dilation)[last], [xs], seed)
    lags = {i * dilation for i in range(kernel)}
    assert [bool(read[last - lag].any()) for lag in range(shape.n)] == [lag in lags for lag in range(shape.n)]


@given(shapes(), KERNELS, seeds())
def test_taps_side_by_side_meet_inputs_side_by_side(shape, kernel, seed):
    p = convolution.draw(shape.d, shape.m, kernel, generator(seed))
    xs = sequence(shape._replace(n=kernel, batch=()), generator(seed))
    want = convolution.run(p, xs)[-1]
    assert gap(convolution.side_by_side(p) @ xs.flip(0).flatten() + p.b, want) < TOLERANCE


@given(st.integers(1, 50), st.integers(1, 8))
def test_layers_needed_are_enough_and_one_less_is_not(n, back):
    count = convolution.layers_needed(n, back)
    assert 1 + count * back >= n
    assert count == 0 or 1 + (count - 1) * back < n
