"""impls.clocks.timing: layers compute what they are named for, take turns, and nothing but the clock is left to chance."""

from contextlib import suppress
from itertools import count

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from impls.clocks import timing
from impls.clocks.timing import CPU, LAYERS, Layer
from tests.impls.drawn import seeds


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_gives_a_finite_number_for_each_token_and_every_parameter_a_gradient(name):
    module, x = timing.drawn(Layer(name, 8), 5, 3, CPU, 0)
    y = module(x)
    y.square().mean().backward()
    assert y.shape == (3, 5, 16 if "both" in name else 8)
    assert y.isfinite().all()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in module.parameters())


@given(seeds(), st.integers(1, 6))
def test_an_lstm_step_by_step_is_the_same_function_as_in_one_call(seed, n):
    steps, x = timing.drawn(Layer("LSTM, step by step", 4), n, 2, CPU, seed)
    whole, _ = timing.drawn(Layer("LSTM", 4), n, 2, CPU, seed)
    with torch.no_grad():
        for theirs, ours in zip(whole.parameters(), steps.parameters(), strict=True):
            theirs.copy_(ours)
    assert torch.allclose(steps(x), whole(x), atol=1e-6)


@given(seeds(), st.integers(1, 9))
def test_a_linear_recurrence_is_the_same_function_in_order_and_in_rounds(seed, n):
    (ordered, x), (scanned, _) = (
        timing.drawn(Layer(f"linear recurrence, {how}", 4), n, 2, CPU, seed) for how in ("in order", "by scan")
    )
    assert torch.allclose(ordered(x), scanned(x), atol=1e-6)
    assert torch.allclose(ordered(x)[:, 0], x[:, 0])
    if n > 1:  # the factor is σ(0) = 1/2
        assert torch.allclose(ordered(x)[:, 1], x[:, 1] + x[:, 0] / 2)


def test_attention_written_out_is_the_same_function():
    (fused, x), (written, _) = (
        timing.drawn(Layer(name, 8), 6, 2, CPU, 0) for name in ("attention", "attention, weights written out")
    )
    assert torch.allclose(fused(x), written(x), atol=1e-6)


def test_drawing_leaves_the_global_generator_alone_and_repeats_itself():
    torch.manual_seed(1)
    wanted = torch.rand(3)
    torch.manual_seed(1)
    one, two = (timing.drawn(Layer("GRU", 4), 3, 2, CPU, 7) for _ in range(2))
    assert torch.equal(torch.rand(3), wanted)
    assert torch.equal(one[1], two[1])
    assert all(torch.equal(a, b) for a, b in zip(one[0].parameters(), two[0].parameters(), strict=True))


def test_candidates_take_turns_and_turn_round_every_other_time():
    clock = count()
    done = []

    def step(name):
        def timed():
            done.append(name)
            return float(next(clock))

        return timed

    rows = list(timing.take_turns([step("a"), step("b"), step("c")], 3))
    assert "".join(done) == "abccbaabc"
    assert rows == [[0, 1, 2], [5, 4, 3], [6, 7, 8]]


def test_the_first_step_of_a_layer_is_not_counted(monkeypatch):
    asked = []
    monkeypatch.setattr(timing, "seconds", lambda work, device: asked.append(work()) or float(len(asked)))
    assert timing.step_of(Layer("tanh RNN", 4), 3, 2, CPU, 0)() == 2.0


def test_in_a_repetition_short_steps_have_several_turns_of_which_the_least_counts_and_long_ones_one():
    short, long, done = iter([0.006, 0.001, 0.002, 0.004]), iter([0.03]), []

    def step(name, took):
        return lambda: done.append(name) or next(took)

    assert timing.repetition([step("a", short), step("b", long)]) == [0.001, 0.03]
    assert "".join(done) == "abaaa"
    done.clear()
    names = [step(name, iter([0.006, 0.007])) for name in "abc"]
    assert timing.repetition(names, forwards=False) == [0.006] * 3
    assert "".join(done) == "cbaabc"


# --- a clock that is told what to say ---------------------------------------------------------------------------------


class Clock:
    """A wall clock, and the clock of a thread that is away from its core for part of the time."""

    def __init__(self, monkeypatch):
        self.wall = self.own = 0.0
        monkeypatch.setattr(torch, "get_num_threads", lambda: 1)
        monkeypatch.setattr(timing, "perf_counter", lambda: self.wall)
        monkeypatch.setattr(timing, "thread_time", lambda: self.own)

    def step(self, seconds, away=0.0):
        """A step that takes so many seconds, and others that the core is lent to someone else."""

        def timed():
            self.wall, self.own = self.wall + seconds + away, self.own + seconds
            return seconds + away

        return timed


def test_a_sitting_on_a_machine_that_is_left_alone_has_all_its_repetitions(monkeypatch):
    clock = Clock(monkeypatch)
    found = timing.sit([clock.step(0.0625), clock.step(0.03125, away=2**-11)], 24, clock.step(0.002))
    assert found.rows == ((0.0625, 0.03125 + 2**-11),) * 24
    assert not found.is_disturbed


