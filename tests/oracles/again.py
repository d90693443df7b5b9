"""What our code computes, computed a second time: in numpy or in plain Python, from the equations as they are printed."""

import itertools
from collections import Counter
from math import exp, log, prod

import numpy as np
import torch

from claims.kit import rounding
from claims.rnns.promise.state import one_by_one
from impls.attending import transformer
from impls.attending.attention import draw_self_attention
from impls.recurrent.elman import Elman
from impls.recurrent.gru import GRU
from impls.translating.seq2seq import DRAW
from tests.oracles.lstms import lstm_step, sigmoid
from tests.oracles.networks import numbers, slope
from tests.oracles.registry import only, second


def rnn(cell, state, x, torchs=False):
    """The next state of a cell, a tuple whose first part is h."""
    if isinstance(cell, Elman):
        W_h, W_x, b = numbers(cell)
        return (np.tanh(W_h @ state[0] + W_x @ x + b),)
    if not isinstance(cell, GRU):
        return lstm_step(cell, *state, x)[:2]
    h, d = state[0], len(cell.b)
    W_z, W_r, W, b_z, b_r, b, b_hn = (np.asarray(part) for part in vars(cell).values())
    z, r = (sigmoid(gate @ np.concatenate([h, x]) + bias) for gate, bias in ((W_z, b_z), (W_r, b_r)))
    if torchs:
        return (z * h + (1 - z) * np.tanh(W[:, d:] @ x + b + r * (W[:, :d] @ h + b_hn)),)
    return ((1 - z) * h + z * np.tanh(W @ np.concatenate([r * h, x]) + b + b_hn),)


def states_of(cell, xs, state, torchs=False):
    found = []
    for x in xs:
        state = rnn(cell, state, x, torchs)
        found.append(state)
    return found


def nothing(cell, d):
    return (np.zeros(d),) * (1 if isinstance(cell, Elman | GRU) else 2)


def softmax(scores):
    grown = np.exp(scores - scores.max())
    return grown / grown.sum()


def causal(p, X):
    """Self-attention, a row after another."""
    W_q, W_k, W_v = (np.asarray(part) for part in (p.W_q, p.W_k, p.W_v))
    rows = [softmax(X[: t + 1] @ W_k.T @ (W_q @ x) / len(W_q) ** 0.5) @ X[: t + 1] @ W_v.T for t, x in enumerate(X)]
    return np.array(rows)


def off(got, want):
    """The largest difference; NaN counts as one."""
    return float(np.abs(np.nan_to_num(np.asarray(got), nan=np.inf) - want).max(initial=0))


# --- the promise ----------------------------------------------------------------------------------------------------


@second("promise.elman-recurrence", by="complex step")
def the_equations_give_others(drawn, step, read_out, bias):
    """A loop in numpy, and its gradients by a complex step."""
    run = drawn.run
    W_h, W_x, d = run.W_h, run.W_x, len(run.b)

    def rows(x, b):
        h, found = run.h_0, []
        for x_t in x:
            h = np.tanh(W_h @ h + W_x @ x_t + (b if bias else 0))
            found.append(np.concatenate([h, drawn.W_y @ h + drawn.b_y]))
        return np.array(found)

    x, b = run.inputs.requires_grad_(), run.network.b.requires_grad_()
    ours = drawn.by_the_equations(step, read_out, x, b)
    of_x, of_b = torch.autograd.grad(ours.sum(), [x, b], allow_unused=True)
    within = rounding(400 * len(x), float(np.linalg.norm(W_h, 2)) ** len(x))
    if off(ours.detach(), rows(run.x, run.b)) > within:
        return True
    if off(of_x, slope(lambda x: rows(x, run.b).sum(), run.x)) > within:
        return True
    return bias and off(np.zeros(d) if of_b is None else of_b, slope(lambda b: rows(run.x, b).sum(), run.b)) > within


@second("promise.any-length-one-size", by="second implementation")
def the_state_grows_or_does_not_suffice(machine, n, width, seed):
    """A whole sequence read in numpy; how many numbers are carried is counted on paper."""
    generator = torch.Generator().manual_seed(seed)
    p, xs = machine.system.draw(width, generator), torch.randn(n, width, generator=generator, dtype=torch.float64)
    if hasattr(machine, "room"):
        want = causal(p, xs.numpy())[-1]
        grows = n > 1 if machine.room == 0 else False
    else:
        want, grows = states_of(p, xs.numpy(), nothing(p, width))[-1][0], False
    *_, (_, last) = one_by_one(machine, p, xs)
    return grows or off(last, want) > rounding(100)


