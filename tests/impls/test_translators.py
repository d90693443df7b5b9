"""impls.tracing.translators: each is the function of its own module, and its parts stand where they are said to stand."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from impls.attending import attention, decoder, transformer
from impls.broken import interview as broken_interview
from impls.recurrent import elman, gru, lstm
from impls.tracing.translators import AS_PUBLISHED, RECURRENT, TRANSFORMER, drawn, trace_translator
from impls.translating import seq2seq
from tests.impls.drawn import TOLERANCE, gap, seeds

lengths = st.integers(1, 4)  # as many words as the width, in the test against seq2seq
RECURRENCES = {"elman": elman.run, "gru": gru.run, "lstm": lambda p, xs: lstm.run(p, xs)[0]}


def stacked(places):
    return torch.stack([place[0] for place in places])


def with_tokens_as_words(p, xs, ys):
    """The same model, whose source words are xs and whose target words are ys."""
    source, target = p.embed_source.clone(), p.embed_target.clone()
    source[: len(xs)], target[: len(ys)] = torch.stack(xs), torch.stack(ys)
    return replace(p, embed_source=source, embed_target=target)


@given(st.sampled_from(sorted(RECURRENCES)), st.booleans(), lengths, lengths, seeds())
def test_a_recurrent_one_is_that_of_its_module(cell, attends, n, m, seed):
    p, tokens = drawn(RECURRENT(cell, attends), n, m, 4, seed)
    source, _, outputs = RECURRENT(cell, attends).run(p, tokens[:n], tokens[n:])
    model = with_tokens_as_words(p, tokens[:n], tokens[n:])
    assert gap(torch.stack(outputs), seq2seq.logits(model, torch.arange(n), torch.arange(m))) < TOLERANCE
    assert gap(stacked(source), RECURRENCES[cell](p.encoder, torch.stack(tokens[:n]))) < TOLERANCE


@given(lengths, lengths, seeds())
def test_the_transformer_is_an_encoder_layer_and_a_decoder_layer(n, m, seed):
    (encoder, layer), tokens = drawn(TRANSFORMER, n, m, 4, seed)
    source, target, outputs = TRANSFORMER.run((encoder, layer), tokens[:n], tokens[n:])
    X, Y = torch.stack(tokens[:n]), torch.stack(tokens[n:])
    memory = transformer.run(encoder, X)
    assert gap(stacked(source), memory) < TOLERANCE
    assert gap(stacked(target), decoder.attend_to_target(layer, Y)) < TOLERANCE
    assert gap(torch.stack(outputs), decoder.run(layer, Y, memory)) < TOLERANCE


@given(lengths, lengths, seeds())
def test_the_published_one_reads_the_source_both_ways(n, m, seed):
    p, tokens = drawn(AS_PUBLISHED, n, m, 4, seed)
    source, target, outputs = AS_PUBLISHED.run(p, tokens[:n], tokens[n:])
    xs = torch.stack(tokens[:n])
    states = torch.cat([gru.run(p.ahead, xs), gru.run(p.back, xs.flip(0)).flip(0)], -1)
    assert gap(stacked(source), states) < TOLERANCE
    start = torch.cat([states[-1, :2], states[0, 2:]])
    ss = gru.run(p.rest.decoder, torch.stack(tokens[n:]), start)
    assert gap(stacked(target), ss) < TOLERANCE
    read = [torch.cat([s, attention.additive(p.rest.attention, s, states)[0]]) @ p.rest.W_out.T + p.rest.b_out for s in ss]
    assert gap(torch.stack(outputs), torch.stack(read)) < TOLERANCE


@pytest.mark.parametrize("translator", [RECURRENT("lstm", True), RECURRENT("elman", False), AS_PUBLISHED, TRANSFORMER], ids=str)
def test_a_trace_holds_source_target_and_outputs_in_this_order(translator):
    n, m = 3, 2
    graph = trace_translator(translator, n, m)
    assert (len(graph.inputs), len(graph.outputs)) == (n + m, n + m + m)
    assert all(graph.shortest_path(j, j) is not None for j in range(n + m)), "each place reads its own token"
    assert all(graph.shortest_path(n, j) is None for j in range(n)), "the source reads no target"
    assert all(graph.shortest_path(j, n + m + i) is not None for j in range(n) for i in range(m)), "the outputs read the source"


SAME_AT = {
    broken_interview.source_attends_to_itself: (RECURRENT("lstm", True), 1, 3),
    broken_interview.target_attends_to_itself: (RECURRENT("lstm", True), 3, 1),
    broken_interview.last_memory_row_alone: (TRANSFORMER, 1, 3),
}


@pytest.mark.parametrize("broken", SAME_AT, ids=lambda broken: broken.__name__)
def test_a_broken_one_is_right_where_its_defect_hides_and_wrong_elsewhere(broken):
    translator, *small = SAME_AT[broken]
    for (n, m), same in ((small, True), ((3, 3), False)):
        p, tokens = drawn(translator, n, m, 4, seed=0)
        right, wrong = (torch.stack(run(p, tokens[:n], tokens[n:]).outputs) for run in (translator.run, broken))
        assert (gap(right, wrong) < TOLERANCE) == same


def test_the_decoder_alone_reads_no_source():
    p, tokens = drawn(TRANSFORMER, 3, 2, 4, seed=0)
    one, other = (torch.stack(broken_interview.decoder_alone(p, xs, tokens[3:]).outputs) for xs in (tokens[:3], tokens[1:3]))
    assert torch.equal(one, other)
