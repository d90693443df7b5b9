"""The repository as a subject: rules that no single module can keep alone."""

import ast
import re
import subprocess
import tomllib
from functools import cache
from itertools import takewhile

import networkx as nx
import pytest

from claims.catalogue import catalogue
from claims.evidence.keys import ROOT

LONGEST_FUNCTION, LONGEST_MODULE, LARGEST_ROOM = 45, 460, 15
SOURCES = sorted(file for folder in ("claims", "examples", "impls", "reports") for file in (ROOT / folder).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
WORDS = {"supported", "qualified", "refuted"}
# Where a verdict may be spelled out: its type, the judge, and how the report words what the judge said.
SPELL_VERDICTS = {
    "claims/evidence/outcomes.py",
    "claims/evidence/verdict.py",
    "reports/text/markdown.py",
    "reports/text/wording.py",
}

KIT = "claims/kit/", "claims/evidence/"  # know no chapter
FOR_PYTEST = "claims/conftest.py", "claims/testing/"  # which imports them, and not they it
TEXTS = "claims/", "examples/"  # have claims
MEASURES = "reports/running/hardware.py", "reports/running/libraries.py"  # and report nothing


def short(file):
    """The path as one would type it."""
    return file.relative_to(ROOT).as_posix()


def each(files):
    return pytest.mark.parametrize("file", files, ids=short)


@cache
def tree(file):
    return ast.parse(file.read_text(encoding="utf-8"), short(file))


def nodes(file, *kinds):
    return [node for node in ast.walk(tree(file)) if isinstance(node, kinds)]


def imported(file):
    """The modules that a file imports, `from a import b` as both a and a.b."""
    names = {alias.name for node in nodes(file, ast.Import) for alias in node.names}
    for node in nodes(file, ast.ImportFrom):
        names |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def module(file):
    """The name by which one imports it."""
    return short(file).removesuffix(".py").replace("/", ".").removesuffix(".__init__")


@cache
def needs():
    """Which of our modules imports which: when it runs, inside a function, or for its types alone. `from a import b` is an
    import of a.b where that is a module, and of a where it is not."""
    modules = {module(file): file for file in SOURCES}
    graph = nx.DiGraph()
    for name, file in modules.items():
        wanted = [alias.name for node in nodes(file, ast.Import) for alias in node.names]
        for node in nodes(file, ast.ImportFrom):
            wanted += [whole if (whole := f"{node.module}.{one.name}") in modules else node.module for one in node.names]
        graph.add_edges_from((name, other) for other in wanted if other in modules)
    return graph


def reaches(names, *forbidden):
    return sorted(name for name in names if any(name == one or name.startswith(f"{one}.") for one in forbidden))


def length(node):
    return node.end_lineno - node.lineno + 1


@cache
def kept():
    """The text files that are committed or will be, by path; reports from a machine and picture files are left out."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout, so there is no telling which files are kept")
    texts = {}
    for name in filter(None, listed.stdout.decode().split("\0")):
        try:
            texts[name] = (ROOT / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue
    return texts


# --- claims raise, and draw what they mean --------------------------------------------------------------------------


@each([file for file in SOURCES if short(file).startswith(TEXTS)])
def test_no_claim_asserts_for_python_may_throw_asserts_away(file):
    assert [node.lineno for node in nodes(file, ast.Assert)] == []


@each([file for file in SOURCES if short(file).startswith(TEXTS)])
def test_no_claim_silences_a_health_check_or_filters(file):
    attributes = {node.attr: node.lineno for node in nodes(file, ast.Attribute)}
    names = {node.id: node.lineno for node in nodes(file, ast.Name)}

    assert {"filter_too_much", "data_too_large", "filter"} & attributes.keys() == set()
    assert {"assume", "reject"} & (attributes.keys() | names.keys()) == set()


@each([file for file in SOURCES if short(file).startswith(TEXTS) and not short(file).startswith(KIT)])
def test_no_claim_catches_everything_for_a_crash_must_stay_one(file):
    bare = [node.lineno for node in nodes(file, ast.ExceptHandler) if node.type is None]
    broad = [
        node.lineno
        for node in nodes(file, ast.ExceptHandler)
        if getattr(node.type, "id", "") in ("Exception", "BaseException", "Falsified")
    ]

    assert bare + broad == []


@each([file for file in SOURCES if short(file) not in SPELL_VERDICTS])
def test_verdicts_are_given_by_the_judge_alone(file):
    named = [keyword for node in nodes(file, ast.Call) for keyword in node.keywords]
    pins = {id(one.value) for one in named if one.arg == "expect"}
    answered = {id(key) for one in named if one.arg == "why_not" and isinstance(one.value, ast.Dict) for key in one.value.keys}
    spelled = [node for node in nodes(file, ast.Constant) if node.value in WORDS and id(node) not in pins | answered]

    assert [(node.lineno, node.value) for node in spelled] == []
    assert not pins or short(file).startswith(TEXTS), "only claims pin verdicts"


def test_the_judge_makes_every_verdict_there_is():
    makers = {short(file) for file in SOURCES for node in nodes(file, ast.Call) if getattr(node.func, "id", "") == "Verdict"}

    assert makers == {"claims/evidence/verdict.py"}


def test_every_defect_is_on_trial_in_a_claim_or_a_test():
    broken = sorted((ROOT / "impls" / "broken").glob("*.py"))
    others = [file for file in SOURCES + TESTS if file not in broken]
    used = {identifier(node) for file in others for node in nodes(file, ast.Attribute, ast.Name)}
    used |= {alias.name for file in others for node in nodes(file, ast.ImportFrom) for alias in node.names}
    defects = {
        f"{file.stem}.{node.name}"
        for file in broken
        for node in tree(file).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }

    assert defects, "there is nothing wrong on purpose"
    assert [defect for defect in sorted(defects) if defect.partition(".")[2] not in used] == []


def identifier(node):
    return node.attr if isinstance(node, ast.Attribute) else node.id


# --- imports go one way ---------------------------------------------------------------------------------------------


@each([file for file in SOURCES if short(file).startswith(KIT)])
def test_the_kit_knows_no_chapter_no_model_and_no_report(file):
    others = [f"claims.{one.stem}" for one in (ROOT / "claims").iterdir() if one.stem not in ("__init__", "kit", "evidence")]

    assert reaches(imported(file), "impls", "reports", "tests", *others) == []


@each([file for file in SOURCES if short(file).startswith("impls/")])
def test_implementations_know_neither_the_claims_nor_what_tries_them(file):
    assert reaches(imported(file), "claims", "reports", "tests", "hypothesis", "pytest") == []


@each([file for file in SOURCES if short(file).startswith(TEXTS)])
def test_claims_know_neither_the_report_nor_the_tests(file):
    assert reaches(imported(file), "reports", "tests", *(() if short(file).startswith(FOR_PYTEST) else ("pytest",))) == []


@each([file for file in SOURCES if short(file).startswith("reports/") and short(file) not in MEASURES])
def test_the_report_computes_nothing_so_it_knows_no_implementation(file):
    assert reaches(imported(file), "impls", "tests", "pytest", "hypothesis") == []


def test_no_two_modules_need_each_other():
    assert circles(needs()) == []


def test_no_two_rooms_need_each_other():
    """An import that leads from a.b.c to a.d.e says that a.b needs a.d."""
    rooms = nx.DiGraph()
    for one, other in needs().edges:
        ours, theirs = one.split("."), other.split(".")
        shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(ours, theirs, strict=False)))
        if shared < min(len(ours), len(theirs)):  # else one is the room in which the other stands
            rooms.add_edge(".".join(ours[: shared + 1]), ".".join(theirs[: shared + 1]))

    assert rooms.has_edge("reports", "claims"), "no import was found"
    assert circles(rooms) == []


def circles(graph):
    return [sorted(ring) for ring in nx.strongly_connected_components(graph) if len(ring) > 1]


@each(SOURCES)
def test_imports_are_absolute_for_the_digest_of_evidence_follows_them(file):
    assert [node.lineno for node in nodes(file, ast.ImportFrom) if node.level] == []


def test_what_hypothesis_keeps_to_itself_is_used_in_one_module_only():
    users = {short(file) for file in SOURCES if re.search(r"\bhypothesis\.(internal|statistics)\b", file.read_text("utf-8"))}

    assert users == {"claims/kit/engines/inside.py"}


# --- legible --------------------------------------------------------------------------------------------------------


@each(SOURCES + [file for file in TESTS if file.stem != "__init__"])
def test_a_module_says_what_it_is_for(file):
    assert ast.get_docstring(tree(file)) or not file.read_text(encoding="utf-8").strip()


@each(sorted({file.parent for file in SOURCES}))
def test_a_room_says_what_is_in_it_and_is_not_crowded(file):
    assert ast.get_docstring(tree(file / "__init__.py"))
    assert len(list(file.glob("[!_]*.py"))) <= LARGEST_ROOM


def test_every_module_is_kept():
    assert [short(file) for file in SOURCES + TESTS if short(file) not in kept()] == [], "does .gitignore name their folder?"


@each(SOURCES + TESTS)
def test_a_module_and_its_functions_are_of_a_length_to_be_read(file):
    functions = nodes(file, ast.FunctionDef)

    assert len(file.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE
    assert {node.name: length(node) for node in functions if length(node) > LONGEST_FUNCTION} == {}


@each([file for file in TESTS if file.stem.startswith("test_")])
def test_every_test_checks_something(file):
    """By assert, by pytest.raises, or by a helper of its own that does."""
    checking = {"raises", "warns", "find"}
    while True:  # helpers of helpers
        found = {function.name for function in nodes(file, ast.FunctionDef) if checks(function, checking)}
        if found <= checking:
            break
        checking |= found
    tests = [node.name for node in nodes(file, ast.FunctionDef) if node.name.startswith("test_")]

    assert [name for name in tests if name not in checking] in ([], RUN_ONLY.get(file.stem, []))


RUN_ONLY = {"test_property": ["test_a_property_runs_under_plain_given_with_every_verb"]}  # falls by itself when a verb does


def checks(function, checking):
    inside = list(ast.walk(function))
    called = [node.func for node in inside if isinstance(node, ast.Call)]
    calls = {identifier(one) for one in called if isinstance(one, ast.Name | ast.Attribute)}
    return any(isinstance(node, ast.Assert) for node in inside) or bool(calls & checking)


@each([file for file in TESTS if file.stem.startswith("test_")])
def test_no_test_hides_another_of_its_name(file):
    names = [node.name for node in tree(file).body if isinstance(node, ast.FunctionDef)]

    assert sorted({name for name in names if names.count(name) > 1}) == []


# --- fit for every machine ------------------------------------------------------------------------------------------

# In pieces, so that this file keeps its own rule.
REGISTRIES = ["py" + "pi.org", "python" + "hosted.org", "download." + "pytorch.org"]
WORKPLACE = "/" + "work"
ELSEWHERE = {
    "a folder of one machine": re.compile(r"(?<![\w.\-/…])/(?:work|root|home|tmp|opt|Users)/\w"),
    "a package registry": re.compile(rf"https?://[^\s\"']*(?:{'|'.join(map(re.escape, REGISTRIES))}|/simple\b)"),
    "an address of one machine": re.compile(r"https?://(?:localhost|127\.|10\.|192\.168\.)"),
}


@pytest.mark.parametrize("what", ELSEWHERE)
def test_no_file_names(what):
    found = [
        f"{name}:{number}: {line.strip()[:80]}"
        for name, text in kept().items()
        for number, line in enumerate(text.splitlines(), 1)
        if ELSEWHERE[what].search(line) and name != short(ROOT / "tests" / "test_house_rules.py")
    ]

    assert found == []


@pytest.mark.parametrize(("what", "line"), [
    ("a folder of one machine", f"cd {WORKPLACE}/main"), ("a folder of one machine", '"/home/me/x"'),
    ("a package registry", f"--index-url https://{REGISTRIES[0]}/x"), ("an address of one machine", "http://127.0.0.1:8080"),
])  # fmt: skip
def test_the_search_for_it_finds(what, line):
    assert ELSEWHERE[what].search(line)


def test_no_file_is_larger_than_a_text_should_be():
    assert {name: len(text) for name, text in kept().items() if len(text) > 1_900_000} == {}


def test_every_pinned_version_is_pinned_alike_everywhere():
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    pins = {}
    for requirement in (one for group in groups.values() for one in group):
        name, _, version = requirement.partition("==")
        if version:
            pins.setdefault(name, set()).add(version)

    assert {name: versions for name, versions in pins.items() if len(versions) > 1} == {}
    assert "hypothesis" in pins, "it draws the cases: another version would try others"


# --- any text -------------------------------------------------------------------------------------------------------

NAMES = re.compile(r"\brnns\b|RNNs [Ff]ailed")
ABOUT_ONE = {"claims/README.md", "claims/kit/facts/README.md"}  # which explain by example


def of_every_text():
    """What runs any text: the kit, the implementations, the reports with their templates, how to cite the project."""
    folders = [ROOT / "claims", ROOT / "impls", ROOT / "reports"]
    found = [one for folder in folders for kind in ("*.py", "*.html", "*.js", "*.css", "*.md") for one in folder.rglob(kind)]
    made = {"site", "scratch", "changes", "evidence"}
    own = [one for one in found if (ROOT / "claims" / "rnns") not in one.parents and not made & {*one.relative_to(ROOT).parts}]
    return [*(one for one in own if short(one) not in ABOUT_ONE and one.parent != ROOT / "reports"), ROOT / "CITATION.cff"]


@each(of_every_text())
def test_nothing_outside_its_folder_names_the_text_that_comes_with_the_project(file):
    text = file.read_text(encoding="utf-8")
    ids = {one.id for one in catalogue().entries if one.chapter not in ("asked", "libraries")}
    named = [word for word in re.findall(r"[a-z]+(?:-[a-z]+)*\.[a-z0-9]+(?:[.-][a-z0-9]+)+", text) if word in ids]

    assert NAMES.findall(text) + named == []