@second("promise.state-is-the-only-memory", by="second implementation")
def it_goes_on_otherwise(machine, drawn, hand_over):
    """The past and the future, read in numpy at one go."""
    past, other_past, future = drawn.tokens(machine.width)
    state, other = (machine.run(drawn.seed, xs)[1] for xs in (past, other_past))
    resumed = machine.run(drawn.seed, future, hand_over(state, other))[0]
    whole = np.concatenate([past, future])
    generator = torch.Generator().manual_seed(drawn.seed)
    if not hasattr(machine, "cell"):
        want = causal(draw_self_attention(machine.width, generator), whole)
    else:
        cell = DRAW[machine.cell](machine.width, machine.width, generator)
        want = np.array([state[0] for state in states_of(cell, whole, nothing(cell, machine.width))])
    return off(resumed, want[len(past) :]) > rounding(100)


# --- gates, and both directions ----------------------------------------------------------------------------------------


@second("forgetting.lstm-equations", by="complex step")
def the_six_equations_give_others(run, drawn):
    p, (x, h, C) = drawn.network, drawn.numbers()

    def cells(xs):
        return states_of(p, xs, (h.numpy(), C.numpy()))

    leaf = x.clone().requires_grad_()
    hs, Cs = run(p, leaf, (h, C))
    got = torch.autograd.grad(hs.sum() + Cs[-1].sum(), leaf)[0]
    want = cells(x.numpy())
    within = rounding(1000, float(C.abs().max()) + drawn.n)
    gradient = slope(lambda xs: added_up(cells(xs)), x.numpy())
    return (
        off(hs.detach(), np.array([h for h, _ in want])) > within
        or off(Cs[-1].detach(), want[-1][1]) > within
        or off(got, gradient) > within
    )


def added_up(states):
    return sum(h.sum() for h, _ in states) + states[-1][1].sum()


@second("gated.bidirectional-both-sides", by="second implementation")
def the_halves_are_others_or_do_not_read_all(cell, together, n, d, seed):
    """One loop from the left and one from the right; a token that is moved moves each output."""
    generator = torch.Generator().manual_seed(seed)
    forward, backward = cell.draw(d, 3, generator), cell.draw(d, 3, generator)
    xs = torch.randn(n, 3, generator=generator, dtype=torch.float64)

    def ours(xs):
        return together(*((lambda ys, p=p: cell.run(p, ys)) for p in (forward, backward)), list(xs))

    def half(p, xs):
        return np.array([state[0] for state in states_of(p, xs, nothing(p, d), torchs=True)])

    want = np.hstack([half(forward, xs.numpy()), half(backward, xs.numpy()[::-1])[::-1]])
    moved = [ours([x + (t == s) for t, x in enumerate(xs)]) for s in range(n)]
    unread = any(torch.equal(now, before) for new in moved for now, before in zip(new, ours(xs), strict=True))
    return unread or off(ours(xs), want) > rounding(200 * n)


@second("gated.gru-merges-gates", by="second implementation")
def it_leaves_the_segment(updates, run):
    """By z(c - h) and C(f - 1) + ic: the step from the old state, and whether it is longer than that to the candidate."""
    if updates.__name__ == "of_a_coupled_lstm" or updates.__name__ == "of_an_lstm":
        p, d = run.network, len(run.network.b_f)
        h = C = np.zeros(d)
        for x in run.x:
            inside = {g: np.asarray(getattr(p, f"W_{g}")) @ [*h, *x] + np.asarray(getattr(p, f"b_{g}")) for g in "fiCo"}
            f, candidate = sigmoid(inside["f"]), np.tanh(inside["C"])
            i = 1 - f if updates.__name__ == "of_a_coupled_lstm" else sigmoid(inside["i"])
            if goes_too_far(C, candidate, C * (f - 1) + i * candidate):
                return True
            C = f * C + i * candidate
            h = sigmoid(inside["o"]) * np.tanh(C)
        return False
    only(updates.__name__ in ("of_the_printed_gru", "of_torchs_gru", "of_a_gru_that_adds_the_candidate_whole"))
    p, h = run.network, run.h_0
    torchs, added_whole = updates.__name__ == "of_torchs_gru", updates.__name__.endswith("whole")
    W_z, W_r, W, b_z, b_r, b, b_hn = (np.asarray(part) for part in vars(p).values())
    for x in run.x:
        z, r = (sigmoid(gate @ [*h, *x] + bias) for gate, bias in ((W_z, b_z), (W_r, b_r)))
        d = len(h)
        before = W[:, :d] @ (r * h) + b_hn if not torchs else r * (W[:, :d] @ h + b_hn)
        candidate = np.tanh(before + W[:, d:] @ x + b)
        let_in = 1 - z if torchs else z
        taken = candidate - z * h if added_whole else let_in * (candidate - h)
        if goes_too_far(h, candidate, taken):
            return True
        h = h + taken
    return False


def goes_too_far(old, candidate, taken):
    """A step in the other direction, or beyond the candidate."""
    way, allowed = candidate - old, rounding(16, float(np.abs([old, candidate]).max()))
    return bool(((taken * np.sign(way) < -allowed) | (np.abs(taken) > np.abs(way) + allowed)).any())


