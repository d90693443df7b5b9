"""Mistakes of whoever writes a claim: told in a line, with the file, the line, what was found there and what to do."""

import pickle

import pytest

import claims
from claims.catalogue import Catalogue
from claims.evidence.keys import ROOT, Sources
from claims.kit import ClaimError
from claims.kit.mistakes import told_as_mistakes
from claims.texts import Text, the_text
from tests import toys

GOOD = '''"""Numbers."""

from claims.kit import at_most, claim, reading
from claims.kit.domains import whole


@claim(
    "trying.small",
    says="Numbers are at most ten.",
    as_written=reading(n=whole(0, 10)),
    fails_for={"up to eleven": reading(n=whole(0, 11))},
    expect="supported",
    teach="Count.",
)
def small(n: int) -> None:
    at_most(n, 10, "n")
'''
AT = "claims/trying.py:"  # and the line
HERE = str(ROOT / "claims" / "trying.py")


def complaint(source):
    """What is said of a chapter whose file this is; nothing where there is no mistake in it."""
    try:
        with told_as_mistakes():
            exec(compile(source, HERE, "exec"), {"__name__": "claims.trying"})
    except ClaimError as problem:
        return str(problem)
    return ""


def edited(old, new):
    assert old in GOOD
    return GOOD.replace(old, new)


def added(argument):
    return edited("    teach=", f"    {argument},\n    teach=")


ROLE = '{"up to eleven": reading(n=whole(0, 11))}'


def test_a_chapter_without_mistakes_gives_no_complaint():
    assert complaint(GOOD) == ""


@pytest.mark.parametrize(("source", "line", "words"), [
    (edited("n=whole(0, 11)", "n=hole(0, 11)"), 11, ["NameError", "'hole'", "mend its name"]),
    (added("by=exhaustion()"), 13, ["'exhaustion'", "write from claims.kit import exhaustion"]),
    (edited('"Count.",\n)', '"Count.",\n'), 7, ["'(' was never closed", "mend the file"]),
    (GOOD + "return 3\n", 17, ["'return' outside function"]),
    (edited("import at_most,", "import at_mots,"), 3, ["'at_mots'", "mend the name"]),
    (edited("claims.kit.domains", "claims.kit.domans"), 4, ["claims.kit.domans", "mend the name"]),
    (edited("from claims.kit.domains", "import nupmy\nfrom claims.kit.domains"), 4, [
        "the package nupmy is missing", "tox run -e verify",
    ]),
    (edited("whole(0, 11)", "whole()"), 11, ["'low'", "mend it there"]),
    (GOOD + 'X = {}["key"]\n', 17, ["KeyError: 'key'"]),
    (GOOD + "raise SystemExit(5)\n", 17, ["SystemExit: 5"]),
    (edited('    teach="Count.",\n', ""), 7, ["'teach'", "add what is missing", "claims/README.md"]),
    (edited("    as_written=reading(n=whole(0, 10)),\n", ""), 7, ["'as_written'", "add what is missing"]),
    (edited("fails_for=", "fail_for="), 7, ["'fail_for'", "did you mean fails_for=?"]),
    (added("colour=3"), 7, ["'colour'", "claims/README.md names the roles"]),
    (edited(ROLE, "reading(n=whole(0, 11))"), 7, ["fails_for=n: whole numbers from 0 to 11", '{"its name": reading(…)}']),
    (edited(ROLE, '{"up to eleven": whole(0, 11)}'), 7, ["'up to eleven': whole numbers", '{"its name": reading(…)}']),
    (edited('"up to eleven":', "3:"), 7, ["fails_for={3:", '{"its name": reading(…)}']),
    (edited("=reading(n=whole(0, 10))", "=whole(0, 10)"), 7, ["as_written=whole numbers from 0 to 10", "one reading(…)"]),
    (edited("=reading(n=whole(0, 10))", "=reading(whole(0, 10))"), 7, [
        "as_written=reading(whole numbers", "of which argument",
    ]),
    (edited("reading(n=whole(0, 11))", "reading(whole(0, 11))"), 7, [
        "fails_for={'up to eleven': reading(whole", "of which argument",
    ]),
    (edited('"supported"', "True"), 7, ["expect=True", "in quotation marks"]),
    (edited('"supported"', '"true"'), 7, ["'true'", "choose one of"]),
    (edited('"Count."', "None"), 7, ["teach=None", "in quotation marks"]),
    (edited("whole(0, 11)", "whole(11, 0)"), 7, [
        "has in fails_for={'up to eleven': …} the argument n, whole numbers from 11 to 0: ", "max_value=0", "mend its bounds",
    ]),
    (edited("n=whole(0, 10)", "n=whole(0, 'ten')"), 7, ["has in as_written the argument n, ", "'ten'", "mend its bounds"]),
    (edited("n=whole(0, 10)", "n=reals(1, 0)").replace("import whole", "import reals, whole"), 7, ["real numbers from 1 to 0"]),
    (edited("n=whole(0, 10)", "n=vectors((4, 1))").replace("import whole", "import vectors, whole"), 7, ["vectors of [4, 1]"]),
    (edited("n=whole(0, 10)", "n=vectors(entries=(2, -2))").replace("import whole", "import vectors, whole"), 10, [
        "entries=(2, -2)", "the lower end first",
    ]),
    (edited("n=whole(0, 10)", "n=cases([])").replace(
        "import whole\n", "import whole\nfrom claims.kit.domain import cases\n"
    ), 8, ["zero sequence"]),
    (added("by=claim"), 7, ["by=claim", "with its brackets"]),
    (added('by="search"'), 7, ["by='search'", "with its brackets"]),
    (added('cites=("key")'), 7, ["cites='key'", 'cites=("a",)']),
    (added("lines=12"), 7, ["lines=12", "lines=(12,)"]),
    (added("lines=(True,)"), 7, ["lines=(True,)", "lines=(12,)"]),
    (added('figure="x"'), 7, ["figure='x'", "name a function"]),
    (added('why_not="x"'), 7, ["why_not='x'", "their reason"]),
])  # fmt: skip
def test_a_mistake_is_told_with_its_line_its_value_and_what_to_do(source, line, words):
    said = complaint(source)

    assert said.startswith(f"{AT}{line}: "), said
    assert "\n" not in said
    assert [one for one in words if one not in said] == [], said


