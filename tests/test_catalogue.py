"""The catalogue: claims as the source tells them are those that importing it finds; keys change with what they rest on."""

import shutil

import pytest

from claims import catalogue as catalogue_module
from claims import every_claim, find_claim
from claims.catalogue import Catalogue, Entry, Keys, catalogue, entries_of
from claims.evidence.evidence import versions
from claims.evidence.keys import ROOT, Sources, here
from claims.evidence.outcomes import READ
from claims.evidence.source import digest
from claims.facts import read_rows
from claims.kit.claim import ClaimError
from claims.kit.facts.comparison import _others, _partner, alike
from claims.texts import the_text

TEXT = the_text()
CLAIMS = {one.id: one for one in every_claim()}
ENTRIES = {one.id: one for one in catalogue().entries}
READINGS = [(entry, one.role, one.name) for id, entry in ENTRIES.items() for one in CLAIMS[id].readings]
TANH = ENTRIES["gradients.tanh-saturates"]


# --- the same claims ------------------------------------------------------------------------------------------------


def test_the_source_tells_of_the_claims_that_there_are_in_their_order_and_where_they_stand():
    assert list(ENTRIES) == list(CLAIMS)
    assert [one.chapter for one in ENTRIES.values()] == [one.chapter for one in CLAIMS.values()]
    assert [one.defined_at for one in ENTRIES.values()] == [one.defined_at for one in CLAIMS.values()]
    assert all(one.has_keys for one in ENTRIES.values())


def test_a_claim_is_found_by_the_module_that_its_entry_names():
    found = {id: find_claim(id, one.module) for id, one in ENTRIES.items()}
    assert {id: (one.id, one.defined_at, one.says) for id, one in found.items()} == {
        id: (id, one.defined_at, one.says) for id, one in CLAIMS.items()
    }


def test_its_readings_are_those_of_the_claim_by_role_and_name_unless_names_are_computed():
    for id, entry in ENTRIES.items():
        if entry.written:
            told = [(one.role, one.name) for one in entry.written.readings]
            there = [(one.role, one.name) for one in CLAIMS[id].readings]
            assert [one for one in told if one[1]] == [one for one in there if one in told], id
            assert {role for role, _ in there} == {role for role, _ in told} or "" in {name for _, name in told}, id
            computed = {role for role, name in told if not name}
            assert {role for role, name in there if (role, name) not in told} <= computed, id


def test_beside_a_row_are_those_that_the_claim_exchanges_figures_with_and_is_altered_by():
    """Which one is told in two places, for the catalogue imports nothing."""
    rows, published = (
        {row["id"]: row for _, row in every_row()},
        catalogue_module._published(TEXT.bibliography.read_text("utf-8")),
    )
    placed = read_rows(TEXT)[0]
    for one in placed:
        row, others = rows[one.fact.id], _others(one, placed)
        partner = _partner(one.fact, others)
        other = {} if partner is None else rows[partner.id]
        named = [*row.get("cites", []), *(each["source"] for each in row.get("published", []))]
        read = [each for each in rows.values() if any(found["verified"] == READ for found in each.get("published", []))]
        neighbours = [rows[each.id] for each in alike(one.fact, others)[1:]]
        named += [each["source"] for beside in neighbours for each in beside.get("published", [])]
        borrowed = [] if row in read else [*map(catalogue_module._plain, read), *published.values()]
        around = map(catalogue_module._plain, (row, other, *neighbours))
        beside = digest(*around, *(published[each] for each in dict.fromkeys(named)), *borrowed)
        assert ENTRIES[one.fact.id].beside == beside, one.fact.id
    assert len(placed) == len(rows) > 40


def every_row():
    return [row for file in sorted(TEXT.facts.glob("*.toml")) for row in Catalogue(here(), TEXT)._rows(file)]


class Anything(dict):
    """Whatever is asked for."""

    def __missing__(self, key):
        return ""


@pytest.mark.parametrize("mistake", [KeyError("id"), TypeError(), ValueError(), OSError()], ids=lambda one: type(one).__name__)
def test_of_rows_with_mistakes_it_says_what_reading_them_says(monkeypatch, mistake):
    def broken(catalogue, file):
        raise mistake

    def refuse(text):
        raise ClaimError("all mistakes at once")

    monkeypatch.setattr(Catalogue, "_rows", broken)
    with pytest.raises(AssertionError, match="a row that nothing is wrong with"):
        list(Catalogue(here(), TEXT)._facts())
    monkeypatch.setattr("claims.facts.read_rows", refuse)
    with pytest.raises(ClaimError, match="all mistakes at once"):
        list(Catalogue(here(), TEXT)._facts())


# --- what changes which key -----------------------------------------------------------------------------------------


def keys_of(changed=None):
    """The keys of every reading, and of the words of every claim, where some files have another text. The source is read anew."""
    sources = Sources(here().read, changed)
    entries = {**ENTRIES, **{
        one.id: one for path in changed or {} if path.suffix == ".py" for one in entries_of(module_of(path), sources)
    }}  # fmt: skip
    keys = Keys(sources)
    readings = {(id, role, name): keys.code(entries[id], role, name) for (entry, role, name) in READINGS if (id := entry.id)}
    return readings, {id: keys.words(one) for id, one in entries.items()}


