"""The page of what training showed: figures in their order, outcomes that changed, and arms whose numbers come from the runs."""

import json
import re
from pathlib import Path

import pytest

from claims import every_claim
from claims.evidence.evidence import ReadingEvidence, as_json
from claims.evidence.profiles import PROFILES
from claims.evidence.runs import Ran, Run, experiment, ran, shelf
from claims.kit import claim, holds, measure, reading, trials
from claims.kit.domains import seeds
from claims.kit.figures import dots
from claims.rnns.showed import ASKED, FIGURES, VARIED
from claims.subjects.trained.fair import DISCARDED, RATES, at_best_rate
from reports.commands.verify import run as run_of
from reports.pages.pages import Pages, write_site
from reports.record.making import Around, make_record
from reports.record.record import Record
from reports.record.training import arms_of
from tests import toys
from tests.reports.made import BIB, HOSTILE
from tests.reports.running import ALL_PINNED, without_run
from tests.reports.sites import dangling, loaded_from_elsewhere, lost_links, read, repeated_ids
from tests.seen import examine_claim

VERDICT = PROFILES["verdict"]


@experiment
def reciting(seed: int, body: str, rate: float, budgets: int = 1, aloud: bool = True) -> Ran:
    """A toy learns
    to recite.

    `score`: what came of it."""
    if rate == max(RATES):
        return ran([float("nan")], score=0.0, steps=1, loss=float("nan"), size=7)
    return ran([1.0, rate], score=float(budgets > 1), steps=100 * budgets + seed % 3, loss=rate, size=7)


def chart_named(title: str, says: str = "Marks.") -> object:
    def figure(seen: dict[str, ReadingEvidence]) -> object:
        rows = [{"reading": name, "score": one["score"]} for name, found in seen.items() for one in found.measured]
        return dots(rows, x="reading", y="score", series="reading", title=title, says=says)

    return figure


CHANGED = f"five times the budget {HOSTILE}"


@claim(
    "toys.reciter", says=f"It cannot recite {HOSTILE}.", teach="Give it time.", expect="qualified", scope="Toys", by=trials(),
    as_written=reading(seed=seeds(), body="parrot", budgets=1, above=0.5),
    amended={
        CHANGED: reading(seed=seeds(), body="parrot", budgets=5, above=0.5),
        "a crow": reading(seed=seeds(), body="crow", budgets=1, above=0.5),
        "no bar at all": reading(seed=seeds(), body="parrot", budgets=1, above=-1.0),
    },
    fails_for={"a crow in its place": reading(seed=seeds(), body="crow", budgets=1, above=0.5)}, contrary=("a crow",),
    figure=chart_named(f"It takes time {HOSTILE}", f"A mark for each {HOSTILE}."),
)  # fmt: skip
def reciter(seed: int, body: str, budgets: int, above: float) -> None:
    score = at_best_rate(reciting, seed, body=body, budgets=budgets)["score"]
    measure(score=score)
    holds(score > above, f"a score of {score:g}")


again = claim(
    "toys.again", says="The same.", teach="Give it time.", expect="supported", scope="Toys", by=trials(),
    as_written=reading(seed=seeds(), body="parrot", budgets=5, above=0.5),
    fails_for={"a crow in its place": reading(seed=seeds(), body="crow", budgets=1, above=0.5)},
    figure=chart_named("Again"),
)(reciter)  # fmt: skip

unseen = claim(
    "toys.unseen", says="No figure.", teach="None.", expect="supported", scope="Toys", by=trials(),
    as_written=reading(seed=seeds(), body="parrot", budgets=5, above=0.4),
    fails_for={"a crow in its place": reading(seed=seeds(), body="crow", budgets=1, above=0.5)},
)(reciter)  # fmt: skip

ORDER = ("toys.again", "toys.nobody", "toys.unseen", "toys.reciter")
TRAINED = (reciter, again, unseen, toys.qualified)


@pytest.fixture(scope="module")
def seen():
    """The evidence, and the runs that it rests on."""
    with shelf() as made:
        found = {one.id: examine_claim(one) for one in TRAINED}
    return found, made.used


@pytest.fixture(scope="module")
def record(seen) -> Record:
    found, runs = seen
    return make_record(TRAINED, found, VERDICT, 1.0, Around(figures=ORDER), runs.values())


@pytest.fixture(scope="module")
def page(record, seen) -> str:
    return Pages(record, seen[0], {}).training()


