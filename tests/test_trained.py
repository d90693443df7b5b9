"""Claims about networks in training, as toys: what knows a rule is believed, what cannot know it never is, and rates are fair."""

from dataclasses import replace
from functools import partial
from math import inf, isfinite, nan

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from claims.evidence.profiles import VERDICT
from claims.evidence.runs import Ran, experiment, ran, shelf
from claims.evidence.verdict import judge
from claims.kit import at_least, claim, holds, measure, reading
from claims.kit.domains import seeds
from claims.kit.engines.trials import independent_seeds
from claims.kit.examine import entropy_of, examine_reading
from claims.subjects.trained.fair import BY_TRAINING, DISCARDED, LEARNT, NOT_LEARNT, RATES, at_best_rate, best_rate
from impls.learning import language, reader, tasks, training
from impls.learning.training import Budget
from impls.translating import seq2seq
from tests.impls.test_language import is_plural, place_of_the_head
from tests.impls.test_tasks import ANSWERS, VALUES
from tests.toys import UNUSED

SEEDS = BY_TRAINING.rule.fewest
TASKS = {
    "reverse": tasks.reverse(8, 3), "copy": tasks.copy(8, 3), "recall": tasks.recall(8, 2), "foretell": tasks.foretell(8, 4),
    "associate": tasks.associate(VALUES, 3), "add": tasks.add(4), "agreement": language.agreement(4, others="opposite"),
    "spelling": language.spelling(8),
}  # fmt: skip
WRITTEN = ("reverse", "copy")  # by an encoder-decoder; the others are said by a reader
TINY, PARTLY, LONG = 3, 11, 30  # steps; recall is learnt in the last
each_task = pytest.mark.parametrize("name", TASKS)


def words_and_verb(source):
    sentence = [language.LEXICON[token] for token in source]
    return [*source[1:], int(is_plural(sentence[place_of_the_head(sentence)]))]


KNOWS = ANSWERS | {"agreement": words_and_verb, "spelling": ANSWERS["foretell"]}


@pytest.fixture(scope="module", autouse=True)
def _each_run_once():
    with shelf():
        yield


@experiment
def knowing(seed: int, name: str) -> Ran:
    """No network, but a plain function that knows the rule."""
    source, answers = training.held_out(TASKS[name], seed)
    said = torch.tensor([KNOWS[name](one) for one in source.T.tolist()]).T
    return ran([0.0], accuracy=(said == answers)[answers != tasks.NOTHING].double().mean().item())


@experiment
def learning(seed: int, name: str, steps: int, shuffled: bool = False, diverges: str = "never") -> Ran:
    """A network that learns the task, or what is left of it where the answers of a batch are dealt out anew."""
    task, rng = TASKS[name], torch.Generator().manual_seed(seed)
    lesson = replace(task, answer=lambda source: dealt_out(task.answer(source), rng)) if shuffled else task
    budget, width = Budget(steps, batch=64, learning_rate=2e-2), 8 if steps == TINY else 32
    if name in WRITTEN:
        model, loss = seq2seq.draw(task.vocabulary, width, rng, attention=True, dtype=torch.float32), training.teacher_forcing
    else:
        model, loss = reader.draw("tanh", task.vocabulary, width, 5.0, rng), reader.loss
    broken = {"never": False, "at the last seed": seed == independent_seeds(0, SEEDS)[-1], "always": True}[diverges]
    trained = training.train(model, lesson, seed, budget, lambda *args: loss(*args) * (nan if broken else 1), [task])
    return ran(trained.losses, accuracy=accuracy(trained.model, name, seed))


def dealt_out(answers, rng):
    return answers[:, torch.randperm(answers.shape[1], generator=rng)]


def accuracy(model, name, seed):
    if name in WRITTEN:
        source, target = training.held_out(TASKS[name], seed)
        return training.token_accuracy(training.written(model, source, target), target)
    return reader.accuracy(model, *training.held_out(TASKS[name], seed), among=language.VERBS if name == "agreement" else None)


RUNS = {
    "knows": knowing,
    **{f"{steps} steps": partial(learning, steps=steps) for steps in (TINY, PARTLY, LONG)},
    **{f"{steps} steps, shuffled": partial(learning, steps=steps, shuffled=True) for steps in (TINY, LONG)},
    "diverges": partial(learning, steps=TINY, diverges="always"),
    "diverges once": partial(learning, steps=TINY, diverges="at the last seed"),
}
WELL = f"{TINY} steps"  # ended


