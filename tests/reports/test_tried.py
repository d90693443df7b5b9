"""What searches tried, on the pages; and the committed summary, which says of each claim what its evidence counts."""

import msgspec
import pytest

from claims import find_claim
from claims.catalogue import Keys, catalogue
from claims.evidence.evidence import read_evidence
from claims.evidence.keys import ROOT, here
from claims.evidence.profiles import VERDICT
from claims.evidence.tried import TRIED, Branch, TriedClaim, TriedReading, keep_tried, read_tried, up_to_date
from reports.pages.pages import Pages
from reports.record.record import read_record
from reports.record.tried import MUST_HOLD, is_searched, summed_up
from reports.running.examination import rests_on
from reports.running.observing import watch
from reports.text import spread
from tests import toys
from tests.reports import made
from tests.reports.made import HOSTILE
from tests.reports.valid import faults

REPORT = ROOT / "reports"
OWN = Branch(f"impls.attending.attention.{HOSTILE}", "impls/attending/attention.py", 83, f"if mask < {HOSTILE}")
SHARED = Branch("impls.counting.operations.cost", "impls/counting/operations.py", 141, "if operation in REDUCTION")


def row(name="as written", role="as written", outcome="held", **more):
    return TriedReading(name=name, role=role, outcome=outcome, **({"cases": 150, "drawn": 200, "sizes": (1, 2, 3)} | more))


def seen(*readings, rests_on="", never=()):
    return TriedClaim(rests_on=rests_on, readings=list(readings), never=list(never))


def pages(observed, *claims):
    record = made.record(*claims)
    return Pages(record, made.evidence(record, None), {}, observed=observed)


def of_a_claim(observed):
    """The page of the one claim."""
    it = pages({"gradients.is-supported": observed}, made.claim("supported", cites=[]))
    return it.claim(it.record.claims[0])


def test_a_row_a_search_says_how_its_cases_spread_and_what_they_never_reached():
    page = of_a_claim(seen(
        row(lengths=(0, 4, 9), strain=(0.25, 0.5, 0.75)),
        row("a condition", "amended", cases=1, drawn=2, corners={"zero array": (30, 40)}),
        row(f"a control {HOSTILE}", "fails for", "fell", cases=60, drawn=60, fall=(2, 100), corners={"zero array": (33, 40)}),
        row("another", "fails for", "fell", cases=1, drawn=1),
        never=[OWN, SHARED],
    ))  # fmt: skip
    block = page.partition('<details class="tried">')[2].partition("</details>")[0]

    assert "What was tried: 4 searches, 50 % of the cases distinct, or more, 1 branch never reached" in block
    for words in (
        "150 of 200", "1 to 3, median 2", "0 to 9, median 4", "0.25 to 0.75, median 0.5", "M25 4H75M50 1V7M100 0V8",
        "30 of 40 parts: arrays of zeros", "drawn at random, 2 of 100 fall", "1 search more fell at the first case.",
        "if mask &lt;", "Nor to 1 branch of the instruments", "python -m reports observe gradients.is-supported",
    ):  # fmt: skip
        assert words in block, words
    assert "33 of 40" not in block, "it fell"
    assert "REDUCTION" not in block
    assert HOSTILE not in page
    assert faults(page) == []


def test_where_nothing_has_a_bound_or_a_list_there_is_no_column_for_it():
    block = of_a_claim(seen(row())).partition('<details class="tried">')[2]
    assert "Longest list" not in block
    assert "Share of its bound" not in block


def test_what_was_seen_of_older_code_is_not_shown_but_counted():
    known, changed = made.claim("supported", cites=[]), made.claim("refuted", cites=[])
    it = pages({known.id: seen(row()), changed.id: seen(row(), rests_on="older")}, known, changed)
    trust, files = it.trust(), {one.name: one.text for one in it.pages() if one.name == "tried.json"}

    assert '<details class="tried">' in it.claim(it.record.claims[0])
    assert '<details class="tried">' not in it.claim(it.record.claims[1])
    assert "Of 2 claims that are searched, 1 were looked at as they are now." in trust
    assert f'<summary>Not shown: 1</summary><ul>\n<li><a href="claims/{changed.id}.html">' in trust
    assert list(msgspec.json.decode(files["tried.json"]())) == [known.id]
    assert '<details class="tried">' not in it.single(), "only a page of its own has room for it"