def section(page: str, id: str) -> str:
    return page.partition(f'<h2 id="{id}">')[2].partition("</section>")[0]


# --- whether there is a page ----------------------------------------------------------------------------------------


def test_where_nothing_was_trained_there_is_no_page_and_no_link(reports):
    reports.claims(reciter, toys.supported)
    assert reports.examine()[0] == ALL_PINNED
    site = reports.folder / "site"
    assert (site / "training.html").exists()
    assert (site / "index.html").read_text().count('href="training.html"') == 2

    reports.claims(toys.supported)
    reports.examine()
    assert not (site / "training.html").exists()
    assert "training.html" not in (site / "index.html").read_text()
    assert "training" not in without_run(reports.record) or without_run(reports.record)["training"] is None


def test_evidence_that_is_judged_anew_shows_the_same(reports):
    reports.monkeypatch.setattr(run_of, "around", lambda store, whole: Around(figures=ORDER))
    reports.claims(reciter, again)
    reports.examine()
    page, before = reports.folder / "site" / "training.html", without_run(reports.record)
    shown = undated(page)
    page.unlink()
    reports.run("--no-examine")

    assert without_run(reports.record) == before
    assert before["training"]["figures"] == ["toys.again", "toys.reciter"]
    assert undated(page) == shown


def undated(page):
    """Without the second at which the run began: another run is not of the same one, but by luck."""
    text, stamps = re.subn(r'<meta name="run" content="[^"]+">', "", page.read_text(encoding="utf-8"))
    assert stamps == 1
    return text


# --- figures --------------------------------------------------------------------------------------------------------


def test_figures_stand_in_their_order_each_with_its_finding_and_its_claim(record, page):
    assert record.training.figures == ["toys.again", "toys.reciter"], "neither what was not examined nor what has no figure"
    shown = section(page, "figures")
    assert shown.count("<svg ") == 2
    first, second = shown.split("</figure>")[:2]
    assert ">Again</figcaption>" in first
    assert '<a href="claims/toys.again.html">The same.</a>' in first
    assert 'class="badge supported"' in first
    assert "It takes time" in second
    assert 'class="badge qualified"' in second
    assert "A mark for each" in second, "for those who cannot see it"


@pytest.mark.parametrize("id", FIGURES)
def test_the_figures_of_the_page_are_of_claims_by_trials(id):
    (one,) = [one for one in every_claim() if one.id == id]

    assert one.by.name == "trials"
    assert not one.by.timed
    assert one.figure


def test_no_figure_is_shown_twice():
    assert len(set(FIGURES)) == len(FIGURES) >= 8


# --- what changed ---------------------------------------------------------------------------------------------------


def test_an_outcome_that_changed_is_shown_with_what_was_varied_and_no_other_is(record, page):
    (changed,) = record.training.changed
    assert (changed.claim, changed.reading, changed.varied) == ("toys.reciter", CHANGED, [VARIED["budgets"]])

    shown = section(page, "changed")
    row = shown.partition('<a href="claims/toys.reciter.html">')[2].partition("</tr>")[0]
    assert "fell</span> <div><b>body</b> parrot&nbsp;· the usual number of training steps&nbsp;· <b>above</b> 0.5</div>" in row
    assert f"{VARIED['budgets']} <div>five times the usual training steps</div></td>" in row
    assert "held</span> if five times the budget" in row
    assert "a crow" not in shown, "it fell as well"
    assert "no bar at all" not in shown, "nothing of the training was varied"


def test_what_was_not_settled_changed_nothing(seen):
    quick = PROFILES["quick"]
    found = {reciter.id: examine_claim(reciter, quick)}

    assert make_record([reciter], found, quick, 1.0, Around(), seen[1].values()).training.changed == []


def test_what_amendments_vary_is_known_as_training_or_as_a_question():
    counted = [one for one in every_claim() if one.by.name == "trials" and not one.by.timed]
    amended = [(one, each) for one in counted for each in one.readings if each.role == "amended"]
    varied = {
        name for one, each in amended for name, domain in each.arguments.items()
        if domain.words != one.readings[0].arguments[name].words
    }  # fmt: skip

    assert sorted(varied - VARIED.keys() - ASKED) == [], "say in claims/rnns/showed.py what varying it means"
    assert not ASKED & VARIED.keys()


# --- equal treatment ------------------------------------------------------------------------------------------------