# --- properties of the kind that claims put to such runs --------------------------------------------------------------


def reaches(seed, who, name, share):
    found = RUNS[who](seed, name)["accuracy"]
    measure(accuracy=found)
    at_least(found, share, "accuracy")


def one_learns_and_the_other_does_not(seed, one, other, name, apart):
    able, unable = RUNS[one](seed, name)["accuracy"], RUNS[other](seed + apart, name)["accuracy"]
    holds(able >= LEARNT and unable <= NOT_LEARNT, f"{able:.2f} and {unable:.2f}")


def drops(seed, one, other, name, apart):
    at_least(RUNS[one](seed, name)["accuracy"] - RUNS[other](seed + apart, name)["accuracy"], 0.4, "drop")


def toy(check, holds_for=None, **arguments):
    """A claim that this is so for these arguments; where nothing is said of what it holds for, the control is idle."""
    fill = partial(reading, seed=seeds())
    controls = {"known to": fill(**arguments | (holds_for or {}))}
    return claim(
        "toys.trained", **UNUSED, expect="refuted", scope="Toys", by=BY_TRAINING, as_written=fill(**arguments), holds_for=controls
    )(check)


def examine(made, name="as written"):
    return examine_reading(made, made.reading(name), VERDICT)


@each_task
def test_what_knows_the_rule_always_holds_and_what_learns_from_shuffled_labels_falls(name):
    made = toy(reaches, who=f"{TINY} steps, shuffled", name=name, share=LEARNT, holds_for={"who": "knows"})
    found, known = examine(made), examine(made, "known to")
    assert (found.outcome, found.wins, found.cases) == ("fell", 0, SEEDS)
    assert (known.outcome, known.wins, known.cases) == ("held", SEEDS, SEEDS)
    assert {one["accuracy"] for one in known.measured} == {1.0}
    assert judge([found, known]).word == "refuted"


def test_it_is_the_labels_that_decide_at_a_budget_with_which_the_task_is_learnt():
    learnt, shuffled = (
        examine(toy(reaches, who=who, name="recall", share=LEARNT)) for who in (f"{LONG} steps", f"{LONG} steps, shuffled")
    )
    assert (learnt.outcome, shuffled.outcome) == ("held", "fell")
    assert max(one["accuracy"] for one in shuffled.measured) < LEARNT / 2


@pytest.mark.parametrize("property_of_two", [one_learns_and_the_other_does_not, drops])
@pytest.mark.parametrize(("name", "steps"), [*((name, TINY) for name in TASKS), ("recall", PARTLY)])
def test_a_learner_is_never_told_apart_from_itself(property_of_two, name, steps):
    """Be it the same run, or a run of its own with another seed: whichever does better is a toss-up then."""
    for apart in (0, 1):
        made = toy(property_of_two, one=f"{steps} steps", other=f"{steps} steps", name=name, apart=apart)
        assert examine(made).outcome != "held"


def test_half_trained_learners_differ_from_seed_to_seed_or_the_test_above_would_be_idle():
    found = [learning(seed, "recall", PARTLY)["accuracy"] for seed in independent_seeds(0, SEEDS)]
    assert max(found) - min(found) > 0.2


def test_a_learner_is_told_apart_from_one_with_shuffled_labels():
    made = toy(drops, one=f"{LONG} steps", other=f"{LONG} steps, shuffled", name="recall", apart=0)
    assert examine(made).outcome == "held"


@pytest.mark.parametrize("name", ["reverse", "recall"])
@pytest.mark.parametrize("who", ["diverges", "diverges once"])
@pytest.mark.parametrize("share", [0.0, LEARNT], ids=["that holds otherwise", "that falls otherwise"])
def test_a_run_that_diverged_leaves_a_statement_undecided(name, who, share):
    found = examine(toy(reaches, who=who, name=name, share=share))
    assert found.outcome == "undecided"
    assert "the run diverged" in found.why
    assert judge([found]).word == "undecided"
    assert examine(toy(reaches, who=f"{TINY} steps", name=name, share=share)).outcome == ("fell" if share else "held")


@pytest.mark.parametrize("property_of_two", [one_learns_and_the_other_does_not, drops])
@pytest.mark.parametrize(
    "arms", [("diverges", f"{TINY} steps"), (f"{TINY} steps", "diverges"), (f"{TINY} steps", "diverges once")]
)
def test_so_does_one_arm_of_two(property_of_two, arms):
    found = examine(toy(property_of_two, one=arms[0], other=arms[1], name="recall", apart=0))
    assert found.outcome == "undecided"
    assert "the run diverged" in found.why


