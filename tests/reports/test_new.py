"""A claim that is begun: placed in its chapter, fit to run as it is, and nothing overwritten for it."""

import pytest

from claims import chapters, every_claim
from claims.catalogue import Catalogue, catalogue
from claims.evidence.keys import Sources
from claims.evidence.profiles import PROFILES
from claims.evidence.verdict import judge
from claims.kit import Claim
from claims.kit.examine import examine_reading
from claims.texts import Text, the_text
from reports.commands import new as module
from reports.commands.new import ID, with_imports, with_section
from tests import toys
from tests.reports.running import ALL_PINNED, files

SECTIONS = '"""Chapter 3."""\n\nSECTIONS = ("first",)\n'
ONE_MODULE = '"""Chapter 9: “many” words."""\n\nfrom claims.kit import claim\n\nX = 1\n'


@pytest.fixture
def checkout(reports, tmp_path):
    """One with two chapters: a package with a section, and a single module."""
    folder = tmp_path / "checkout" / "claims" / "rnns"
    (folder / "gradients").mkdir(parents=True)
    (folder / "gradients" / "__init__.py").write_text(SECTIONS, encoding="utf-8")
    (folder / "gradients" / "first.py").write_text('"""First."""\n', encoding="utf-8")
    (folder / "benchmarks.py").write_text(ONE_MODULE, encoding="utf-8")
    reports.monkeypatch.setattr(module, "here", lambda: sources(folder))
    reports.monkeypatch.setattr(module, "the_text", lambda: text(folder))
    return folder


def sources(folder):
    return Sources(root=folder.parents[1])


def text(folder):
    return Text(folder=folder, package="claims.rnns", about=the_text().about)


def begun(checkout, id):
    """The claim of that id, found as the catalogue finds it and made by running its file."""
    entry = next(one for one in Catalogue(sources(checkout), text(checkout)).entries if one.id == id)
    file = checkout.parents[1] / entry.defined_at.partition(":")[0]
    names = {"__name__": entry.module}
    exec(compile(file.read_text(encoding="utf-8"), str(file), "exec"), names)
    return next(one for one in names.values() if isinstance(one, Claim) and one.id == id)


@pytest.mark.parametrize(("arguments", "file"), [
    (["gradients.small-steps"], "gradients/small_steps.py"),
    (["gradients.table.512-steps"], "gradients/table_512_steps.py"),
    (["gradients.512-steps"], "gradients/claim_512_steps.py"),
    (["gradients.class"], "gradients/claim_class.py"),
    (["gradients.small-steps", "--section", "first"], "gradients/first.py"),
    (["benchmarks.small-steps"], "benchmarks.py"),
    (["benchmarks.x"], "benchmarks.py"),
    (["my-own.small-steps", "--new-chapter"], "my_own.py"),
    (["asked.small-steps", "--new-chapter"], "asked.py"),
], ids=lambda one: " ".join(one) if isinstance(one, list) else one)  # fmt: skip
def test_it_is_placed_in_its_chapter_and_comes_to_the_verdict_that_it_expects(reports, checkout, arguments, file):
    code, said, complaint = reports.run("new", *arguments)
    id = arguments[0]

    assert (code, complaint) == (ALL_PINNED, "")
    assert f"claims/rnns/{file}" in said
    assert f"python -m reports --only {id}" in said
    assert f'"{id}"' in (checkout / file).read_text(encoding="utf-8")
    claim = begun(checkout, id)
    seen = [examine_reading(claim, one, PROFILES["verdict"]) for one in claim.readings]
    assert judge(seen).word == claim.expect


def test_what_stood_in_a_file_stands_there_still(reports, checkout):
    before = files(checkout)
    reports.run("new", "benchmarks.one")
    reports.run("new", "benchmarks.two")
    reports.run("new", "gradients.one")

    text = (checkout / "benchmarks.py").read_text(encoding="utf-8")
    assert [line for line in ONE_MODULE.splitlines() if line not in text.splitlines()] == []
    assert text.count("from claims.kit.domains import whole") == 1
    assert files(checkout)["gradients/first.py"] == before["gradients/first.py"]
    assert (checkout / "gradients" / "__init__.py").read_text(encoding="utf-8").endswith('SECTIONS = ("first", "one")\n')


