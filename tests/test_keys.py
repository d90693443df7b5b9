"""Keys by meaning: on a small project, what changes a fingerprint and what does not."""

import pytest

from claims.evidence import keys
from claims.evidence.keys import ROOT, Sources, Target, here

CELLS = """
from impls.gates import forget, keep as hold
from impls import maths
import numpy as np

WIDTH = 3


def step(h):
    return hold(h) * WIDTH + forget(h) + np.tanh(maths.half(h))


def aside(h):
    return h
"""
GATES = """
def forget(h):
    return h - h


def keep(h):
    return _really(h)


def _really(h):
    return h
"""
PROJECT = {
    "impls/__init__.py": "", "impls/cells.py": CELLS, "impls/gates.py": GATES,
    "impls/maths.py": "def half(h):\n    return h / 2\n\n\ndef third(h):\n    return h / 3\n",
}  # fmt: skip
STEP = Target("impls.cells", "step")


@pytest.fixture
def project(tmp_path):
    """Write a project and read it; `changes` stand in the place of its files, None for one that is no more."""

    def written(changes=None, known=None):
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        for name, text in (PROJECT | (changes or {})).items():
            if text is not None:
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
        return Sources(known, root=folder)

    return written


def edited(name, before, after):
    assert before in PROJECT[name]
    return {name: PROJECT[name].replace(before, after)}


# --- what changes nothing -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        edited("impls/cells.py", "def aside(h):\n    return h", "def aside(h):\n    return h + 1"),
        edited("impls/maths.py", "h / 3", "h / 4"),
        edited("impls/gates.py", "def keep(h):\n", 'def keep(h: float) -> float:\n    """Keep it."""\n    # all of it\n'),
        edited("impls/gates.py", GATES, "\n\n\n" + GATES.replace("\n\n\ndef keep", "\n\ndef keep")),
        {"impls/gates.py": "\n\n".join(reversed(GATES.strip().split("\n\n\n")))},
        {"impls/others.py": "X = 1"},
        edited(
            "impls/cells.py",
            "from impls import maths\nimport numpy as np",
            "import numpy as np\nimport os\nfrom impls import maths",
        ),
    ],
    ids=[
        "another definition",
        "another one that is imported",
        "words",
        "lines",
        "the order",
        "another file",
        "the order of imports",
    ],
)
def test_a_fingerprint_stays_with(project, changes):
    assert project(changes).fingerprint(STEP) == project().fingerprint(STEP)


def test_a_file_that_it_does_not_reach_is_not_even_read(project):
    sources = project({"impls/others.py": "this is no Python"})

    assert sources.fingerprint(STEP) == project().fingerprint(STEP)
    assert set(sources.contents) == {"impls.cells", "impls.gates", "impls.maths"}


def test_a_definition_that_moves_to_another_module_keeps_its_fingerprint(project):
    moved = {
        "impls/cells.py": CELLS.replace("from impls.gates import forget, keep", "from impls.doors import keep")
        .replace("from impls import maths", "from impls import maths\nfrom impls.gates import forget"),
        "impls/doors.py": GATES[GATES.index("def keep"):],
        "impls/gates.py": GATES[: GATES.index("def keep")],
    }  # fmt: skip
    assert project(moved).fingerprint(STEP) == project().fingerprint(STEP)
    whole = {"impls/deep/cells.py": CELLS, "impls/deep/__init__.py": "", "impls/cells.py": None}
    assert project(whole).fingerprint(Target("impls.deep.cells", "step")) == project().fingerprint(STEP)


def test_a_module_that_is_renamed_keeps_the_fingerprints_of_those_who_use_it(project):
    renamed = {
        "impls/arithmetic.py": PROJECT["impls/maths.py"], "impls/maths.py": None,
        "impls/cells.py": CELLS.replace("from impls import maths", "from impls import arithmetic as maths"),
    }  # fmt: skip
    assert project(renamed).fingerprint(STEP) == project().fingerprint(STEP)


def test_what_a_package_hands_on_is_what_it_was(project):
    through = {
        "impls/__init__.py": "from impls.gates import forget, keep\n",
        "impls/cells.py": CELLS.replace("from impls.gates import", "from impls import"),
    }
    assert project(through).fingerprint(STEP) == project().fingerprint(STEP)
    lazily = {
        **through,
        "impls/__init__.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from impls.gates import forget, keep\n",
    }
    assert project(lazily).fingerprint(STEP) == project().fingerprint(STEP)
    assert Target("impls.gates", "keep") in project(lazily).reached([STEP])