def test_the_arms_come_from_the_runs(record, page):
    (found,) = record.training.experiments
    assert found.name == "tests.reports.test_training_page.reciting"
    assert found.does == "A toy learns to recite."
    assert record.training.rates == list(RATES)

    crow, once, five = found.arms
    assert [one.arm for one in found.arms] == ["crow", "parrot", "parrot · 5 times the steps"]
    assert crow.tried == once.tried == five.tried == list(RATES), "chosen at the plain budget, for all budgets"
    assert crow.rate == once.rate == five.rate == min(RATES)
    assert (crow.size, crow.diverged, once.steps, five.steps) == (7, 0, 102, 502)
    assert 500 <= five.ended <= 502

    row = section(page, "treatment").partition("parrot · 5 times the steps")[2].partition("</tr>")[0]
    assert f"<td>{five.runs}</td>\n<td>7</td>\n<td>0.001, 0.003, 0.01</td>\n<td>0.001</td>\n<td>502</td>" in row


def test_seeds_on_which_the_rate_was_chosen_count_as_no_run(seen):
    arms = [arm for found in arms_of(seen[1].values()).values() for arm in found]

    assert len(seen[1]) == sum(len(arm.runs) for arm in arms) + len(DISCARDED) * len(RATES) * 2
    assert {one.arguments["seed"] for arm in arms for one in arm.runs}.isdisjoint(DISCARDED)


def run(**more: object) -> Run:
    given = {"seed": 5, "body": "parrot", "rate": 0.001, "budgets": 1, "aloud": True}
    name = f"{reciting.__module__}.reciting"
    return Run(key=str(more), experiment=name, arguments=given | more, ran=Ran(measured={"steps": None}), seconds=2.0)


def arms_shown(*runs: Run) -> list[tuple[str, int, int, list[float], float | None]]:
    (found,) = make_record([], {}, VERDICT, 1.0, Around(), runs).training.experiments
    return [(one.arm, one.runs, one.diverged, one.tried, one.rate) for one in found.arms]


def test_runs_that_diverged_are_counted_and_measure_nothing():
    assert arms_shown(run(), run(seed=6)) == [("parrot", 2, 2, [], 0.001)]


def test_arguments_of_an_arm_are_told_in_words_and_what_is_usual_is_not():
    assert arms_shown(run(budgets=3), run(aloud=False, rate=0.1)) == [
        ("parrot · without aloud", 1, 1, [], 0.1),
        ("parrot · 3 times the steps", 1, 1, [], 0.001),
    ]


def test_runs_whose_budget_follows_another_run_are_one_arm():
    assert [arm[:2] for arm in arms_shown(run(most=10), run(seed=6, most=20))] == [("parrot", 2)]


def test_an_experiment_that_nobody_has_loaded_is_not_loaded_for_its_words():
    foreign = Run(key="k", experiment="this.zen", arguments={"seed": 5, "n": 2}, ran=Ran(measured={}), seconds=1.0)
    (found,) = make_record([], {}, VERDICT, 1.0, Around(), [foreign]).training.experiments

    assert (found.does, [one.arm for one in found.arms]) == ("", ["n 2"])


def test_seconds_stand_under_run_alone_and_nothing_else_changes_with_them(seen, record):
    found, runs = seen
    slower = [Run(**{name: getattr(one, name) for name in Run.__struct_fields__} | {"seconds": 9.0}) for one in runs.values()]
    other = make_record(TRAINED, found, VERDICT, 1.0, Around(figures=ORDER), reversed(slower))
    one, two = (json.loads(as_json(made)) for made in (record, other))

    assert two["run"]["training"] == {"tests.reports.test_training_page.reciting": [9.0, 9.0, 9.0]}
    assert "seconds" not in json.dumps(one["training"])
    assert one | {"run": {}} == two | {"run": {}}
    assert "<td>9</td></tr>" in Pages(other, found, {}).training()


# --- the page itself ------------------------------------------------------------------------------------------------


def test_hostile_text_stays_text(page):
    assert "<script>" not in page
    assert HOSTILE not in page
    assert page.count("alert(&#39;x&#39;)") > 3


def test_links_arrive_and_nothing_is_loaded(record, seen, page, tmp_path: Path):
    (tmp_path / "sources.bib").write_text(BIB, encoding="utf-8")
    site = write_site(record, seen[0], tmp_path, tmp_path / "sources.bib").parent
    assert (site / "training.html").read_text(encoding="utf-8") == page

    found = read(site)
    assert lost_links(found) == dangling(found) == repeated_ids(found) == loaded_from_elsewhere(found) == []