# --- equal treatment --------------------------------------------------------------------------------------------------

LOW, MIDDLE, HIGH = RATES


def coming_to(table, done=None):
    """An experiment that takes so many steps to come to such a loss, by rate and seed, and notes what it was asked."""

    @experiment
    def run(seed: int, rate: float, budgets: int = 1, body: str = "any") -> Ran:
        if done is not None:
            done.append((seed, rate, budgets, body))
        steps, loss = table[rate][DISCARDED.index(seed) if seed in DISCARDED else 0]
        return ran([loss], steps=steps, loss=loss)

    return run.__wrapped__  # a closure: its table is in no key, so no shelf may keep it


def each(steps, loss):
    return [(steps, loss)] * len(DISCARDED)


@pytest.mark.parametrize(("table", "wanted"), [
    ({LOW: each(600, 0.1), MIDDLE: each(200, 0.3), HIGH: each(400, 0.2)}, MIDDLE),
    ({LOW: each(600, 1.5), MIDDLE: each(600, 1.2), HIGH: each(600, 0.9)}, HIGH),
    ({LOW: each(600, 2.0), MIDDLE: each(3, nan), HIGH: each(2, inf)}, LOW),
    ({LOW: each(600, 1.5), MIDDLE: each(200, 0.1), HIGH: each(200, 0.1)}, MIDDLE),
    ({LOW: each(600, 1.5), MIDDLE: each(600, 1.5), HIGH: each(600, 1.5)}, LOW),
    ({LOW: each(9, nan), MIDDLE: each(5, nan), HIGH: each(1, nan)}, LOW),
], ids=[
    "the soonest, whatever its loss", "the lowest loss where none ends early",
    "none that diverges", "the lower of two that tie", "the lowest of all that tie",
    "the lowest where all diverge",
])  # fmt: skip
def test_the_best_rate_is(table, wanted):
    assert best_rate(coming_to(table)) == wanted


OUTCOMES = st.tuples(st.sampled_from([100, 200, 600]), st.sampled_from([0.1, 0.5, 2.0, nan]))


@given(st.fixed_dictionaries({rate: st.tuples(*[OUTCOMES] * len(DISCARDED)) for rate in RATES}))
def test_no_rate_is_better_than_the_best_one(table):
    best = table[best_rate(coming_to(table))]
    for rate in RATES:
        tried = table[rate]
        if all(isfinite(loss) for _, loss in tried):
            assert all(isfinite(loss) for _, loss in best)
            assert merit(best) <= merit(tried)


def merit(tried):
    return tuple(map(sum, zip(*tried, strict=True)))


def test_a_rate_is_chosen_at_the_plain_budget_and_the_run_has_the_budget_it_is_given():
    done, table = [], {LOW: each(600, 1.5), MIDDLE: each(600, 0.5), HIGH: each(600, 1.0)}
    found = at_best_rate(coming_to(table, done), 77, budgets=5, body="LSTM")
    *tuning, last = done
    assert sorted(tuning) == sorted((seed, rate, 1, "LSTM") for seed in DISCARDED for rate in RATES)
    assert last == (77, MIDDLE, 5, "LSTM")
    assert found["loss"] == 0.5


def test_a_budget_is_passed_on_only_where_one_is_given():
    asked = []

    def run(seed, rate, **others):
        asked.append(others)
        return ran([1.0], steps=1, loss=1.0)

    at_best_rate(run, 77, body="LSTM")
    assert all(others == {"body": "LSTM"} for others in asked)


def test_the_rate_does_not_depend_on_the_seed_of_the_trial():
    table = {LOW: each(600, 1.5), MIDDLE: each(600, 0.5), HIGH: each(600, 1.0)}
    done = []
    for seed in independent_seeds(0, 5):
        at_best_rate(coming_to(table, done), seed)
    assert {rate for seed, rate, *_ in done if seed not in DISCARDED} == {MIDDLE}


def test_rates_are_chosen_on_seeds_that_no_trial_uses():
    made = toy(reaches, who="knows", name="copy", share=LEARNT)
    assert entropy_of(made, made.reading("as written")) == 0
    assert not set(DISCARDED) & set(independent_seeds(0, 200))