def test_a_new_chapter_comes_last_and_where_its_place_and_title_go_is_said(reports, checkout):
    _, said, _ = reports.run("new", "my-own.small-steps", "--new-chapter")

    assert "a new chapter" in said.lower()
    assert "claims/rnns/text.toml" in said
    assert chapters(text(checkout), sources(checkout)) == [*the_text().names, "my_own"]


@pytest.mark.parametrize(("arguments", "words"), [
    (["gradiants.small-steps"], "did you mean gradients.small-steps?"),
    (["owls.sleep"], "no chapter is called 'owls'; --new-chapter begins one; there are promise, "),
    ([toys.supported.id], f"'{toys.supported.id}' is taken, by tests/toys.py:"),
    (["Gradients.Small Steps"], "gradients.small-steps perhaps"),
    (["gradients"], "write chapter.what-it-says"),
    (["gradients."], "write chapter.what-it-says"),
    ([""], "write chapter.what-it-says"),
    (["gradients.../../x"], "write chapter.what-it-says"),
    (["gradients.small_steps"], "gradients.small-steps perhaps"),
    (["gradients.ümlaut"], "write chapter.what-it-says"),
    (["gradients.first"], "claims/rnns/gradients/first.py is there already; add to it with --section first"),
    (["gradients.x", "--section", "frist"], "did you mean first?"),
    (["gradients.x", "--section", "../benchmarks"], "has no section '../benchmarks'"),
    (["benchmarks.x", "--section", "first"], "leave out --section"),
    (["gradients.x", "--new-chapter"], "claims/rnns/gradients/__init__.py is there already"),
    ([], "ID"),
    (["a.b", "c.d"], "c.d"),
], ids=lambda one: " ".join(one) if isinstance(one, list) else "")  # fmt: skip
def test_what_cannot_be_begun_is_refused_in_a_line_and_nothing_is_written(reports, checkout, arguments, words):
    before = files(checkout)

    assert words in reports.refuses("new", *arguments)
    assert files(checkout) == before


def test_a_claim_is_not_begun_twice(reports, checkout):
    reports.run("new", "gradients.small-steps")
    before = files(checkout)

    assert "is there already" in reports.refuses("new", "gradients.small-steps")
    assert files(checkout) == before


@pytest.mark.parametrize(("text", "after"), [
    ('SECTIONS = ("a", "b")\n', 'SECTIONS = ("a", "b", "c")\n'),
    ('"""Ü."""\nSECTIONS = ("a",)  # ü\nX = 1\n', '"""Ü."""\nSECTIONS = ("a", "c")  # ü\nX = 1\n'),
    ('SECTIONS = [\n    "a",\n    "b",\n]\n', 'SECTIONS = [\n    "a",\n    "b", "c"]\n'),
    ("SECTIONS = ()\n", 'SECTIONS = ("c",)\n'),
    ('"""None."""\n', '"""None."""\n\nSECTIONS = ("c",)\n'),
], ids=["a tuple", "of one", "over lines", "an empty one", "none"])  # fmt: skip
def test_a_section_is_listed_last(text, after):
    assert with_section(text, "c") == after


def test_what_is_imported_under_another_name_is_imported_once_more():
    assert with_imports("import x\n", {"reading": "claims.kit.reading.reading"}).splitlines() == [
        "import x", "from claims.kit import at_most, claim, reading, show", "from claims.kit.domains import whole",
    ]  # fmt: skip


def test_the_id_of_every_claim_is_one():
    assert [one.id for one in catalogue().entries if not ID.fullmatch(one.id)] == []


def test_no_claim_is_left_as_it_was_begun():
    assert [one.id for one in every_claim() if one.teach == "Count on your fingers."] == []
    assert 'teach="Count on your fingers."' in module.CLAIM
