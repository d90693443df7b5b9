"""What a definition means, as its source tells it: words and places are no part of it, and every name is told by its scope."""

import ast
import builtins
import symtable

import pytest

from claims.evidence.keys import ROOT
from claims.evidence.source import read
from claims.evidence.syntax import imports, parts, shape

OURS = [file for folder in ("claims", "impls", "reports") for file in sorted((ROOT / folder).rglob("*.py"))]


def source(text):
    return read(text.encode())


def meaning(text):
    """What every definition of a text means by itself, and what is done beside them."""
    found = source(text)
    return {name: one.piece for name, one in found.defined.items()}, found.effects


def mentions(text, name="f"):
    return source(text).defined[name].piece.mentions


# --- words change nothing -------------------------------------------------------------------------------------------

WRITTEN = '''"""A module."""

X: int = 1  # one, or ½


def twice(x: "Float[Tensor, 'n']", *more: tuple[int,
          str], deep: bool = False) -> dict[str,
    int]:
    """Twice.

    Really."""
    said: str = "# no comment, and no é docstring"  # é
    return x + x


class Pair:
    """Two."""

    left: int
    right: int = 0

    def swap(self: "Pair") -> "Pair":
        """Exchange them."""
        return Pair(self.right, self.left)
'''
BARE = """X: 0 = 1
def twice(x, *more, deep=False):
    said: 0 = "# no comment, and no é docstring"
    return x + x
class Pair:
    left: 0
    right: 0 = 0
    def swap(self):
        return Pair(self.right, self.left)
"""


def test_comments_docstrings_annotations_and_blank_lines_mean_nothing():
    assert meaning(WRITTEN) == meaning(BARE)


@pytest.mark.parametrize(("before", "after"), [
    ("# one, or ½", "# two"), ('"""A module."""', '"""Another."""'), ("Really.", "Not.\n\n    At all."), ("X: int", "X: float"),
    ("dict[str,\n    int]", "str"), ("\n\n\ndef", "\ndef"), ("more: tuple[int,\n          str]", "more: int"),
    ('"""Two."""', '"""A pair."""'), ("left: int", "left: float"), ("right: int", 'right: "Pair"'), ("said: str", "said: bytes"),
    ('"""Exchange them."""\n        ', ""), ('self: "Pair"', "self"), ('"""A module."""\n\n', ""),
    ("x + x", "(x\n            + x)"),
], ids=lambda text: text[:12].strip())  # fmt: skip
def test_an_edit_that_changes_nothing_leaves_it_as_it_is(before, after):
    assert before in WRITTEN
    assert meaning(WRITTEN.replace(before, after)) == meaning(WRITTEN)


@pytest.mark.parametrize(("before", "after"), [
    ("= 1", "= 2"), ("x + x", "x * x"), ("no comment", "a comment"), ("twice", "double"), ("    return x", "return x"),
    ("*more", "more"), ("left: int\n    right: int", "right: int\n    left: int"), ("right: int = 0", "right: int = 1"),
    ("right: int = 0", "right: int"), ("    left: int\n", ""), ("swap", "turn"), ("class Pair", "class Pair(object)"),
    ("deep: bool = False", "deep: bool = True"), ("def twice", "async def twice"), ("X: int = 1", "X = 1.0"),
    ("def swap", "@property\n    def swap"), ("*more: tuple[int,\n          str]", "*more: int, most=1"),
])  # fmt: skip
def test_an_edit_that_changes_something_shows(before, after):
    assert before in WRITTEN
    assert meaning(WRITTEN.replace(before, after)) != meaning(WRITTEN)


def test_one_definition_does_not_change_with_another():
    before, after = meaning(WRITTEN)[0], meaning(WRITTEN.replace("x + x", "x * x"))[0]

    assert {name for name in before if before[name] != after[name]} == {"twice"}


@pytest.mark.parametrize("file", OURS, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_of_our_own_modules_every_name_that_is_bound_is_in_the_shape(file):
    tree = without_words(ast.parse(file.read_bytes()))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}

    assert all(f"'{name}'" in shape(tree) for name in names)


# --- scopes ---------------------------------------------------------------------------------------------------------

