"""impls.translating.seq2seq: its two ways of running agree, its decoder sees what it should and nothing else."""

from typing import NamedTuple

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from impls.learning.training import rebuilt
from impls.learning.training import tensors as all_tensors
from impls.translating import seq2seq
from tests.impls.drawn import TOLERANCE, gap, generator, gradients, leaf, seeds

CELLS = st.sampled_from(sorted(seq2seq.DRAW))
VOCABULARY = 5


class Case(NamedTuple):
    """Plain values; the model is drawn in the test, as type checks under a strategy would use up its randomness."""

    seed: int
    d: int
    cell: str
    attention: bool
    n: int
    m: int
    batch: list[int]

    def drawn(self):
        """The model, a source and a target."""
        p = seq2seq.draw(VOCABULARY, self.d, generator(self.seed), self.cell, self.attention)
        rng = generator(self.seed)
        source = torch.randint(VOCABULARY, (self.n, *self.batch), generator=rng)
        return p, source, torch.randint(VOCABULARY, (self.m, *self.batch), generator=rng)


def cases(**fixed):
    """Models of any kind and strings of any shape, but for what is fixed."""
    sizes = {"d": st.integers(1, 5), "n": st.integers(1, 6), "m": st.integers(1, 6)}
    free = {"seed": seeds(), "cell": CELLS, "attention": st.booleans(), "batch": st.lists(st.integers(1, 3), max_size=2)}
    return st.builds(Case, **{**sizes, **free, **fixed})


def written(p, state, memory, tokens):
    """What the decoder answers to these tokens, fed one by one."""
    answers = []
    for token in tokens:
        state, scores = seq2seq.decode_step(p, state, token, memory)
        answers.append(scores)
    return torch.stack(answers)


@given(cases())
def test_teacher_forcing_is_decoding_step_by_step(case):
    p, source, target = case.drawn()
    memory, state = seq2seq.encode(p, source)
    fed = seq2seq.shifted(p, target)
    assert gap(seq2seq.logits(p, source, fed), written(p, state, memory, fed)) < TOLERANCE


@given(cases(batch=st.lists(st.integers(1, 3), min_size=1, max_size=1)), seeds())
def test_the_fused_kernel_is_the_same_model(case, seed):
    p, source, target = case.drawn()
    p = rebuilt(p, map(leaf, all_tensors(p)))
    fed = seq2seq.shifted(p, target)
    got, want = seq2seq.logits(p, source, fed, run=seq2seq.fused), seq2seq.logits(p, source, fed)
    assert gap(got, want) < TOLERANCE
    ours, theirs = (gradients(scores, all_tensors(p), seed) for scores in (got, want))
    assert all(gap(a, b) < TOLERANCE for a, b in zip(ours, theirs, strict=True))


@given(cases())
def test_greedy_decoding_writes_what_teacher_forcing_on_it_finds_likeliest(case):
    p, source, target = case.drawn()
    answer = seq2seq.greedy(p, source, len(target))
    assert answer.shape == target.shape
    assert torch.equal(seq2seq.logits(p, source, seq2seq.shifted(p, answer)).argmax(-1), answer)


@given(cases(batch=st.just([3])))
def test_the_rows_of_a_batch_do_not_meet(case):
    p, source, target = case.drawn()
    together = seq2seq.logits(p, source, seq2seq.shifted(p, target))
    alone = seq2seq.logits(p, source[:, 1], seq2seq.shifted(p, target[:, 1]))
    assert gap(together[:, 1], alone) < TOLERANCE


@given(cases())
def test_no_logits_depend_on_the_token_they_predict_or_a_later_one(case):
    p, source, target = case.drawn()
    other = (target + 1) % VOCABULARY
    i = len(target) // 2
    spliced = torch.cat([target[:i], other[i:]])
    one, two = (seq2seq.logits(p, source, seq2seq.shifted(p, y)) for y in (target, spliced))
    assert gap(one[: i + 1], two[: i + 1]) < TOLERANCE


@given(cases(attention=st.just(False)))
def test_without_attention_nothing_of_the_source_is_left_once_the_state_is_cut_off(case):
    p, source, target = case.drawn()
    p = rebuilt(p, map(leaf, all_tensors(p)))
    memory, state = seq2seq.encode(p, source)
    assert memory is None
    answers = written(p, tuple(part.detach() for part in state), memory, seq2seq.shifted(p, target))
    reading = [p.embed_source, *all_tensors(p.encoder)]
    assert torch.autograd.grad(answers.sum(), reading, allow_unused=True) == (None,) * len(reading)


def test_with_attention_the_source_reaches_the_decoder_past_the_final_state():
    p = seq2seq.draw(VOCABULARY, 4, generator(0), attention=True)
    one, two = torch.tensor([0, 1, 2]), torch.tensor([3, 1, 2])
    (memory, state), (other, _) = seq2seq.encode(p, one), seq2seq.encode(p, two)
    fed = seq2seq.shifted(p, one)
    assert gap(written(p, state, memory, fed), written(p, state, other, fed)) > 1e-3


def test_an_lstm_hands_over_its_cell_as_well():
    p = seq2seq.draw(VOCABULARY, 4, generator(0))
    memory, (h, C) = seq2seq.encode(p, torch.tensor([0, 1, 2]))
    fed = seq2seq.shifted(p, torch.tensor([0, 1, 2]))
    assert gap(written(p, (h, C), memory, fed), written(p, (h, 0 * C), memory, fed)) > 1e-3


@pytest.mark.parametrize("cell", sorted(seq2seq.DRAW))
def test_the_start_token_is_no_symbol_of_the_vocabulary(cell):
    p = seq2seq.draw(VOCABULARY, 3, generator(0), cell)
    target = torch.tensor([[1, 2], [3, 4]])
    assert seq2seq.shifted(p, target).tolist() == [[VOCABULARY, VOCABULARY], [1, 2]]