def test_how_far_to_trust_it_sums_up_all_searches():
    a, b = made.claim("supported", cites=[]), made.claim("refuted", cites=[])
    rare = row("must fall", "fails for", "fell", cases=9, drawn=9, fall=(1, 100))
    lots = row("drawn again", "amended", cases=120, corners={"single numbers": (20, 40)})
    fallen = row(outcome="fell", cases=1)
    it = pages({a.id: seen(row(), lots), b.id: seen(fallen, rare, never=[OWN, SHARED])}, a, b)
    trust, found = it.trust(), summed_up(it.record, it.observed)

    assert [one.tried.name for one in found.held] == ["drawn again", "as written"]
    assert "Of 2 readings that held, the median had 67 % of its cases distinct." in trust
    assert "All 2 claims that are searched were looked at" in trust
    assert "1 of these had half of what it drew from one corner, such as arrays of zeros:" in trust
    assert "fewer than 5 of 100 drawn at random: 1<" in trust
    assert "must fall: 1 of 100" in trust
    assert "that they rest on: 1<" in trust
    assert "REDUCTION" not in trust
    assert HOSTILE not in trust
    assert faults(trust) == []


def test_where_nothing_was_ever_looked_at_nothing_is_said():
    it = pages({}, made.claim("supported", cites=[]))

    assert summed_up(it.record, {}) is None
    assert {one.name for one in it.pages()}.isdisjoint({"tried.json", "trust.html"})
    assert '<details class="tried">' not in it.claim(it.record.claims[0])


@pytest.mark.parametrize(("some", "told"), [
    (None, ""), ((2, 2, 2), "2"), ((0.1444, 0.19, 1e6), "0.144 to 1e+06, median 0.19"), ((-3, 0, 0), "-3 to 0, median 0"),
])  # fmt: skip
def test_three_numbers_are_told_in_short(some, told):
    assert spread.three(some) == told


def test_a_strip_stays_within_its_scale():
    assert spread.strip((-16, 0.5, 7)) == "M0 4H100M50 1V7M100 0V8"


def test_what_was_observed_is_on_the_page_from_the_next_run_until_the_claim_changes(reports, tmp_path):
    page = reports.folder / "site" / "claims" / f"{toys.qualified.id}.html"
    shown = []
    reports.keyed(toys.qualified)
    for then in (lambda: reports.run("observe", "--into", tmp_path / "seen"), lambda: _change(reports.folder), lambda: None):
        reports.examine()
        shown.append('<details class="tried">' in page.read_text("utf-8"))
        then()

    assert shown == [False, True, False]


def test_a_report_that_was_observed_is_checked_and_a_changed_summary_is_told(reports, tmp_path):
    reports.keyed(toys.qualified)
    reports.run("observe", "--into", tmp_path / "seen")
    reports.examine()
    summary = reports.folder / "site" / TRIED

    assert reports.run("check")[0] == 0
    summary.write_text(summary.read_text("utf-8").replace('"cases": 2', '"cases": 3'), "utf-8")
    code, said, _ = reports.run("check")
    assert code == 1
    assert f"site/{TRIED}" in said


def _change(folder):
    """As if it had been observed before the code was as it is."""
    keep_tried(folder, {id: msgspec.structs.replace(one, rests_on="older") for id, one in read_tried(folder).items()})


# --- what is committed ----------------------------------------------------------------------------------------------------------

RECORD = read_record(REPORT / "verdicts.json")
SEARCHED = [one.id for one in RECORD.claims if is_searched(one)]


def evidence_of(id):
    return read_evidence(REPORT / "evidence" / f"{id}.json")


@pytest.fixture(scope="module")
def tried():
    return read_tried(REPORT)


@pytest.mark.parametrize("id", SEARCHED)
def test_what_is_told_of_a_search_is_what_its_evidence_counts(id, tried):
    evidence = evidence_of(id)
    if not up_to_date({id: tried[id]} if id in tried else {}, {id: evidence}):
        pytest.skip(f"it changed since it was looked at, and its page shows nothing; python -m reports observe {id}")
    known = {one.name: (one.outcome, one.cases, one.cases + one.repeated) for one in evidence.readings}
    told = {one.name: (one.outcome, one.cases, one.drawn) for one in tried[id].readings}

    assert told.items() <= known.items()
    assert {one.name for one in evidence.readings if one.cases > 1} <= told.keys(), "more than a stored case is a search"
    assert [one.name for one in tried[id].readings if one.role in MUST_HOLD and one.crowded] == []


@pytest.mark.parametrize("id", ["sequential.chain-through-every-state", "gradients.clipping-prevents-nan"])
def test_who_looks_again_sees_the_same(id, tried):
    """Of two that take a moment: one that misses a branch, and one in which cases that must fall are rare."""
    (entry,), keys = [one for one in catalogue().entries if one.id == id], Keys(here())
    if id not in tried or tried[id].rests_on != rests_on(keys, entry, VERDICT):
        pytest.skip(f"it changed since it was looked at; python -m reports observe {id}")

    assert watch(find_claim(id, entry.module), tried[id].rests_on, keys.reached(entry), lambda _: None) == tried[id]


def test_only_claims_of_the_record_that_are_searched_are_told_of(tried):
    assert tried.keys() <= set(SEARCHED), f"delete what is gone from reports/{TRIED}"
