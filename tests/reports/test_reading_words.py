"""What a reader is told in words: where the start page leads, what a word means, what an argument is, what a seed showed."""

import re

import pytest

from claims import every_claim
from claims.evidence.evidence import Case, ReadingEvidence
from claims.kit.claim import ClaimError
from claims.kit.engines.trials import independent_seeds
from claims.kit.reading import reading as filled_in
from reports.pages.arguments import by_argument, functions, in_words
from reports.pages.trials import measured_with
from reports.pages.ways import ON_DEMAND, there, ways
from reports.pages.words import linked, words
from reports.text.glossary import Word, read_glossary, the_glossary
from reports.text.wording import as_put, corrected, why
from tests.reports.made import claim, record

# --- where the start page leads -----------------------------------------------------------------------------------------


def test_what_was_written_on_demand_is_linked_and_what_was_not_is_named_with_its_command(tmp_path):
    (tmp_path / "slides.html").write_text("a deck")
    (tmp_path / "slides-chosen.html").write_text("another")
    found = {one.title: one for of in ways(record(), there(tmp_path), ()).values() for one in of}
    assert found["Slides"].href == "slides.html"
    assert (found["The essay, annotated"].href, found["The essay, annotated"].command) == ("", "essay FILE")
    assert not [one for one in found.values() if not one.href and not one.command]


def test_every_command_that_is_named_is_one(tmp_path):
    from reports.commands.calls import NAMES

    assert {command.split()[0] for _, command in ON_DEMAND.values()} <= set(NAMES)


# --- headings -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("made", "put", "says"), [
    (claim("supported"), "As written", "Stands as written"),
    (claim("supported", lines=[]), "The statement", "Stands"),
    (claim("qualified"), "As written", "As corrected, and checked"),
    (claim("refuted"), "As written", "Say instead"),
    (claim("refuted", asked="A board 2020: Why? https://example.org"), "As asked", "Say instead"),
])  # fmt: skip
def test_headings_say_no_more_than_is_so(made, put, says):
    assert as_put(made, record(made)) == put
    assert corrected(made, record(made)) == says


def test_a_qualified_statement_has_a_condition_that_held_and_a_refuted_one_has_none():
    """So that its correction may be called checked; the judge sees to it, and the headings rest on it."""
    from claims.evidence.keys import ROOT
    from reports.record.record import read_record

    for one in read_record(ROOT / "reports" / "verdicts.json").claims:
        held = any(each.role == "amended" and each.outcome == "held" for each in one.readings)
        assert held if one.verdict == "qualified" else not held or one.verdict != "refuted"


def test_only_what_the_text_says_is_called_written():
    asked = claim("qualified", asked="A board 2020: Why? https://example.org", why="As written it fell.")
    assert why(asked, record(asked)) == "As asked it fell."
    assert why(claim("qualified", why="As written it fell."), record()) == "As written it fell."
    assert why(claim("qualified", lines=[], why="“as written”: undecided, x"), record()) == "“as it stands”: undecided, x"


def test_what_a_clock_counted_is_not_told_as_a_place_to_look():
    told = why(claim("refuted", why="It fell (repetitions counted, see the run), and held."), record())
    assert told == "It fell (by the clock; counts below), and held."


# --- arguments ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "told"), [
    ("True", "yes"), ("slice(None, None, None)", "all of it"), ("slice(0, 1, None)", "place 1"),
    ("slice(1, 3, None)", "places 2 to 3"),
    ("slice(2, None, None)", "from place 3 on"), ("('elman', 'gru')", "elman, gru"), ("('lstm',)", "lstm"),
    ("networks [1, 3] wide, weights within [-2, 2]", "networks 1 to 3 wide, weights within [-2, 2]"),
    ("torch.tanh", "torch.tanh"), ("torch 2.13.0: nn.LSTM", "torch 2.13.0: nn.LSTM"), ("0.99", "0.99"),
    ("lstm.run", "run: all states h_1..h_n and all cells C_1..C_n"),
    ("broken_cells.elman_step_without_bias", "elman step without bias (wrong on purpose): leave b out"),
])  # fmt: skip
def test_a_value_is_told_in_words(value, told):
    assert in_words(value) == told


def test_an_argument_is_told_by_the_phrase_that_the_text_has_for_it():
    assert by_argument("budgets: 2; asked: at 200; hand_over: the state") == [
        ("", "twice the usual training steps"), ("", "asked at a lag of 200"), ("hand over", "the state"),
    ]  # fmt: skip
    assert by_argument("") == []


def test_no_function_of_ours_is_left_as_code_in_any_reading():
    for one in every_claim():
        for each in one.readings:
            for name, value in by_argument(filled_in(**each.arguments).words):
                assert not {".".join(found) for found in re.findall(r"\b([a-z_]\w*)\.([a-z_]\w*)", value)} & set(functions()), (
                    name
                )


# --- what a seed showed -------------------------------------------------------------------------------------------------


def test_a_seed_is_shown_beside_all_others():
    seeds = independent_seeds(7, 3)
    seen = ReadingEvidence(
        name="as written", role="as written", engine="trials", outcome="fell", why="", cases=3, wins=0, trials=3, entropy=7,
        measured=[{"accuracy": one, "some_time": None} for one in (0.5, 0.25, 1.0)],
    )  # fmt: skip
    (one,) = measured_with(seen, Case(found_by="one of the seeds", text={"seed": str(seeds[1])}, says=""))
    assert one == ("share that is told right", 0.25, 0.25, 0.5, 1.0)
    assert measured_with(seen, Case(found_by="", text={"seed": "5"}, says="")) == [], "it is none of them"
    assert measured_with(seen, Case(found_by="", text={"n": "3"}, says="")) == []


# --- the glossary -------------------------------------------------------------------------------------------------------


def test_a_word_is_linked_once_and_nowhere_but_in_running_text():
    lag = Word(name="lag", also=["lags"], says="…")
    page = (
        '<title>lag</title><main><h1>A lag</h1><p title="lag">Flags, <a>lags</a>, <code>lag</code>: Lags<br> and lag.</p></main>'
    )
    link = '<a class="word" href="g.html#word-lag">Lags</a>'
    assert linked(page, [lag], "g.html") == page.replace(": Lags", f": {link}")
    assert linked(page, [Word(name="lag", link=False, says="")], "g.html") == page


def test_words_are_sentences_and_no_two_entries_share_a_form():
    own, others = words()
    forms = [form.lower() for one in (*own, *others) for form in (one.name, *one.also)]
    assert len(forms) == len(set(forms))
    assert all(re.search(r"[.…]$", one.says) for one in (*own, *others))
    assert len(others) >= 15
    assert own


def test_a_text_without_a_glossary_has_the_words_of_the_report_and_a_mistake_is_told_with_its_file(tmp_path):
    assert read_glossary(tmp_path / "none.toml").words == []
    wrong = tmp_path / "glossary.toml"
    wrong.write_text('[[word]]\nname = "x"\n')
    with pytest.raises(ClaimError, match=r"glossary\.toml.*says"):
        read_glossary(wrong)


def test_every_phrase_is_of_an_argument_that_some_reading_has():
    said = {(name, domain.words) for one in every_claim() for each in one.readings for name, domain in each.arguments.items()}
    for name, phrases in the_glossary().arguments.items():
        assert name in {each for each, _ in said}
        if isinstance(phrases, dict):
            assert {(name, value) for value in phrases} <= said