# --- what changes it ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("changes", [
    edited("impls/cells.py", "WIDTH = 3", "WIDTH = 4"),
    edited("impls/cells.py", "hold(h) *", "hold(h) +"),
    edited("impls/maths.py", "h / 2", "h / 5"),
    edited("impls/gates.py", "def _really(h):\n    return h", "def _really(h):\n    return -h"),
    edited("impls/cells.py", "forget, keep as hold", "keep as forget, forget as hold"),
    edited("impls/cells.py", "import numpy as np", "import torch as np"),
    edited("impls/cells.py", "WIDTH = 3", "WIDTH = 3\nWIDTH += 1"),
    edited("impls/cells.py", "WIDTH = 3", "WIDTH = 3\nprint(WIDTH)"),
    edited("impls/gates.py", "def forget", "print()\n\n\ndef forget"),
    edited("impls/gates.py", "def _really(h)", "def _really(h, more=0)"),
], ids=["a constant", "itself", "through an attribute", "what is reached by others", "two names exchanged", "a package of others",
        "what is added", "what its module does", "what another's module does", "a default"])  # fmt: skip
def test_a_fingerprint_changes_with(project, changes):
    assert project(changes).fingerprint(STEP) != project().fingerprint(STEP)


def test_two_definitions_that_only_look_alike_are_told_apart(project):
    """The same words in two modules that mean another thing by them."""
    sources = project({
        "impls/one.py": "from impls.gates import keep as g\ndef f(h):\n    return g(h)\n",
        "impls/two.py": "from impls.gates import forget as g\ndef f(h):\n    return g(h)\n",
    })  # fmt: skip
    assert sources.fingerprint(Target("impls.one", "f")) != sources.fingerprint(Target("impls.two", "f"))


# --- modules passed on whole, circles, what is left out -------------------------------------------------------------

ANY = "from impls import gates\ndef run(of):\n    return of.keep(1)\n\n\ndef f():\n    return run(gates)\n"
ANYTHING = Target("impls.any", "f")


def test_a_module_that_is_passed_on_whole_stands_for_all_that_it_defines(project):
    sources = project({"impls/any.py": ANY})
    assert {str(one) for one in sources.reached([ANYTHING])} == {
        "impls.any.f", "impls.any.run", "impls.gates.forget", "impls.gates.keep", "impls.gates._really",
    }  # fmt: skip
    for changes in (edited("impls/gates.py", "h - h", "h + h"), edited("impls/gates.py", GATES, GATES + "\n\nX = 1\n")):
        assert project({"impls/any.py": ANY} | changes).fingerprint(ANYTHING) != sources.fingerprint(ANYTHING)
    assert project({"impls/any.py": ANY, "impls/cells.py": None}).fingerprint(ANYTHING) == sources.fingerprint(ANYTHING)


ROUND = (
    "def even(n):\n    return n == 0 or odd(n - 1)\n\n\ndef odd(n):\n    return n > 0 and even(n - 1)\n\n\n"
    "def own(n):\n    return own(n - 1)\n"
)


def test_those_that_mention_each_other_are_known_together_and_told_apart(project):
    def prints(text):
        sources = project({"impls/round.py": text})
        return {name: sources.fingerprint(Target("impls.round", name)) for name in ("even", "odd", "own")}

    usual = prints(ROUND)
    assert len(set(usual.values())) == 3
    assert prints("\n\n".join(reversed(ROUND.split("\n\n\n")))) == usual, "wherever one enters the circle"
    other = prints(ROUND.replace("n > 0", "n > 1"))
    assert {name for name in usual if usual[name] != other[name]} == {"even", "odd"}
    exchanged = prints(ROUND.replace("n == 0 or", "n > 0 and", 1).replace("n > 0 and even", "n == 0 or even"))
    assert exchanged["even"] != usual["even"]
    assert exchanged["even"] != usual["odd"]


def test_a_circle_through_two_modules_has_one_fingerprint_whoever_is_asked_first(project):
    both = {
        "impls/a.py": "from impls import b\ndef f():\n    return b.g()\n",
        "impls/b.py": "from impls import a\ndef g():\n    return a.f()\n",
    }  # fmt: skip
    f, g = Target("impls.a", "f"), Target("impls.b", "g")
    one, other = project(both), project(both)
    assert (one.fingerprint(f), one.fingerprint(g)) == tuple(reversed((other.fingerprint(g), other.fingerprint(f))))


def test_what_is_left_out_counts_by_its_name_alone(project):
    without = frozenset({"impls.gates.keep"})
    kept = project().fingerprint(STEP, without)

    assert kept != project().fingerprint(STEP)
    assert project(edited("impls/gates.py", "return _really(h)", "return 7")).fingerprint(STEP, without) == kept
    assert project(edited("impls/gates.py", "h - h", "h + h")).fingerprint(STEP, without) != kept
    exchanged = edited("impls/cells.py", "forget, keep as hold", "keep as forget, forget as hold")
    assert project(exchanged).fingerprint(STEP, without) != kept


# --- data, and files that are replaced ------------------------------------------------------------------------------