def module_of(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@pytest.fixture(scope="module")
def usual():
    return keys_of()


def differing(before, after):
    return {name for name in before if before[name] != after[name]}


def edited(entry, before, after):
    """The file of a claim with a text in it changed, which must stand there once at least."""
    path = ROOT / entry.defined_at.partition(":")[0]
    text = path.read_text(encoding="utf-8")
    assert before in text
    return {path: text.replace(before, after, 1).encode()}


def claim_text(entry):
    """The decorator and the property of a claim, up to the next claim."""
    path, _, line = entry.defined_at.partition(":")
    rest = (ROOT / path).read_text(encoding="utf-8").splitlines(keepends=True)[int(line) - 1 :]
    end = next((n for n, one in enumerate(rest) if n and one.startswith("@")), len(rest))
    return "".join(rest[:end])


@pytest.mark.parametrize(("field", "id"), [
    *((field, TANH.id) for field in ("says", "teach", "expect", "lines")), ("asked", "asked.two-biases"),
])  # fmt: skip
def test_words_are_examined_by_nobody(usual, field, id):
    one = ENTRIES[id]
    written = claim_text(one)
    after = written.replace(f"{field}=", f"{field}=7 or ", 1)
    assert after != written
    readings, words = keys_of(edited(one, written, after))

    assert differing(usual[0], readings) == set()
    assert differing(usual[1], words) == {id}


def test_another_figure_is_drawn_and_nothing_is_examined(usual):
    one = next(each for each in ENTRIES.values() if each.written and each.written.figure and "figure=" in claim_text(each))
    written = claim_text(one)
    name = written.partition("figure=")[2].split(",")[0].split(")")[0]
    readings, words = keys_of(edited(one, written, written.replace(f"figure={name}", "figure=another_one", 1)))

    assert differing(usual[0], readings) == set()
    assert one.id in differing(usual[1], words), "whether it draws one is told"


def test_an_amended_reading_changes_by_itself(usual):
    one = next(
        each for id, each in ENTRIES.items()
        if each.written and sum(reading.role == "amended" and bool(reading.name) for reading in each.written.readings) > 1
        and claim_text(each).count("reading(") > 3
    )  # fmt: skip
    name = next(reading.name for reading in one.written.readings if reading.role == "amended" and reading.name)
    written = claim_text(one)
    at = written.index(f'"{name}": reading(') + len(f'"{name}": reading(')
    after = f"{written[:at]}made_up=7, {written[at:]}"
    readings, words = keys_of(edited(one, written, after))

    assert differing(usual[0], readings) == {(one.id, "amended", name)}
    assert differing(usual[1], words) == {one.id}


def test_the_property_is_what_all_readings_of_its_claims_rest_on(usual):
    written = claim_text(TANH)
    head, _, body = written.partition("\ndef ")
    after = f"{head}\ndef {body.rstrip()}\n    print(7)\n\n\n"
    readings, _ = keys_of(edited(TANH, written, after))

    changed = differing(usual[0], readings)
    assert {(TANH.id, one.role, one.name) for one in CLAIMS[TANH.id].readings} <= changed
    assert all(CLAIMS[id].check.__module__ == TANH.module for id, _, _ in changed)


@pytest.mark.parametrize(
    ("path", "before", "after", "which"),
    [
        ("claims/kit/examine.py", "perf_counter() - started, 3", "perf_counter() - started, 4", "all"),
        ("claims/kit/property.py", "holds(error <= within", "holds(error < within", "some"),
        ("claims/evidence/verdict.py", "MOST_DISCARDED = 1 / 3", "MOST_DISCARDED = 1 / 4", "none"),
        ("claims/kit/figures.py", "WIDTH, HEIGHT = 480, 260", "WIDTH, HEIGHT = 481, 260", "none"),
        ("claims/evidence/store.py", "BYTES = 32", "BYTES = 16", "none"),
        ("reports/commands/verify/run.py", "VERDICT_CHANGED, NOT_DECIDED = 1, 2", "VERDICT_CHANGED, NOT_DECIDED = 1, 3", "none"),
    ],
    ids=[
        "how readings are examined",
        "how near is close",
        "how evidence is judged",
        "how it is drawn",
        "how it is kept",
        "a run",
    ],
)
def test_readings_rest_on_how_they_are_examined_and_on_nothing_that_is_done_with_it(usual, path, before, after, which):
    text = (ROOT / path).read_text(encoding="utf-8")
    assert before in text
    changed = differing(usual[0], keys_of({ROOT / path: text.replace(before, after).encode()})[0])

    assert which == ("all" if len(changed) == len(usual[0]) else "some" if changed else "none")


@pytest.mark.parametrize(("field", "examined"), [
    ("says", False), ("teach", False), ("lines", False), ("expect", False),
    ("value", True), ("answer", True), ("published", True),
    ("among", True),
])  # fmt: skip
def test_of_a_row_its_figures_are_examined_and_its_words_are_told(field, examined):
    rows = every_row()
    at = next(n for n, (_, row) in enumerate(rows) if row.get(field) and row.get("published"))
    place, row = rows[at]
    other = [*rows[:at], (place, row | {field: another(row[field])}), *rows[at + 1 :]]
    before, after = (catalogue_module._fact(at, these, Anything(), "toys.facts") for these in (rows, other))
    keys = Keys(here())

    assert keys.words(before) != keys.words(after)
    assert (keys.code(before, "as written", "as written") != keys.code(after, "as written", "as written")) is examined
    assert (keys.rests_on(before) != keys.rests_on(after)) is examined


def another(value):
    return value[:-1] if isinstance(value, list) and len(value) > 1 else [] if isinstance(value, list) else f"{value}1"


def test_a_profile_and_a_version_are_part_of_a_readings_key(monkeypatch):
    keys = Keys(here())
    as_written = "as written", "as written"
    verdict = keys.reading(TANH, *as_written, "verdict")
    assert verdict != keys.reading(TANH, *as_written, "quick")
    for name, version, counts in (
        ("torch", "9.9.9", True), ("torch", "2.0.0+cpu", True), ("hypothesis", "0.0.1", True), ("python", "2.7.1", True),
    ):  # fmt: skip
        with monkeypatch.context() as patched:
            patched.setattr(catalogue_module, "versions", lambda name=name, version=version: versions() | {name: version})
            assert (keys.reading(TANH, *as_written, "verdict") != verdict) is counts
    builds = {
        "torch": versions()["torch"].partition("+")[0] + "+cu999",
        "python": versions()["python"].rpartition(".")[0] + ".99",
    }
    monkeypatch.setattr(catalogue_module, "versions", lambda: versions() | builds)
    assert keys.reading(TANH, *as_written, "verdict") == verdict, "one build or another"


def test_a_claim_of_neither_source_nor_row_has_no_keys():
    assert not Entry("a.b", "a", "a.py:1").has_keys


# --- moving ---------------------------------------------------------------------------------------------------------


def test_modules_that_move_change_no_readings_key(usual, tmp_path):
    """An implementation, a subject, the kit's own and a chapter's section, each under another name."""
    for top in ("claims", "impls"):
        shutil.copytree(ROOT / top, tmp_path / top, ignore=shutil.ignore_patterns("__pycache__"))
    for kept in ("recorded", "libraries"):
        shutil.copytree(ROOT / "reports" / "evidence" / kept, tmp_path / "reports" / "evidence" / kept)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    moved = {
        "impls.recurrent.lstm": "impls.gates_of_old", "claims.subjects.networks": "claims.subjects.nets",
        "claims.kit.property": "claims.kit.verbs", "claims.rnns.gradients.consequences": "claims.rnns.gradients.what_follows",
    }  # fmt: skip
    for file in tmp_path.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        for before, after in moved.items():
            (home, name), (new_home, new) = before.rsplit(".", 1), after.rsplit(".", 1)
            text = text.replace(f"from {before} import", f"from {after} import").replace(f"import {before}", f"import {after}")
            lines = [renamed(line, home, name, new_home, new) for line in text.splitlines(keepends=True)]
            text = "".join(lines)
        file.write_text(text, encoding="utf-8")
    for before, after in moved.items():
        path = tmp_path.joinpath(*before.split(".")).with_suffix(".py")
        path.rename(tmp_path.joinpath(*after.split(".")).with_suffix(".py"))

    sources = Sources(root=tmp_path)
    names = {one.module for one in ENTRIES.values() if one.written}
    found = {one.id: one for name in names for one in entries_of(moved.get(name, name), sources)}
    assert set(found) == {id for id, one in ENTRIES.items() if one.written}
    keys = Keys(sources)
    after = {(id, role, name): keys.code(found[id], role, name) for id, role, name in usual[0] if id in found}
    assert {one for one in after if after[one] != usual[0][one]} == set()


def renamed(line, home, name, new_home, new):
    """`from home import a, name, b` takes `name` from where it is now, and calls it as before."""
    start = f"from {home} import "
    taken = line.removeprefix(start).strip().split(", ") if line.lstrip().startswith(start) else []
    if name not in taken:
        return line
    others = [one for one in taken if one != name]
    kept = f"{start}{', '.join(others)}\n" if others else ""
    return f"{kept}from {new_home} import {new} as {name}\n"


@pytest.mark.parametrize("id", ["benchmarks.six-times-fewer", "sequential.base-beats-all-rnns"])
def test_what_a_property_reckons_with_is_examined_again_where_the_row_has_another_figure(id):
    file = next(one for one in sorted(TEXT.facts.glob("*.toml")) if one.stem == "benchmarks")
    edited = file.read_text(encoding="utf-8").replace('value = "65', 'value = "66', 1).encode()
    assert edited != file.read_bytes()

    assert Keys(Sources(changed={file: edited})).code(ENTRIES[id]) != Keys(here()).code(ENTRIES[id])