# --- texts and states --------------------------------------------------------------------------------------------------


@second("bottleneck.six-words-fit", by="second implementation")
def a_word_does_not_pass_unchanged(memory, sentences):
    """Each place hands on a scaled word through tanh; there must be one for every word, and its number be another's no more."""
    kind, places = np.dtype(memory.dtype).type, len(sentences[0])
    words = np.array(sorted({word for one in sentences for word in one}), dtype=np.float64)
    held = kind(words) * kind(memory.scale)
    for _ in range(places):
        held = np.tanh(held).astype(memory.dtype)
    return memory.width < places or (np.rint(held.astype(np.float64) / memory.scale) != words).any()


@second("benchmarks.lower-perplexity-is-better", by="second implementation")
def the_lower_one_finds_it_less_probable(scored, measure):
    """By logarithms: losses added up, and as loss of a word that shares a token that of the token and of choosing the word."""
    both = list(zip((scored.first, scored.second), scored.texts, strict=True))
    found = [measure(model.of_tokens(text), model.pieces) for model, text in both]
    losses = [loss_by_words(model, scored.texts[0]) for model, _ in both]
    lower, higher = sorted((0, 1), key=found.__getitem__)
    if found[higher] - found[lower] <= rounding(40, found[higher]):
        return False
    return not losses[lower] < losses[higher] - 1e-12


def loss_by_words(model, text):
    words = len(model.weights[0])
    loss = 0.0
    for row, word in zip(model.weights, text, strict=True):
        shared = range(words - model.merged, words)
        share = sum(row[one] for one in shared) / model.merged if word in shared else row[word]
        loss -= log(share / sum(row))
    return loss


@second("asked.corpus-bleu-is-no-mean", by="second implementation")
def the_mean_is_another_number(score, corpus):
    """BLEU by its formula, with the smoothing that sacreBLEU has by default."""
    return abs(score(corpus) - bleu(corpus)) > rounding(1000, 100)


def bleu(corpus):
    shares, without = [], 0
    for n in (1, 2, 3, 4):
        found = total = 0
        for ours, theirs in corpus:
            mine, want = (Counter(side[k : k + n] for k in range(len(side) - n + 1)) for side in (ours, theirs))
            found, total = found + (mine & want).total(), total + mine.total()
        without += found == 0
        shares.append((found or 0.5**without) / total)
    written, right = (sum(len(pair[side]) for pair in corpus) for side in (0, 1))
    return 100 * min(1, exp(1 - right / written)) * prod(shares) ** 0.25


@second("asked.reshape-into-heads", by="second implementation")
def a_head_gets_what_is_another_ones(split, heads, n):
    """Number j of token i is number 6i + j of all; it goes to head j // (6 / heads)."""
    width, got = 6 // heads, split(torch.arange(6.0 * n).reshape(n, 6), heads).tolist()
    return any(got[h][i][j] != 6 * i + h * width + j for h, i, j in itertools.product(range(heads), range(n), range(width)))


@second("asked.norm-before-or-after", by="second implementation")
def the_norm_before_gives_another(stack, layers, size, seed):
    """Attention, feed-forward network and norms in numpy, in the order of each."""
    generator = torch.Generator().manual_seed(seed)
    drawn = [transformer.draw(4, 2, generator) for _ in range(layers)]
    X = 2 * torch.randn(3, 4, generator=generator, dtype=torch.float64).numpy()
    functions = [f for p in drawn for f in (lambda x, p=p: size * heads_of(p.attention, x), lambda x, p=p: size * network(p, x))]
    first = X
    for f in functions:
        first = normed(first + f(first))
    only(stack.__name__ in ("before", "after", "before_on_normed"))
    if stack.__name__ == "after":
        return False
    other = normed(X) if stack.__name__ == "before_on_normed" else X
    for f in functions:
        other = other + f(normed(other))
    return off(normed(other), first) > rounding(1000, 10)


def normed(x):
    return (x - x.mean(-1, keepdims=True)) / x.std(-1, keepdims=True)


def network(p, x):
    W_1, b_1, W_2, b_2 = (np.asarray(part) for part in (p.W_1, p.b_1, p.W_2, p.b_2))
    return np.maximum(x @ W_1.T + b_1, 0) @ W_2.T + b_2


def heads_of(p, X):
    W_q, W_k, W_v, W_o = (np.asarray(part) for part in (p.W_q, p.W_k, p.W_v, p.W_o))
    width, found = len(X[0]) // p.heads, []
    for h in range(p.heads):
        rows = slice(h * width, (h + 1) * width)
        Q, K, V = (X @ W[rows].T for W in (W_q, W_k, W_v))
        found.append([softmax(K @ q / width**0.5) @ V for q in Q])
    return np.concatenate(found, axis=-1) @ W_o.T
