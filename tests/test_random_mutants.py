"""Small changes of our own code: what they are, that they take effect, and that what is recorded of them fits the code."""

import ast
import json
import os
import re
import subprocess
import sys
from types import SimpleNamespace

import pytest

from claims.evidence.keys import ROOT
from impls.questions import asking, starts
from reports.record.watched import KILLED, watched_in
from tests.mutating import attack
from tests.mutating.attack import child
from tests.mutating.operators import changed, functions, sites
from tests.mutating.swapping import all_changes, put_in_place, sample, told
from tests.random_mutants import SUITES, found_again, why

TOLD = [what for what in SUITES if (ROOT / "reports" / "watched" / f"{what}.json").exists()]
STALE = 1 / 4  # of the recorded mutants may stand in functions that have changed since
EXAMPLES = (
    ("return a < b", {"a <= b", "a > b", "return None"}),
    ("return a + b", {"a - b", "return None"}),
    ("return P @ J", {"J @ P", "return None"}),
    ("return not a", {"a", "return None"}),
    ("return f(a, b=1)", {"f(a)", "2", "0", "return None"}),
    ("return f(a, b)", {"f(b, a)", "return None"}),
    ("return f(a, a)", {"return None"}),
    ("return a[1:]", {"1 + 1:", "1 - 1:", "1:-1", "2", "0", "return None"}),
    ("a += 1", {"a -= 1", "2", "0", "pass"}),
    ("return a if b else c", {"c if b else a", "return None"}),
    ("return [a for a in b if a]", {"[a for a in b]", "return None"}),
    ("raise ValueError(1)", {"pass"}),
    ('"""Words."""', set()),
    ("return f'{a + 1}'", {"return None"}),
)


def ways(body: str) -> set[str]:
    """All that a function of one line can become, what is changed alone."""
    text = f"def f(a, b, c):\n    {body}\n"

    def fresh() -> ast.FunctionDef:
        return next(node for _, node in functions(ast.parse(text)))

    return {changed(fresh(), site)[1] for site in sites(fresh())}


@pytest.mark.parametrize(("body", "become"), EXAMPLES, ids=[body for body, _ in EXAMPLES])
def test_a_line_is_changed_in_these_ways_and_no_others(body, become):
    assert ways(body) == become


def test_every_change_of_every_function_can_be_made_and_changes_it():
    for module in ("impls/attending/attention.py", "claims/evidence/verdict.py"):
        text = (ROOT / module).read_text()
        for name, node in functions(ast.parse(text)):
            for site in sites(node):
                tree = ast.parse(text)
                one = next(it for known, it in functions(tree) if known == name)
                changed(one, site)
                compile(tree, module, "exec")
                assert ast.dump(one) != ast.dump(node), (name, site)


def test_the_same_seed_draws_the_same_changes_and_a_smaller_count_the_first_of_them():
    changes = all_changes(("impls/recurrent",))

    assert sample(changes, 4, 5) == sample(changes, 4, 9)[:5] != sample(changes, 5, 5)


def test_what_a_function_made_when_its_module_was_loaded_is_changed_with_it():
    form, p = starts.FORMS["GRU"]["reset before the product, z weighs the old"], asking.parameters("GRU", 0)
    (change,) = (one for one in all_changes(("impls/questions/starts.py",)) if told(one)[1] == "p if negated else gru.swapped(p)")

    def whether_swapped(tell):
        put_in_place(change)
        tell(str(form(p).args[0] is not p))

    assert form(p).args[0] is not p
    assert list(child(whether_swapped, lambda _: 60.0)) == ["False"]


@pytest.mark.parametrize("what", TOLD)
def test_what_is_recorded_is_of_this_code_and_no_survivor_goes_unexplained(what):
    told = json.loads((ROOT / "reports" / "watched" / f"{what}.json").read_text())
    rows = told["rows"]
    there = {one.of for one in all_changes(SUITES[what][0])}
    gone = sorted({row["of"] for row in rows} - there)
    fitting = [row for row in rows if found_again(row, what)]
    silent = [row for row in rows if row["how"] not in KILLED and not why(row)]

    assert len(rows) >= 100
    assert not gone, f"functions that are no more: run python -m tests.random_mutants --of {what} again"
    assert len(rows) - len(fitting) <= STALE * len(rows)
    assert len(silent) <= 0.05 * len(rows), [f"{row['of']}: {row['was']} → {row['now']}" for row in silent]


def test_the_table_adds_up():
    watched = watched_in(ROOT / "reports")
    for some in filter(None, (watched.impls, watched.judges)):
        assert sum(map(some.by, ("claims", "tests", "timed out"))) + len(some.left) == len(some.rows)
        assert some.killed >= 0.9 * len(some.rows)


@pytest.mark.parametrize("what", TOLD)
def test_what_killed_some_of_them_kills_them_still(what):
    """In a process of its own, for it runs pytest and replaces code."""
    environment = {**os.environ, "PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "tests.random_mutants", "--of", what, "--replay", "10"]
    seen = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)

    assert seen.returncode == 0, seen.stdout + seen.stderr[-2000:]
    assert re.search(r"(\d+) of \1 killed again", seen.stdout)


@pytest.mark.parametrize(("skipped", "how"), [((True, True), "skipped"), ((True, False), "survived")])
def test_a_change_that_was_put_to_skipped_tests_alone_has_not_survived(monkeypatch, skipped, how):
    left, said = list(skipped), []
    monkeypatch.setattr(attack, "put_in_place", lambda *_: True)
    monkeypatch.setattr(attack, "_run", lambda *_: (True, left.pop()))
    monkeypatch.setattr(attack.resource, "setrlimit", lambda *_: None)
    attack._attacked(None, [SimpleNamespace(nodeid="a"), SimpleNamespace(nodeid="b")], None, said.append)

    assert said == ["a", "b", how]