HIDDEN = {
    "a parameter": "def f(G): return G",
    "any kind of parameter": "def f(a, /, *G, b=1): return G",
    "a keyword parameter": "def f(*, G): return G",
    "what is assigned, also further down": "def f():\n    print(G)\n    G = 1",
    "what is assigned with others": "def f():\n    (a, *G), b = x\n    return G",
    "the variable of a loop": "def f():\n    for G in (1,): pass\n    return G",
    "what is opened": "def f():\n    with open(1) as G: return G",
    "what is caught": "def f():\n    try: pass\n    except ValueError as G: return G",
    "a function inside": "def f():\n    def G(): pass\n    return G",
    "a class inside": "def f():\n    class G: pass\n    return G",
    "the variable of a comprehension": "def f(): return [G for G in (1,)]",
    "one of several variables": "def f(): return {a: G for a, (b, G) in x for c in G}",
    "what is named within an expression": "def f():\n    print(G := 1)\n    return G",
    "what is named within a comprehension": "def f():\n    print([G := a for a in (1,)])\n    return G",
    "what a pattern captures": "def f(x):\n    match x:\n        case [1, G]: return G",
    "what a pattern captures beside": "def f(x):\n    match x:\n        case int() as G: return G",
    "what a pattern leaves": "def f(x):\n    match x:\n        case [1, *G]: return G",
    "what a pattern leaves of a mapping": "def f(x):\n    match x:\n        case {1: 2, **G}: return G",
    "the parameter of a lambda": "f = lambda G: G",
    "the local name of an outer function": "def f(G):\n    def inner(): return G\n    return inner",
    "what an outer function shares": "def f():\n    G = 1\n    def inner():\n        nonlocal G\n        G = 2\n    return G",
}  # fmt: skip


@pytest.mark.parametrize("how", HIDDEN)
def test_a_global_is_hidden_by(how):
    assert mentions(f"G = 1\n{HIDDEN[how]}") == {}


SEEN = {
    "in the body": "def f(): return G",
    "deep inside": "def f():\n    def inner():\n        return [lambda: G for a in (1,)]\n    return inner",
    "outside of the comprehension that hides it": "def f(): return [G for G in (1,)], G",
    "as what a comprehension goes through": "def f(): return [G for G in G]",
    "outside of the lambda that hides it": "def f(): return (lambda G: G)(G)",
    "outside of the function that hides it": "def f():\n    def inner(G): return G\n    return inner(G)",
    "as a default of a parameter that hides it": "def f(G=G): return G",
    "as a default of a keyword": "def f(*, G=G): return G",
    "as a default of a lambda": "f = lambda G=G: G",
    "as a decorator": "@G\ndef f(): pass",
    "where it is declared global": "def f():\n    global G\n    G = 2\n    return G",
    "in a method, whatever the class calls so": "class f:\n    G = 2\n    def m(self): return G",
    "as a base": "class f(G): pass",
    "as a value of a pattern": "def f(x):\n    match x:\n        case G.a: return 1",
    "as a class of a pattern": "def f(x):\n    match x:\n        case G(): return 1",
    "through an attribute": "def f(): return G.a.b",
    "through a call": "def f(): return G(1).a",
    "in a text": "def f(): return f'{G:>{G}}'",
    "by a constant": "f = [G]",
    "what is added to": "f = 1\nf += G",
}  # fmt: skip


@pytest.mark.parametrize("where", SEEN)
def test_a_global_is_seen(where):
    assert mentions(f"G = 1\n{SEEN[where]}") == {"G": ".G"}


@pytest.mark.parametrize(("text", "found"), [
    ("import a\ndef f(): return a", {"a": "a"}),
    ("import a.b\ndef f(): return a.b.c", {"a.b.c": "a.b.c"}),
    ("import a.b as c\ndef f(): return c.d", {"c.d": "a.b.d"}),
    ("from a import b\ndef f(): return b.c(1).d", {"b.c": "a.b.c"}),
    ("from a import b as c\ndef f(): return c", {"c": "a.b"}),
    ("def f():\n    from a import b as c\n    return c.d", {"c.d": "a.b.d"}),
    ("def f():\n    import a.b\n    return a.b.c", {"a.b.c": "a.b.c"}),
    ("from a import b\ndef f(b): return b", {}),
    ("from a import b\ndef f():\n    from c import b\n    return b", {"b": "c.b"}),
    ("import a\ndef f():\n    global a\n    return a.b", {"a.b": "a.b"}),
    ("def f():\n    def inner():\n        from a import b\n        return b\n    return inner", {"b": "a.b"}),
    ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from a import b\ndef f(): return b", {"b": "a.b"}),
    ("if TYPE_CHECKING:\n    pass\nelse:\n    from a import b\ndef f(): return b", {"b": "a.b"}),
])  # fmt: skip
def test_what_is_imported_is_known_by_its_full_name(text, found):
    assert mentions(text) == found


def test_a_relative_import_is_refused_with_its_line():
    with pytest.raises(SyntaxError, match="line 2 imports by a relative name; write it in full"):
        source("import a\nfrom . import b")


def test_an_import_of_whatever_there_is_is_refused_with_its_line():
    with pytest.raises(SyntaxError, match="line 2 imports whatever there is; name what is needed"):
        source("import a\nfrom b import *")


