"""LSTMs and GRUs in a loop."""

import itertools

import numpy as np

from claims.rnns.gated.gru import torch_gru
from tests.oracles.networks import slope
from tests.oracles.registry import only, oracle, second


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def lstm_step(p, h, C, x):
    """h, C and the forget gate."""
    f, i, candidate, o = (
        np.asarray(getattr(p, f"W_{g}")) @ np.concatenate([h, x]) + np.asarray(getattr(p, f"b_{g}")) for g in "fiCo"
    )
    C = sigmoid(f) * C + sigmoid(i) * np.tanh(candidate)
    return sigmoid(o) * np.tanh(C), C, sigmoid(f)


def run_of(p, h, C, xs):
    gates = []
    for x in xs:
        h, C, f = lstm_step(p, h, C, x)
        gates.append(f)
    return h, C, gates


def through_the_cell(run):
    """dC_T/dC_1 over all paths, and the forget gates after the first step."""
    d, p = len(run.network.b_f), run.network
    h, C, _ = lstm_step(p, np.zeros(d), np.zeros(d), run.x[0])
    o = sigmoid(np.asarray(p.W_o)[:, d:] @ run.x[0] + np.asarray(p.b_o))

    def last(C_1):
        return run_of(p, o * np.tanh(C_1), C_1, run.x[1:])[1]

    J = np.array([slope(lambda C_1, unit=unit: last(C_1)[unit], C) for unit in range(d)])
    return J, np.array(run_of(p, h, C, run.x[1:])[2])


@oracle("forgetting.cell-is-a-highway", by="complex step")
def other_roads_count(run, gradient):
    only(gradient.__name__ == "cell_jacobian")
    J, gates = through_the_cell(run)
    return np.abs(J - np.diag(np.prod(gates, axis=0))).max() > 1e-9


@oracle("gated.multiplicative-decay", by="complex step")
def the_gradient_decays_more_slowly(run, rate):
    J, gates = through_the_cell(run)
    return gates.max() < 1 and np.linalg.norm(J, 2) > rate ** len(gates) * (1 + 1e-9)


def two_ends(two):
    """The states after the first token and after the last, h and C together."""
    p, d = two.network, len(two.network.b_f)
    xs = two.later[np.arange(two.lag) % len(two.later)]
    early = [np.concatenate(lstm_step(p, np.zeros(d), np.zeros(d), first)[:2]) for first in (two.first, two.other)]
    late = [np.concatenate(run_of(p, state[:d], state[d:], xs)[:2]) for state in early]
    return np.subtract(*early), np.subtract(*late)


@oracle("forgetting.every-gate-loses", by="second implementation")
def more_is_left_than_the_gates_let_through(two, left, kept):
    only(left.__name__ == "by_looking")
    early, late = two_ends(two)
    return np.linalg.norm(late[len(late) // 2 :]) > kept**two.lag * np.linalg.norm(early) + 1e-12


@oracle("forgetting.500-tokens", by="second implementation")
def half_is_left(two, left):
    only(hasattr(two, "network"))
    early, late = two_ends(two)
    return two.lag >= 500 and np.linalg.norm(late) > left * np.linalg.norm(early) + 1e-12


@oracle("forgetting.gate-limits", by="second implementation")
def the_share_of_the_old_cell_is_not_what_the_gate_says(start, a, set_gates, look):
    """A gate at σ(a) would leave σ(a)^n of it. As the cell feeds back through h, more than twice as much is lost, or kept."""
    only(look.__name__ == "share_of_the_old_cell")
    p, n = set_gates(start.network, a), len(start.x)
    share = run_of(p, start.h, start.C, start.x)[1] - run_of(p, start.h, 0 * start.C, start.x)[1]
    astray, allowed = (share - start.C, 1 - sigmoid(a) ** n) if a > 0 else (share, sigmoid(a) ** n)
    return np.abs(astray).max() > 2 * allowed * np.abs(start.C).max()


@second("long-range.coreference-capacity", by="second implementation")
@oracle("long-range.coreference-capacity", "long-range.paragraph-boundaries", by="second implementation")
def all_pronouns_are_read_rightly(memory, passage):
    xs = passage.tokens(memory.places).numpy()
    nothing = np.zeros(len(memory.network.b_f))
    h = run_of(memory.network, nothing, nothing, xs)[0].reshape(memory.places, -1)
    codes = list(itertools.product((-1, 1), repeat=h.shape[1]))
    return all(tuple(np.sign(h[pronoun])) == codes[entity] for pronoun, entity in enumerate(passage.bound))


@oracle("gated.gru-equations", by="second implementation")
def the_printed_equations_give_another_state(form, drawn):
    only(form.name == "z weighs the new, reset before the product, without biases")
    p, (x, h_0) = drawn.network, drawn.numbers()
    W_z, W_r, W = (np.asarray(part) for part in (p.W_z, p.W_r, p.W))
    h, states = h_0.numpy(), []
    for x_t in x.numpy():
        z, r = (sigmoid(gate @ np.concatenate([h, x_t])) for gate in (W_z, W_r))
        h = (1 - z) * h + z * np.tanh(W @ np.concatenate([r * h, x_t]))
        states.append(h)
    return np.abs(torch_gru(p, x, h_0).detach().numpy() - states).max() > 1e-6
