"""Gradients in another way than the claims find them: by a complex step through a loop in numpy, or by autograd where the
claim looks at values."""

import numpy as np
import torch

from claims.kit import rounding
from claims.rnns.bottleneck.encoder import drawn_for, scores
from claims.rnns.gradients.chain_rule import allowance, allowance_for_the_sum
from impls.learning import bptt
from impls.recurrent import elman
from impls.translating import seq2seq
from tests.oracles.again import off
from tests.oracles.networks import last_state, slope
from tests.oracles.registry import only, second

# --- by a complex step -------------------------------------------------------------------------------------------------


def loss(run, **moved):
    """g·h_n, with some of its parts moved."""
    W_h, W_x, b, h, x = (moved.get(name, getattr(run, name)) for name in ("W_h", "W_x", "b", "h_0", "x"))
    return run.g @ last_state(W_h, W_x, b, h, x)


@second("gradients.chain-of-jacobians", by="complex step")
def the_product_is_another_gradient(run, factors, multiply):
    found = run.loss_gradient @ multiply(factors(run.network, elman.run(run.network, run.inputs, run.start)))
    return off(found, slope(lambda h: loss(run, h_0=h), run.h_0)) > allowance(run)


@second("gradients.parameter-gradient-sums-the-steps", by="complex step")
def the_sum_is_another_gradient(run, step_by_step):
    parts = step_by_step(run.network, run.inputs, run.start, run.loss_gradient)
    within = allowance_for_the_sum(run)

    def differs(name):
        want = slope(lambda part: loss(run, **{name: part}), getattr(run, name))
        return off(sum(getattr(part, name) for part in parts), want) > within

    return any(map(differs, ("W_h", "W_x", "b")))


@second("gradients.clipping-does-not-restore-flow", by="complex step")
def a_step_gets_another_share(run, rescale):
    """Each step has a W_h of its own, moved alone."""

    def with_one_moved(t, W):
        h = run.h_0
        for s, x in enumerate(run.x):
            h = np.tanh((W if s == t else run.W_h) @ h + run.W_x @ x + run.b)
        return run.g @ h

    parts = [slope(lambda W, t=t: with_one_moved(t, W), run.W_h) for t in range(len(run.x))]
    clipped = rescale([torch.from_numpy(part) for part in parts], 0.01)
    before, after = (np.array([np.linalg.norm(part) for part in some]) for some in (parts, clipped))
    if not before.any():
        return bool(after.any())
    return off(after / after.sum() if after.any() else after, before / before.sum()) > 1e-12


@second("gradients.tanh-saturates", by="complex step")
def it_is_steeper_or_does_not_fade(activation, most, x):
    """Of the activation itself, which torch has for complex numbers; ReLU it has not."""

    def slope_at(place):
        try:
            return float(activation(torch.tensor(place + 1e-30j, dtype=torch.complex128)).imag) * 1e30
        except (RuntimeError, NotImplementedError):
            return only(False)

    return slope_at(x) > most + rounding(2) or any(slope_at(far) > 1e-12 for far in (x + 40, x - 40))


def by_the_last(run, k):
    """The gradient of the sum of h_n by each of the last k inputs, from a state before them that stands still."""
    before = last_state(run.W_h, run.W_x, run.b, 0 * run.b, run.x[:-k])
    return slope(lambda xs: last_state(run.W_h, run.W_x, run.b, before, xs).sum(), run.x[-k:])


@second("interview.tbptt-horizon", by="complex step")
def it_reaches_farther_or_less_far(run, k, cuts):
    """What the window leaves is the gradient of its k steps, begun in the state before them."""
    n = len(run.x)
    k = min(k, n)
    found = bptt.truncated(torch.sum, run.network, run.inputs, cuts(n, k))
    if [gradient is not None for gradient in found] != [t >= n - k for t in range(n)]:
        return True
    within = 1e-12 * max(1.0, float(np.linalg.norm(run.W_h, 2))) ** n * 100
    return off(torch.stack(found[n - k :]), by_the_last(run, k)) > within


