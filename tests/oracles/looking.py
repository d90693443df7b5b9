"""Something is changed a little, and what comes out is looked at: differences, where the claims take derivatives."""

from functools import cache

import numpy as np
import torch
from scipy.linalg import qr

from claims.rnns.attention.mechanism import D
from claims.rnns.bottleneck.length import TARGETS
from claims.rnns.subjects.requirements import WIDTH
from impls.attending.attention import causal_mask, draw_self_attention, self_attention
from impls.tracing.systems import ELMAN
from impls.translating import seq2seq
from tests.oracles.again import softmax
from tests.oracles.backwards import depth, directly
from tests.oracles.registry import only, second

STEP = 1e-5  # differences to both sides are off by its square, and by 10⁻¹⁶ over it


def differences(f, at):
    """The Jacobian of f, a column for each entry of what is moved; four places, off by the fourth power of the step."""
    columns = []
    for place in np.ndindex(at.shape):
        moved = torch.zeros_like(at)
        moved[place] = STEP
        near, far = (f(at + k * moved) - f(at - k * moved) for k in (1, 2))
        columns.append(((8 * near - far) / (12 * STEP)).flatten().numpy())
    return np.stack(columns, axis=1)


def rank(J):
    """By QR with pivots, where the claims ask for singular values; differences are right to some 10⁻¹¹."""
    return int((np.abs(np.diag(qr(J, mode="r", pivoting=True)[0])) > 1e-9).sum())


@second("asked.norm-over-tokens", by="change and look")
def an_output_changes_with_what_follows(norm, n, seed):
    generator = torch.Generator().manual_seed(seed)
    p = draw_self_attention(4, generator)
    X = torch.randn(n, 4, generator=generator, dtype=torch.float64)

    def outputs(X):
        return norm(self_attention(p, X, causal_mask(n)))

    for t in range(1, n):
        other = X.clone()
        other[t] += torch.linspace(1, 2, 4, dtype=X.dtype)
        if not torch.equal(outputs(other)[:t], outputs(X)[:t]):
            return True
    return False


@second("attention.solved-bottleneck", by="change and look")
def no_more_gets_across(cell, attends, shown, n, seed):
    """The decoder starts from zeros and is shown the encoder's states, moved one number at a time."""
    model = seq2seq.draw(n, D, torch.Generator().manual_seed(seed), cell, attends)
    source, target = torch.arange(n), torch.arange(n).flip(0)
    final = seq2seq.encode(model, source)[1]
    nothing = tuple(torch.zeros_like(part) for part in final)

    def scores(states):
        def run(network, xs, start):
            if network is model.encoder:
                return shown(states), nothing
            return seq2seq.unrolled(network, xs, start)

        return seq2seq.logits(model, source, seq2seq.shifted(model, target), run)

    states = seq2seq.unrolled(model.encoder, model.embed_source, nothing)[0]
    J = differences(scores, states)
    reach = np.abs(J).reshape(n, n, n, D).max(axis=(1, 3))
    return bool((reach == 0).any()) or rank(J) <= sum(part.numel() for part in final)


@second("bottleneck.attention-was-designed-for-it", by="change and look")
def some_state_is_out_of_reach(attention, hidden, n, d, seed, loud):
    """The scores by their equations in numpy; each state but the last is moved in turn."""
    only(d > 1)
    generator = torch.Generator().manual_seed(seed)
    model = seq2seq.draw(TARGETS, d, generator, "gru", attention)
    words = torch.randn(n, d, generator=generator, dtype=torch.float64)
    states = seq2seq.unrolled(model.encoder, words, (torch.zeros(d, dtype=torch.float64),))[0]
    s = seq2seq.step(model.decoder, (states[-1],), model.embed_target[TARGETS])[0].numpy()
    W_out = model.W_out.numpy()

    def scores(hs):
        if not attention:
            return W_out @ s
        W_d, W_e, v = (part.numpy() for part in (model.attention.W_d, model.attention.W_e, model.attention.v))
        alpha = softmax(np.tanh(hs[hidden:] @ W_e.T + W_d @ s) @ (loud * v))
        return W_out @ np.concatenate([s, alpha @ hs[hidden:]])

    for t in range(n - 1):
        moved = states.numpy().copy()
        moved[t] += 0.25 * np.linspace(1, 2, d)
        if np.abs(scores(moved) - scores(states.numpy())).max() < 1e-12:
            return True
    return False


# --- four requirements -------------------------------------------------------------------------------------------------


@cache
def numbers_across(system, n):
    """How many independent ones: the later half's outputs, as the earlier half's tokens are moved."""
    system = getattr(system, "whole", system)
    generator = torch.Generator().manual_seed(n)
    p = system.draw(WIDTH, generator)
    tokens = torch.stack([torch.randn(WIDTH, generator=generator, dtype=torch.float64) for _ in range(n)])

    def later(early):
        return torch.stack([place[0] for place in system.run(p, [*early, *tokens[n // 2 :]])[n // 2 :]])

    return rank(differences(later, tokens[: n // 2]))


def across(system):
    return [numbers_across(system, n) for n in (2, 4, 6)]


@second("needed.table.no-fixed-bottleneck", by="change and look")
def no_more_numbers_cross_from_a_longer_text(requirement, system):
    few, some, many = across(system)
    return not few < some < many


@second("needed.necessary", by="change and look")
def one_is_better_without_all_four(system):
    """Ways back, how deep they are, and how many numbers cross as tokens are moved; an Elman network beside it."""
    own, plain = directly(system), directly(ELMAN)
    deep, plain_depth = depth(system, 16, WIDTH), depth(ELMAN, 16, WIDTH)
    better = own is not None and own[-1] < plain[-1] and deep < plain_depth and across(system)[-1] > across(ELMAN)[-1]
    few, some, many = (depth(system, n, WIDTH) for n in (4, 8, 16))
    met = own is not None and len(set(own)) == 1 and many - some <= some - few and len(set(across(system))) == 3
    return better and not met