def without_words(tree):
    """The same module without annotations and claims, as `symtable` is to read it."""
    for node in ast.walk(tree):
        for name in ("annotation", "returns"):
            if getattr(node, name, None) is not None:
                setattr(node, name, ast.Constant(0) if isinstance(node, ast.AnnAssign) else None)
        if isinstance(node, ast.FunctionDef):
            node.decorator_list = [one for one in node.decorator_list if getattr(getattr(one, "func", 0), "id", "") != "claim"]
    return tree


def globals_of(table):
    """The names that Python itself takes for global in a scope or below."""
    found = {one.get_name() for one in table.get_symbols() if one.is_global() and one.is_referenced()}
    return found.union(*map(globals_of, table.get_children()))


def outside_of(function):
    """Names in decorators and defaults, which belong to the scope around."""
    given = [*function.decorator_list, *function.args.defaults, *filter(None, function.args.kw_defaults)]
    return {node.id for one in given for node in ast.walk(one) if isinstance(node, ast.Name)}


@pytest.mark.parametrize("file", OURS, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_python_itself_finds_the_same_globals_in_every_function_of_ours(file):
    found, tree = read(file.read_bytes()), without_words(ast.parse(file.read_bytes()))
    scopes = symtable.symtable(ast.unparse(tree), str(file), "exec").get_children()
    known = {*found.defined, *found.imported}
    for function in (one for one in tree.body if isinstance(one, ast.FunctionDef)):
        theirs = set().union(*(globals_of(one) for one in scopes if one.get_name() == function.name))
        ours = {words.partition(".")[0] for words in found.defined[function.name].piece.mentions}
        within = [one for one in ast.walk(function) if isinstance(one, ast.Import | ast.ImportFrom)]
        local = {name for one in within for name in imports(one)}

        assert theirs & known <= ours, function.name
        assert ours - local <= theirs | outside_of(function), function.name
        assert theirs <= known | set(dir(builtins)) | {"__file__", "__name__", "__path__"}, "a name that nothing accounts for"


# --- what defines ---------------------------------------------------------------------------------------------------


def changed(before, after):
    """The definitions that an edit changes."""
    first, second = meaning(before)[0], meaning(after)[0]
    return {name for name in first | second if first.get(name) != second.get(name)}


def test_the_parts_of_a_pair_are_told_apart():
    assert changed("A, B = 1, 2", "A, B = 1, 3") == {"B"}
    assert changed("(A, B), C = (1, 2), 3", "(A, B), C = (1, 2), 4") == {"C"}
    assert changed("A, B = x", "A, B = y") == {"A", "B"}
    assert changed("A, *B = 1, 2", "A, *B = 1, 3") == {"A", "B"}
    assert changed("A = B = 1", "A = B = 2") == {"A", "B"}
    assert mentions("G = 1\nf, B = G, 2") == {"G": ".G"}
    assert mentions("G = 1\nf, B = 2, G") == {}


def test_every_statement_that_gives_a_name_to_something_counts():
    assert changed("A = 1\nA += 1", "A = 1\nA += 2") == {"A"}
    assert changed("def f(): return 1\ndef f(): return 2", "def f(): return 3\ndef f(): return 2") == {"f"}


@pytest.mark.parametrize("text", ["print(1)", "A.append(1)", "for a in A: pass", "if A:\n    B = 1", "with A: pass", "A[0] = 1"])
def test_what_defines_nothing_is_done_all_the_same(text):
    plain, done = source("A = []"), source(f"A = []\n{text}")

    assert done.effects.shape != plain.effects.shape
    assert done.effects.mentions == ({} if text == "print(1)" else {"A": ".A"})
    assert done.defined["A"].piece == plain.defined["A"].piece


def test_fields_of_a_plain_dataclass_have_no_annotation_that_means_something():
    plain = "from dataclasses import dataclass\n@dataclass\nclass A:\n    x: int = 1\n"
    assert meaning(plain) == meaning(plain.replace("int", "float"))
    for word in ("ClassVar[int]", "InitVar[int]", "KW_ONLY", "typing.ClassVar"):
        assert meaning(plain) != meaning(plain.replace("int", word)), "dataclasses looks for it"


@pytest.mark.parametrize("base", ["msgspec.Struct", "Struct, frozen=True", "NamedTuple"])
def test_fields_of_a_class_that_reads_them_keep_their_annotations(base):
    struct = f"from a import Role\nclass f({base}):\n    x: Role = 1\n    def m(self, y: int) -> int: return y\n"
    assert meaning(struct) != meaning(struct.replace("x: Role", "x: float"))
    assert mentions(struct)["Role"] == "a.Role"
    assert meaning(struct) == meaning(struct.replace("y: int", "y: float").replace("-> int", "")), "those of methods are words"


@pytest.mark.parametrize(("written", "path"), [
    ('A = ROOT / "a" / "b.json"', "a/b.json"), ('A = ROOT / "a"', "a"), ('A = HERE / "a"', ""), ('A = "a" / "b"', ""),
    ("A = ROOT", ""), ("A = ROOT / name", ""), ('A = Path("a") / "b"', ""),
])  # fmt: skip
def test_a_constant_may_name_a_place_in_the_project(written, path):
    assert source(written).defined["A"].path == path


def test_lines_of_a_definition_begin_with_its_decorators():
    assert source("\n@a\n@b\ndef f():\n    return 1\n\nA = 1").defined["f"].lines == [(2, 5)]


# --- claims ---------------------------------------------------------------------------------------------------------

CLAIM = '''
@claim(
    "a.second", says="More.", teach="Much.", expect="refuted", as_written=reading(n=whole(0, TEN)), by=search(cases=50),
    figure=drawn, holds_for={"few": reading(n=1), **others()}, witness=computed(),
)
@claim(
    "a.first",
    says="Some.", teach="Little.", expect="supported",
    as_written=reading(n=whole(0, 10)), fails_for={"many": reading(n=11)},
)
def f(n):
    """A property."""
    at_most(n, TEN)


third = claim("a.third", says="Again.", teach="No.", expect="refuted", as_written=reading(n=2), holds_for={"x": reading(n=3)})(f)
TEN = 10
'''


def claims(text=CLAIM):
    return {one.id: one for one in source(text).claims}


def test_claims_are_found_in_the_order_in_which_they_are_made_with_their_lines():
    assert [(one.id, one.line) for one in source(CLAIM).claims] == [("a.first", 6), ("a.second", 2), ("a.third", 16)]


def test_readings_stand_in_the_order_of_roles_and_without_a_name_where_it_is_computed():
    found = claims()
    assert [(one.role, one.name) for one in found["a.first"].readings] == [("as written", "as written"), ("fails for", "many")]
    assert [(one.role, one.name) for one in found["a.second"].readings] == [
        ("as written", "as written"), ("holds for", "few"), ("holds for", ""), ("witness", ""),
    ]  # fmt: skip
    assert found["a.second"].readings[0].piece.mentions == {"TEN": ".TEN"}


@pytest.mark.parametrize(("before", "after"), [
    ("Some.", "None."), ("Little.", "A lot."), ('"supported"', '"qualified"'), ('"many"', '"too many"'), ("n=11", "n=12"),
    ("whole(0, 10)", "whole(0, 9)"), ('"""A property."""', '"""P."""'), ("More.", "Less."), ("drawn", "painted"),
])  # fmt: skip
def test_what_a_claim_is_given_is_no_part_of_its_property(before, after):
    one, other = claims()["a.first"], claims(CLAIM.replace(before, after))["a.first"]

    assert CLAIM.count(before) == 1
    assert one.check == other.check
    assert meaning(CLAIM)[0]["f"] == meaning(CLAIM.replace(before, after))[0]["f"]


def test_each_part_of_a_claim_changes_by_itself():
    def parts_of(one):
        return {"check": one.check, "by": one.by, "figure": one.figure, **{(r.role, r.name): r.piece for r in one.readings}}

    def differing(before, after, id="a.second"):
        assert before in CLAIM
        one, other = parts_of(claims()[id]), parts_of(claims(CLAIM.replace(before, after))[id])
        return {name for name in one if one[name] != other[name]}

    assert differing("cases=50", "cases=60") == {"by"}
    assert differing("figure=drawn", "figure=painted") == {"figure"}
    assert differing("at_most", "at_least") == {"check"}
    assert differing("whole(0, TEN)", "whole(1, TEN)") == {("as written", "as written")}
    assert differing('"few": reading(n=1)', '"few": reading(n=2)') == {("holds for", "few")}
    assert differing("others()", "more()") == {("holds for", "")}
    assert differing("More.", "Less.") == set()
    assert claims()["a.second"].whole != claims(CLAIM.replace("More.", "Less."))["a.second"].whole
    assert claims()["a.third"].check.mentions == {"f": ".f"}


def test_a_module_says_in_which_order_its_sections_are_read():
    assert source('SECTIONS = ("b", "a")').sections == ["b", "a"]
    assert source("A = 1").sections is None


def test_every_part_of_a_piece_is_looked_into():
    (statement,) = ast.parse("a = b + [c]").body
    names = set()
    waiting = [statement]
    while waiting:
        node = waiting.pop()
        names |= {node.id} if isinstance(node, ast.Name) else set()
        waiting += parts(node)

    assert names == {"a", "b", "c"}