@second("asked.detached-state", by="complex step")
def a_state_is_another_or_the_gradient_is_not_cut(severed, run, k):
    n = len(run.x)
    cuts = [t for t in bptt.chunks(n, k) if t]
    leaves = [x.clone().requires_grad_() for x in run.inputs]
    states = severed(run.network, leaves, cuts, run.start)
    h, want = run.h_0, []
    for x in run.x:
        h = np.tanh(run.W_h @ h + run.W_x @ x + run.b)
        want.append(h)
    if off(torch.stack(states).detach(), np.array(want)) > 1e-13 * max(1.0, float(np.linalg.norm(run.W_h, 2))) ** n:
        return True
    last = max(cuts, default=0)
    reached = torch.autograd.grad(states[-1].sum(), leaves, allow_unused=True)
    if [gradient is not None for gradient in reached] != [t >= last for t in range(n)]:
        return True
    begun = want[last - 1] if last else run.h_0
    inside = slope(lambda xs: last_state(run.W_h, run.W_x, run.b, begun, xs).sum(), run.x[last:])
    return off(torch.stack(reached[last:]), inside) > 1e-10 * max(1.0, float(np.linalg.norm(run.W_h, 2))) ** n


# --- by autograd, where the claim exchanges an input ----------------------------------------------------------------


def arrives(outputs, leaves):
    """Whether any of these numbers changes with any of those, to first order."""
    outputs = torch.cat([one.flatten() for one in outputs])
    if not outputs.requires_grad:
        return False
    direction = torch.linspace(1, 2, len(outputs), dtype=outputs.dtype)
    return any(bool(gradient.any()) for gradient in torch.autograd.grad(outputs @ direction, leaves, materialize_grads=True))


@second("promise.state-sees-only-the-prefix", by="automatic differentiation")
def a_later_token_has_a_gradient(system, past, future, width, seed):
    generator = torch.Generator().manual_seed(seed)
    network = system.draw(width, generator)
    tokens = [*torch.randn(past + future, width, generator=generator, dtype=torch.float64)]
    later = [x.requires_grad_() for x in tokens[past:]]
    return arrives([part for place in system.run(network, tokens)[:past] for part in place], later)


@second("bottleneck.decoder-sees-one-vector", by="automatic differentiation")
def what_the_encoder_saw_has_a_gradient(two, attention, hand_over):
    """Of the embedded source and of the state that it ends in, when the decoder starts from another source's."""
    model = drawn_for(two, attention)
    wanted, own = (seq2seq.encode(model, torch.tensor(source))[1] for source in (two.source, two.other))
    if all(map(torch.equal, wanted, own)) and two.source == two.other:
        return False
    own = tuple(part.requires_grad_() for part in own)
    model.embed_source.requires_grad_()
    found = scores(model, two.other, two.target, final=hand_over(tuple(part.detach() for part in wanted), own))
    return arrives([found], [*own, model.embed_source])


@second("forgetting.gate-cannot-foresee", by="automatic differentiation")
def a_gate_has_a_gradient_by_what_follows(two, gates):
    t = len(two.past)
    if (two.future == two.other).all():
        return False
    xs = [x.requires_grad_() for x in two.inputs()[0].unbind()]
    return arrives([gates(two.network, torch.stack(xs))[:t]], xs[t:])


@second("gated.bidirectional-not-autoregressive", by="automatic differentiation")
def the_next_token_has_no_gradient(system, half, t, seed):
    generator = torch.Generator().manual_seed(seed)
    p = system.draw(2, generator)
    *read, following = (torch.randn(2, generator=generator, dtype=torch.float64) for _ in range(t + 1))
    output = system.run(p, [*read, following.requires_grad_()])[t - 1][0][half]
    return not arrives([output], [following])


# --- by torch's own ----------------------------------------------------------------------------------------------------


@second("attention.bahdanau-equations", by="torch's layers")
def torchs_layers_give_others(attend, question):
    """torch.nn.functional: two linear maps, tanh, a linear map, softmax, a product."""
    W_d, W_e, v, s, memory = (torch.from_numpy(getattr(question, name)) for name in ("W_d", "W_e", "v", "s", "memory"))
    linear = torch.nn.functional.linear
    inside = torch.nn.functional.tanh(linear(memory, W_e) + linear(s, W_d))
    want = torch.nn.functional.softmax(linear(inside, v[None]).squeeze(-1), dim=0)
    context, alpha = question.put_to(attend)
    within = rounding(100, float(np.abs(question.memory).max()))
    return (
        alpha.shape != want.shape
        or off(alpha, want.numpy()) > within
        or off(context, torch.nn.functional.linear(want, memory.T).numpy()) > within
    )