def test_of_several_mistakes_none_is_left_for_the_next_time():
    said = complaint(edited('"Count."', "None").replace('"supported"', "3"))

    assert "teach=None" in said
    assert "expect=3" in said


def test_a_value_of_any_length_leaves_the_complaint_short():
    assert len(complaint(edited('"Count."', str(list(range(1000)))))) < 250


def test_a_complaint_travels_between_processes():
    with pytest.raises(ClaimError) as caught, told_as_mistakes():
        raise KeyError("x")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


# --- what is found, and what is not ---------------------------------------------------------------------------------


def project(root, **files):
    """A checkout with these files below claims/, their names with __ for a slash."""
    for name, text in files.items():
        path = root / "claims" / f"{name.replace('__', '/', 1)}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Catalogue(Sources(root=root), Text(folder=root / "claims", package="claims", about=the_text().about))


PACKAGE = '"""A chapter."""\n\nSECTIONS = ["numbers"]\n'
UNLISTED = "claims/trying/__init__.py does not list it: add '{}' to its SECTIONS"


def test_a_new_chapter_is_found_though_nobody_listed_it(tmp_path):
    found = project(tmp_path, trying=GOOD, helper='"""No claim(s)."""\n')

    assert [(one.id, one.module, one.defined_at) for one in found.entries] == [("trying.small", "claims.trying", f"{AT}7")]
    assert claims.chapters(found.text, found.sources) == [*found.text.names, "trying"]


def test_a_new_chapter_may_have_sections(tmp_path):
    found = project(tmp_path, trying____init__=PACKAGE, trying__numbers=GOOD)

    assert [(one.id, one.module) for one in found.entries] == [("trying.small", "claims.trying.numbers")]


@pytest.mark.parametrize(("files", "words"), [
    ({"trying____init__": PACKAGE, "trying__numbers": "", "trying__other": GOOD},
     f"claims/trying/other.py:7: {UNLISTED.format('other')}"),
    ({"trying____init__": '"""A chapter."""\n', "trying__numbers": GOOD}, UNLISTED.format("numbers")),
    ({"trying____init__": PACKAGE, "trying__other": GOOD}, "lists claims.trying.numbers, which is not there"),
    ({"trying": GOOD.replace("trying.small", "tryng.small")},
     "'tryng.small' stands in the chapter trying; begin its id with trying."),
    ({"gated": GOOD}, "'trying.small' stands in the chapter gated; begin its id with gated."),
    ({"trying": GOOD.replace('    "trying.small",\n', "")}, "id stands first, in quotation marks"),
    ({"trying": GOOD.replace('"trying.small"', "NAME")}, "id stands first, in quotation marks"),
    ({"trying": GOOD, "trying_too": GOOD}, "already defined at claims/trying.py:7"),
], ids=["not listed", "no list", "not there", "an id misspelt", "another chapter", "no id", "no plain id", "twins"])  # fmt: skip
def test_a_claim_that_would_not_be_found_is_refused_with_what_to_do(tmp_path, files, words):
    with pytest.raises(ClaimError) as caught:
        _ = project(tmp_path, **files).entries
    assert words in str(caught.value)


@pytest.mark.parametrize("file", ["trying", "trying____init__"])
def test_sections_that_are_no_plain_list_are_told(tmp_path, file):
    source = (GOOD if file == "trying" else "") + "SECTIONS = sorted([])\n"

    with pytest.raises(ClaimError, match=r"^claims/trying.*\.py: SECTIONS must be a plain list of texts: .*line \d+"):
        _ = project(tmp_path, **{file: source, "trying__numbers": GOOD}).entries


def test_a_claim_whose_name_something_else_takes_is_told(monkeypatch):
    monkeypatch.setattr(claims, "_imported", lambda module: toys)

    with pytest.raises(ClaimError, match=r"'trying\.small' is not there once the file was read to its end"):
        claims.find_claim("trying.small", "claims.trying")