READS = (
    'from impls.places import ROOT\nFOLDER = ROOT / "data"\nTABLE = ROOT / "table.toml"\n\n\n'
    "def f():\n    return FOLDER\n\n\ndef g():\n    return TABLE\n"
)
DATA = {"impls/reads.py": READS, "impls/places.py": "ROOT = 1\n", "data/a.json": "1", "data/notes.md": "x", "table.toml": "a = 1"}


@pytest.mark.parametrize(("changes", "names"), [
    ({"data/a.json": "2"}, {"f"}), ({"data/b.toml": "2"}, {"f"}), ({"data/a.json": None}, {"f"}),
    ({"data/a.json": None, "data/c.json": "1"}, {"f"}), ({"table.toml": "a = 2"}, {"g"}), ({"table.toml": None}, {"g"}),
    ({"data/notes.md": "y"}, set()), ({"impls/data.json": "1"}, set()),
], ids=["a file", "one more", "one less", "renamed", "a single file", "which is gone", "notes", "data elsewhere"])  # fmt: skip
def test_data_count_where_a_constant_names_their_place(project, changes, names):
    before, after = project(DATA), project(DATA | changes)
    found = {name for name in "fg" if before.fingerprint(t := Target("impls.reads", name)) != after.fingerprint(t)}
    assert found == names


@pytest.mark.parametrize("content", [b"a = 2", b""], ids=["other", "none"])
def test_what_is_changed_is_put_in_the_place_of_what_lies_on_disk(project, content):
    plain = project(DATA)
    table = Sources(changed={plain.root / "table.toml": content}, root=plain.root)
    assert table.fingerprint(Target("impls.reads", "g")) != plain.fingerprint(Target("impls.reads", "g"))
    assert table.fingerprint(Target("impls.reads", "f")) == plain.fingerprint(Target("impls.reads", "f"))

    text = GATES.replace("h - h", "h + h").encode() if content else b""
    code = Sources(changed={plain.root / "impls" / "gates.py": text}, root=plain.root)
    assert code.fingerprint(STEP) != plain.fingerprint(STEP)


def test_what_was_read_before_is_taken_by_its_content_and_never_by_its_place(project):
    first = project()
    first.fingerprint(STEP)
    again = project(known=first.read)
    assert again.fingerprint(STEP) == first.fingerprint(STEP)
    other = project(edited("impls/maths.py", "h / 2", "h / 5"), known=first.read)
    assert other.fingerprint(STEP) == project(edited("impls/maths.py", "h / 2", "h / 5")).fingerprint(STEP)
    assert other.text("impls.maths") != first.text("impls.maths")
    assert (first.text("impls.nothing"), first.module("impls.nothing")) == ("", None)


# --- names ----------------------------------------------------------------------------------------------------------


def test_a_file_that_is_written_anew_or_goes_is_noticed_and_one_that_nobody_read_is_not(project):
    sources = project()
    sources.fingerprint(STEP)
    gates = sources.root / "impls" / "gates.py"
    (sources.root / "impls" / "others.py").write_text("X = 1")
    assert sources.still_stands()
    gates.write_text(gates.read_text() + "\n# edited\n")
    assert not sources.still_stands()
    gates.unlink()
    assert not sources.still_stands()


def test_what_is_another_s_counts_by_its_full_name(project):
    assert project().fingerprint("torch.nn.LSTM") == "torch.nn.LSTM"


@pytest.mark.parametrize("target", [Target("impls.cells", "nothing"), Target("impls.nothing", "step")], ids=str)
def test_what_is_not_there_is_named(project, target):
    with pytest.raises(LookupError, match=f"{target}: there is no such definition"):
        project().fingerprint(target)


def test_every_definition_of_ours_has_a_fingerprint_and_no_two_share_one():
    sources = here()
    modules = [
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for folder in ("claims", "impls") for file in (ROOT / folder).rglob("*.py")
    ]  # fmt: skip
    targets = [Target(name, one) for name in modules for one in sources.module(name).defined]
    prints = [sources.fingerprint(one) for one in targets]
    assert len(targets) > 1000
    same = {}
    for one, it in zip(targets, prints, strict=True):
        same.setdefault(it, []).append(one)
    alike = [ones for ones in same.values() if len({one.name for one in ones}) > 1]
    assert alike == [], "only what has one name and means the same may share one"


def test_a_file_is_found_by_its_name_also_where_a_package_lies_elsewhere(monkeypatch, tmp_path):
    monkeypatch.setitem(keys.HOMES, "elsewhere", tmp_path)

    for name, file in (("elsewhere/a/b.py", tmp_path / "elsewhere/a/b.py"), ("claims/a.py", ROOT / "claims/a.py")):
        assert keys.file_at(name) == file
        assert keys.from_root(file) == name
    assert keys.file_at("") == ROOT
    assert keys.from_root("/nowhere/a.py") == "/nowhere/a.py"
