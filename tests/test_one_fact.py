"""Claims that speak of one fact have one label; where their labels differ, what they say differs, and they name each other."""

import pytest

import claims

CLAIMS = {one.id: one for one in claims.every_claim()}

ALIKE = (
    # how attention reaches back
    {"needed.direct-access", "attention.single-layer-all-pairs"},
    {"complexity.attention-path-o1", "needed.table.constant-gradient-path", "needed.table.direct-access"},
    {"attention.solved-bottleneck", "bottleneck.attention-was-designed-for-it", "bottleneck.attention-motive"},
    {"complexity.attention-o1-sequential", "needed.parallel-training", "needed.table.parallel-training"},
    {"complexity.quadratic-memory", "complexity.quadratic-memory.bytes", "complexity.quadratic-memory.bytes.gpu"},
    # what a recurrence does in a row, and how far back its gradient has to go
    {"sequential.step-t-waits-for-t-1", "complexity.on-regardless-of-hardware"},
    {
        "gated.still-sequential",
        "gated.gru-same-limits",
        "complexity.rnn-table.sequential-steps",
        "complexity.rnn-table.wall-clock",
    },
    {"sequential.chain-through-every-state", "sequential.chain-diagram"},
    {"gradients.chain-of-jacobians", "interview.bptt-unrolls"},
    {"complexity.rnn-table.gradient-path", "interview.bigger-state-same-path", "gated.bidirectional-no-direct-access"},
    # what a state can hold, and what is left of an early token
    {"bottleneck.five-hundred-words-lossy", "gated.thousand-tokens", "promise.state-holds-everything"},
    {"promise.any-length-one-size", "gated.table.fixed-size-state", "needed.table.no-fixed-bottleneck"},
    {"promise.state-sees-only-the-prefix", "forgetting.gate-cannot-foresee"},
    {"forgetting.every-gate-loses", "bottleneck.early-tokens-overwritten", "interview.bigger-state-no-help"},
    {"forgetting.cell-is-a-highway", "gated.multiplicative-decay"},
    # what was published
    {"promise.complex-translation", "promise.named-tasks.long-documents"},
    {"sequential.wmt14-table.gnmt-bleu", "benchmarks.mt-table.gnmt-bleu"},
    {"sequential.wmt14-table.gnmt-training-time", "benchmarks.mt-table.gnmt-training"},
    *(
        {f"sequential.wmt14-table.transformer-{size}-{one}", f"benchmarks.mt-table.{size}-{other}"}
        for size in ("base", "big")
        for one, other in (("bleu", "bleu"), ("time", "training"))
    ),
    {"attention.was-on-an-lstm", "attention.was-on-an-lstm.encoder", "interview.bahdanau-lstm-decoder"},
    {"attention.timeline.2015-bahdanau", "bottleneck.bahdanau-dated-2015"},
    {"attention.timeline.2014-seq2seq-lstm", "benchmarks.names-and-years.sutskever-2014"},
    {"attention.timeline.2017-transformer", "benchmarks.names-and-years.vaswani-2017"},
)

# For each claim the words in what it says that set it apart.
APART = (
    {"needed.table.direct-access": "every token up to it", "attention.single-layer-all-pairs": "every other"},
    {
        "gated.still-sequential": "Carried out step by step",
        "complexity.rnn-table.sequential-steps": "Carried out step by step",
        "sequential.step-t-waits-for-t-1": "can be computed before",
        "complexity.on-regardless-of-hardware": "On any hardware",
    },
    {"bottleneck.decoder-sees-one-vector": "final state", "bottleneck.lstm-hands-over-two-vectors": "a single vector"},
    {"needed.table.constant-gradient-path": "take a path", "needed.constant-path-cures-vanishing": "eliminates"},
    {"complexity.attention-o1-sequential": "does not depend on the length", "sequential.512-steps": "a single matrix product"},
    {"forgetting.500-tokens.published": "500 tokens", "gated.table.beyond-100-tokens.published": "100 tokens"},
)


def named_by(one: str) -> set[str]:
    """The claims that it rests on or speaks of."""
    found = CLAIMS[one]
    return {*found.uses, *(other for other in CLAIMS if other in f"{found.teach} {found.not_shown}")} - {one}


def name(group: set[str]) -> str:
    return " ".join(sorted(group))


@pytest.mark.parametrize("group", ALIKE, ids=name)
def test_claims_of_one_fact_have_one_label(group):
    assert len({CLAIMS[one].expect for one in group}) == 1, {one: CLAIMS[one].expect for one in group}


@pytest.mark.parametrize("group", APART, ids=name)
def test_where_labels_differ_the_words_do(group):
    assert len({CLAIMS[one].expect for one in group}) > 1, "of one label: put them among those alike"
    for one, words in group.items():
        assert words in CLAIMS[one].says
        assert not any(words in CLAIMS[other].says for other in group if CLAIMS[other].expect != CLAIMS[one].expect)


@pytest.mark.parametrize("group", APART, ids=name)
def test_claims_that_are_set_apart_name_each_other(group):
    for one in group:
        assert named_by(one) & set(group) or any(one in named_by(other) for other in group), f"{one} and the others name nobody"
