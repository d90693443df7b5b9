"""What people ask for on the start page, and whether an answer stands among the first five statements, by its own search."""

import pytest

from claims.kit.terms import read_terms
from claims.texts import the_text
from reports.pages.pages import Pages
from tests.browser.conftest import Visit

FIRST = 5
ASKED = {
    "vanishing gradient problem": ["gradients.eigenvalues-below-one-vanish", "gradients.vanishing-forbids-learning"],
    "exploding gradients clipping": ["gradients.clipping-stabilises", "gradients.clipping-bounds-the-norm"],
    "reset_after": ["libraries.gru-equations"],
    "port weights": ["libraries.lstm-equations"],
    "key_padding_mask": ["libraries.mask-says-look"],
    "causal hint": ["libraries.causal-hint"],
    "why do gradients explode?": ["gradients.eigenvalues-above-one-explode"],
    "gradient clipping": ["gradients.clipping-bounds-the-norm"],
    "NaN": ["gradients.clipping-prevents-nan"],
    "BPTT": ["interview.bptt-unrolls", "interview.bptt-is-the-algorithm"],
    "backpropagation through time": ["interview.bptt-unrolls", "gradients.chain-of-jacobians"],
    "truncated BPTT": ["interview.tbptt-horizon", "interview.tbptt-prevents-vanishing"],
    "spectral radius": ["gradients.eigenvalues-below-one-vanish"],
    "orthogonal initialization": ["gradients.never-one-in-practice.published", "gradients.singular-values-must-be-one"],
    "Jacobian product": ["gradients.chain-of-jacobians", "gradients.jacobian-formula", "gradients.eigenvalues-multiply"],
    "long term dependency": ["promise.any-long-range-dependency", "gradients.vanishing-forbids-learning"],
    "modeling language": ["benchmarks.lower-perplexity-is-better"],
    "tanh saturation": ["gradients.tanh-saturates"],
    "additive update": ["forgetting.cell-is-a-highway"],
    "constant error carousel": ["forgetting.cell-is-a-highway", "attention.timeline.1997-gates"],
    "memory cell": ["forgetting.lstm-equations", "forgetting.cell-is-a-highway"],
    "peephole": ["forgetting.lstm-equations"],
    "forget gate": ["forgetting.gate-limits", "forgetting.gates-of-the-lstm"],
    "GRU vs LSTM parameters": ["gated.gru-smaller-faster"],
    "update gate": ["gated.gru-update-orientation", "gated.gru-merges-gates"],
    "BiLSTM": ["gated.bidirectional-both-sides", "gated.bidirectional-double-compute"],
    "hidden size": ["interview.bigger-state-no-help", "interview.bigger-state-same-path"],
    "seq2seq": ["bottleneck.original-seq2seq-paper", "bottleneck.decoder-sees-one-vector"],
    "context vector": ["bottleneck.decoder-sees-one-vector"],
    "information bottleneck": ["bottleneck.five-hundred-words-lossy", "bottleneck.decoder-sees-one-vector"],
    "long sentences": ["bottleneck.quality-falls-with-length", "attention.two-three-bleu"],
    "teacher forcing": ["needed.parallel-training"],
    "attention weights": ["attention.aligns", "attention.bahdanau-equations"],
    "bahdanau": ["attention.bahdanau-equations", "attention.was-on-an-lstm"],
    "cross-attention": ["interview.bahdanau-cross-only"],
    "quadratic attention": ["complexity.attention-n2d", "complexity.quadratic-memory"],
    "O(n²d)": ["complexity.attention-n2d"],
    "parallel training": ["needed.parallel-training", "needed.table.parallel-training"],
    "wall clock": ["sequential.speedup-needs-parallel-hardware.gpu", "complexity.rnn-table.wall-clock"],
    "path length": ["complexity.attention-path-o1", "complexity.rnn-table.gradient-path"],
    "perplexity": ["benchmarks.lower-perplexity-is-better"],
    "PTB": ["benchmarks.ptb-table.zaremba", "benchmarks.ptb-table.awd-lstm"],
    "garden path": ["long-range.garden-path-parses", "long-range.garden-path-is-forgetting"],
    "subject verb agreement": ["long-range.agreement-by-distance.trained", "forgetting.lstm-says-is.trained"],
    "coreference": ["long-range.coreference-capacity"],
    "who invented the LSTM": ["attention.timeline.1997-lstm"],
    "state space models": ["complexity.on-regardless-of-hardware", "sequential.step-t-waits-for-t-1"],
    "benchmarks.mt-table.gnmt-bleu": ["benchmarks.mt-table.gnmt-bleu"],
    "the key to the cabinets": ["forgetting.key-to-the-cabinets"],
}
SEEN = "() => [...document.querySelectorAll('tr[data-claim]')].filter((one) => !one.hidden).map((one) => one.dataset.claim)"


@pytest.fixture(scope="module")
def page(browser, whole, tmp_path_factory):
    """The start page alone."""
    folder = tmp_path_factory.mktemp("start")
    for one in Pages(whole, {}, {}).pages():
        if one.name == "index.html" or one.name.startswith("assets/"):
            (folder / one.name).parent.mkdir(exist_ok=True)
            (folder / one.name).write_text(one.text(), encoding="utf-8")
    reader = Visit(browser, folder)
    yield reader.open("index.html")
    reader.context.close()
    assert reader.errors == []


def found(page, query):
    page.locator("input[name=q]").fill(query)
    return page.evaluate(SEEN)


@pytest.mark.parametrize("query", ASKED)
def test_an_answer_stands_among_the_first(page, query):
    assert set(found(page, query)[:FIRST]) & set(ASKED[query])


def test_a_term_leads_to_all_its_claims_by_whichever_name_the_best_first(page):
    for term in read_terms(the_text().folder / "terms.toml"):
        for name in term.names:
            seen = found(page, name)
            assert set(term.claims) <= set(seen), name
            assert set(seen[:FIRST]) & set(term.claims), name


def test_a_word_that_is_still_being_typed_leads_there(page):
    assert "interview.bptt-unrolls" in found(page, "bpt")[:FIRST]
    assert "bottleneck.original-seq2seq-paper" in found(page, "seq2")[:FIRST]


def test_the_best_answer_comes_first_unless_another_order_is_asked_for(page):
    best = found(page, "perplexity")
    page.locator("select[name=sort]").select_option("id")
    assert page.evaluate(SEEN) == sorted(best)
    page.locator("select[name=sort]").select_option("")
    assert page.evaluate(SEEN) == best != sorted(best)
    assert found(page, "")[0] == "promise.elman-recurrence", "nothing is asked: the essay's order"


MISTYPED = {"perplexitty": "perplexity", "seqtoseq": "seq2seq", "vanshing gradiants": "vanishing gradients"}


@pytest.mark.parametrize(("mistyped", "meant"), MISTYPED.items())
def test_what_finds_nothing_says_so_and_offers_the_nearest_terms(page, mistyped, meant):
    assert found(page, mistyped) == []
    nothing = page.locator("[data-nothing]")
    assert "No statement fits" in nothing.inner_text()
    assert meant in nothing.locator("a").all_inner_texts()
    nothing.locator("a", has_text=meant).first.click()
    assert page.locator("input[name=q]").input_value() == meant
    assert page.evaluate(SEEN)


def test_words_that_are_like_nothing_are_offered_nothing(page):
    assert found(page, "zzzzqqqq") == []
    assert page.locator("[data-nothing] a").count() == 0
