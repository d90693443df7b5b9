"""Tanh networks in a loop, their gradients by a complex step."""

import numpy as np
import torch

from claims.rnns.sequential.chain import network_with
from impls.recurrent import elman
from impls.recurrent.elman import Elman
from tests.oracles.registry import only, oracle

STEP = 1e-30j


def last_state(W_h, W_x, b, h, xs):
    for x in xs:
        h = np.tanh(W_h @ h + W_x @ x + b)
    return h


def slope(f, at):
    """The gradient of a number by an array: no difference is taken, so nothing cancels."""
    found = np.zeros(np.shape(at))
    for place in np.ndindex(found.shape):
        moved = np.array(at, dtype=complex)
        moved[place] += STEP
        found[place] = f(moved).imag / STEP.imag
    return found


def numbers(network):
    return tuple(np.asarray(part) for part in (network.W_h, network.W_x, network.b))


@oracle("gradients.jacobian-formula", by="complex step")
def the_printed_formula_is_off(run, convention):
    only(convention.name == "Wᵀ·D, earliest first, row on the left")
    gradient = slope(lambda h: run.g @ last_state(run.W_h, run.W_x, run.b, h, run.x), run.h_0)
    printed, h = run.g, run.h_0
    for x in run.x:
        h = np.tanh(run.W_h @ h + run.W_x @ x + run.b)
        printed = printed @ (run.W_h.T @ np.diag(1 - h**2))  # as it stands there, the earliest step next to the gradient
    return np.abs(printed - gradient).max() > 1e-6


@oracle("gradients.early-parameters-starve", by="complex step")
def the_weights_learn_as_much_from_a_longer_text(reader, part):
    only(part.__name__ == "recurrent_weights")

    def learnt(n):
        tokens = [(0, 1, 0)[t] if t < 3 else 2 + (t - 3) % 2 for t in range(n)]
        h_0 = np.zeros(len(reader.b))
        return slope(lambda W: reader.g @ last_state(W, reader.W_x, reader.b, h_0, reader.abcd[tokens]), reader.W_h)

    short, long = (np.linalg.norm(learnt(n)) for n in (reader.n, reader.n + 20))
    return long > short / 2 > 0


@oracle("gradients.no-fix-in-plain-rnns", by="on paper")
def the_first_of_a_hundred_steps_counts(remedy, d, gamma, seed):
    only(remedy.__name__ == "orthogonal_start")
    generator = torch.Generator().manual_seed(seed)
    W, W_x, _ = numbers(elman.orthogonal(d, d, generator))
    xs = torch.randn(100, d, generator=generator, dtype=torch.float64).numpy()
    U, _, V = np.linalg.svd(gamma * W)
    states = [np.zeros(d)]
    for x in xs:
        states.append(np.tanh(U @ V @ states[-1] + W_x @ x / 1000))
    error, parts = np.ones(d), []
    for h in reversed(states[1:]):
        parts.append(np.linalg.norm(error * (1 - h**2)))
        error = (error * (1 - h**2)) @ U @ V
    return parts[-1] > 1e-3 * sum(parts)


@oracle("promise.state-holds-everything", by="second implementation")
def two_beginnings_leave_one_state(memory, sequences):
    only(hasattr(memory, "cell"))
    W_h, W_x, b = numbers(memory.cell)
    left = {tuple(last_state(W_h, W_x, b, 0 * b, np.array(words, dtype=b.dtype)[:, None])) for words in sequences}
    return len(left) < len({tuple(words) for words in sequences})


@oracle("bottleneck.early-tokens-overwritten", by="second implementation")
def the_first_token_is_kept(two, kept):
    only(isinstance(two.network, Elman))
    W_h, W_x, b = numbers(two.network)
    early = [np.tanh(W_x @ first + b) for first in (two.first, two.other)]
    xs = two.later[np.arange(two.lag) % len(two.later)]
    late = [last_state(W_h, W_x, b, h, xs) for h in early]
    return np.linalg.norm(late[0] - late[1]) > kept**two.lag * np.linalg.norm(early[0] - early[1]) * (1 + 1e-9)


@oracle("sequential.step-t-waits-for-t-1", by="second implementation")
def all_states_settle_in_fewer_rounds(method, activation, n, d, gamma, size, seed):
    """All states are guessed to be 0 and the step is applied to all at once, until nothing moves."""
    only(method.__name__ == "sweeps")
    generator = torch.Generator().manual_seed(seed)
    W_h, W_x, b = numbers(network_with(gamma, d, generator))
    xs = size * torch.randn(n, d, generator=generator, dtype=torch.float64).numpy()
    states = np.zeros((n, d))
    for _ in range(n - 1):
        before = np.vstack([np.zeros(d), states[:-1]])
        states, old = np.tanh(before @ W_h.T + xs @ W_x.T + b), states
        if np.abs(states - old).max() < 1e-10:
            break
    else:
        return False
    in_turn = [np.zeros(d)]
    for x in xs:
        in_turn.append(np.tanh(W_h @ in_turn[-1] + W_x @ x + b))
    return np.abs(states - in_turn[1:]).max() < 1e-8


@oracle("interview.tbptt-prevents-vanishing", by="complex step")
def a_gradient_is_dropped(run, k, cuts, asked, lost):
    """Beyond the window it is 0, whatever it was: there is a step there, and its gradient was not 0."""
    whole = slope(lambda xs: last_state(run.W_h, run.W_x, run.b, run.h_0, xs).sum(), run.x)
    beyond = [t for t in asked(len(run.x), k) if t < len(run.x) - k]
    return bool(beyond) and all(np.linalg.norm(whole[t]) > 0 for t in beyond)


@oracle("interview.bptt-is-the-algorithm", by="complex step")
def forward_mode_finds_the_gradient(run, procedure, rival, price):
    """∂h/∂W_h, carried along: no step is gone back to."""
    only(price.name == "steps gone back to")
    d = len(run.b)
    h, carried = np.zeros(d), np.zeros((d, d, d))
    for x in run.x:
        read, h = h, np.tanh(run.W_h @ h + run.W_x @ x + run.b)
        carried = (1 - h**2)[:, None, None] * (
            np.einsum("ij,jkl->ikl", run.W_h, carried) + np.einsum("ik,l->ikl", np.eye(d), read)
        )
    want = slope(lambda W: run.g @ last_state(W, run.W_x, run.b, np.zeros(d), run.x), run.W_h)
    return np.abs(np.einsum("i,ikl->kl", run.g, carried) - want).max() <= 1e-9 * (1 + np.abs(want).max())


@oracle("interview.bigger-state-no-help", by="on paper")
def the_wider_state_keeps_more(two):
    def share(network):
        W_h, W_x, b = numbers(network)
        h, J = np.zeros(len(b)), np.eye(len(b))
        for t in range(two.lag):
            h = np.tanh(W_h @ h + W_x @ two.x[t % len(two.x)] + b)
            J = (1 - h**2)[:, None] * W_h @ J
        return np.linalg.norm(J, 2)

    return share(two.wide) > share(two.narrow) + 1e-9