@given(share=st.floats(0.2, 4))
def test_a_sitting_ends_as_soon_as_more_time_is_lost_than_all_of_it_may_lose(share):
    with pytest.MonkeyPatch.context() as patched:
        clock = Clock(patched)
        found = timing.sit([clock.step(0.05, away=0.05 * share)], 24, clock.step(0.0))
    assert found.is_disturbed
    assert len(found.rows) * share + 1e-9 > timing.LOST * 24 >= (len(found.rows) - 1) * share - 1e-9


def test_one_hiccup_spoils_a_repetition_and_no_sitting(monkeypatch):
    clock = Clock(monkeypatch)
    aways = iter([0.0] * 5 + [0.012] + [0.0] * 18)
    found = timing.sit([lambda: clock.step(0.05, away=next(aways))()], 24, clock.step(0.002))
    assert (found.is_disturbed, max(found.rows)) == (False, (pytest.approx(0.062),))


@pytest.mark.parametrize(("threads", "is_disturbed"), [(1, True), (2, False)])
def test_threads_that_wait_for_one_another_may_lose_more_of_their_time(monkeypatch, threads, is_disturbed):
    clock = Clock(monkeypatch)
    monkeypatch.setattr(torch, "get_num_threads", lambda: threads)
    assert timing.sit([clock.step(0.05, away=0.002)], 24, clock.step(0.002)).is_disturbed is is_disturbed


@pytest.mark.parametrize(("slow", "is_disturbed"), [(2, False), (3, True)], ids=["two of 24", "three of 24"])
def test_a_neighbour_whom_our_clock_does_not_see_shows_in_the_reference(monkeypatch, slow, is_disturbed):
    clock = Clock(monkeypatch)
    took = iter([0.002 * timing.SPREAD * 1.01] * slow + [0.002] * 24)
    found = timing.sit([clock.step(0.05)], 24, lambda: clock.step(next(took))())
    assert found.is_disturbed is is_disturbed


def test_a_reference_that_varies_as_much_as_was_stated_is_none(monkeypatch):
    clock = Clock(monkeypatch)
    took = iter([0.002, 0.002 * timing.SPREAD] * 12)
    assert not timing.sit([clock.step(0.05)], 24, lambda: clock.step(next(took))()).is_disturbed


def test_the_reference_takes_some_time():
    assert timing.reference(CPU)() > 0


def test_threads_and_the_length_of_numbers_are_given_back_after_an_error():
    before, shorter = torch.get_num_threads(), torch.backends.cudnn.allow_tf32
    with suppress(KeyError), timing.measuring(before + 1):
        assert torch.get_num_threads() == before + 1
        assert not torch.backends.cudnn.allow_tf32
        raise KeyError
    assert (torch.get_num_threads(), torch.backends.cudnn.allow_tf32) == (before, shorter)


def test_bytes_kept_count_the_matrix_of_weights_where_it_is_written_out_and_no_tensor_twice():
    heads, batch = timing.HEADS, 2

    def kept(name, n):
        return timing.bytes_kept(Layer(name, 8), n, batch, CPU)

    for n in (16, 32, 64):
        assert kept("attention, weights written out", n) >= 4 * batch * heads * n * n
        assert kept("attention", 2 * n) <= 2 * kept("attention", n)
    assert kept("attention", 64) < 4 * batch * heads * 64 * 64


class Squares(torch.nn.Module):
    """Keeps x for the backward pass, and its own weight."""

    def __init__(self, d):
        super().__init__()
        self.w = torch.nn.Parameter(torch.ones(d))

    def forward(self, x):
        y = x * self.w  # keeps x and w, both known
        return y * y + y.exp()  # keeps y, once, and exp(y)


def test_bytes_kept_are_those_that_one_can_count_by_hand(monkeypatch):
    monkeypatch.setitem(LAYERS, "squares", Squares)
    assert timing.bytes_kept(Layer("squares", 8), 5, 3, CPU) == 2 * 4 * 3 * 5 * 8


@given(st.lists(st.tuples(*[st.floats(1e-6, 10)] * 3), min_size=1, max_size=5))
def test_abilities_are_those_of_the_quickest_repetition_of_each_kernel(rows):
    able = timing.abilities(rows, "cpu")
    product, chain, copy = (min(row[k] for row in rows) for k in range(3))
    assert able.rate == pytest.approx(2 * 1024**3 / product)
    assert able.launch == pytest.approx(chain / 1000)
    assert able.bandwidth == pytest.approx(2 * 64 * 2**20 / copy)


def test_the_kernels_take_some_time():
    (row,) = timing.kernels(CPU, 1)
    assert all(seconds > 0 for seconds in row)


@given(st.dictionaries(st.text(max_size=3), st.integers() | st.lists(st.floats(allow_nan=False, allow_infinity=False))))
def test_a_digest_is_of_all_but_itself(found):
    plain = {name: part for name, part in found.items() if name != "digest"}
    own = timing.digest(plain)
    assert timing.digest(plain | {"digest": own}) == own
    assert timing.digest(plain | {"one more": 1}) != own


def test_what_is_compared_names_layers_that_there_are():
    assert {layer.name for one in timing.COMPARISONS for layer in one.layers} <= set(LAYERS)
    assert set(timing.ALONGSIDE) <= set(LAYERS)


def test_a_program_that_is_not_there_says_nothing():
    assert timing.said("no-such-program-here") == ""
