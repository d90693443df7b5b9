r"""Formulas of LaTeX as they are read: `\alpha_{t-1} \le 1` says α_{t-1} ≤ 1. What is raised or lowered stays so."""

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

_DOLLARS = re.compile(r"\$(?!\s)([^$]+)(?<!\s)\$(?![\w$])")
ACCENTS = {
    "hat": "\u0302", "widehat": "\u0302", "tilde": "\u0303", "widetilde": "\u0303", "bar": "\u0304", "overline": "\u0305",
    "dot": "\u0307", "ddot": "\u0308", "vec": "\u20d7",
}  # fmt: skip
SPACES = {",", ";", ":", "!", " ", "quad", "qquad", "thinspace", "enspace", "\\", "newline", "&"}
UNSAID = {
    "left", "right", "middle", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "bigg", "biggl", "biggr", "displaystyle",
    "textstyle", "limits", "nolimits", "nonumber", "notag", "label", "tag",
}  # fmt: skip
NAMED = {
    "mid": "|", "vert": "|", "Vert": "‖", "|": "‖", "lVert": "‖", "rVert": "‖", "lvert": "|", "rvert": "|", "cdot": "·",
    "ast": "*",
    "top": "T", "ne": "≠", "dots": "...", "ldots": "...", "cdots": "...", "colon": ":", "textless": "<", "textgreater": ">",
    "textbar": "|", "textquotesingle": "'", "lt": "<", "gt": ">", "textasciicircum": "^", "lbrace": "{", "rbrace": "}",
}  # fmt: skip


def read_out(words: str) -> str:
    """Words with the formulas that stand in them between dollars as they are read. Sums of money are left."""
    if "$" not in words:
        return words
    return _DOLLARS.sub(lambda found: formula(found[1]), words)


def formula(source: str) -> str:
    """What a formula says, in a line. One that cannot be followed is left as it is."""
    if not re.search(r"[\\{}~&%]", source):
        return " ".join(source.split())
    walker = _walker()
    try:
        nodes = walker(f"${source}$")
    except RecursionError:
        return " ".join(source.split())
    return said(nodes)


def said(nodes: Sequence[Any]) -> str:
    """What the parser's nodes say."""
    return " ".join(_said(nodes).split())


@cache
def _walker() -> Callable[[str], list[Any]]:
    from pylatexenc.latexwalker import LatexWalker

    def walk(source: str) -> list[Any]:
        found: list[Any] = LatexWalker(source, tolerant_parsing=True).get_latex_nodes()[0]
        return found

    return walk


@cache
def symbol(name: str) -> str | None:
    """The sign that a macro stands for, if it stands for one."""
    from pylatexenc.latex2text import get_default_latex_context_db

    spec = get_default_latex_context_db().get_macro_spec(name)
    found = getattr(spec, "simplify_repl", None)
    return found if isinstance(found, str) and found and "%" not in found else None


def _said(nodes: Sequence[Any]) -> str:
    out = ""
    for node in nodes:
        kind = type(node).__name__
        if kind == "LatexCharsNode":
            out += node.chars
        elif kind == "LatexGroupNode":
            inner = _said(node.nodelist)
            out += f"{{{inner.strip()}}}" if out.rstrip().endswith(("_", "^")) else inner
        elif kind == "LatexMacroNode":
            words = _macro(node)
            alone = words in "∂∇" or (len(words) == 1 and words.isalpha())  # λ x is λx
            out += words + (" " if node.macro_post_space and not alone else "")
        elif kind == "LatexSpecialsNode":
            out += {"~": " ", "&": " "}.get(node.specials_chars, node.specials_chars)
        elif kind in ("LatexMathNode", "LatexEnvironmentNode"):
            out += _said(node.nodelist)
    return out


def _macro(node: Any) -> str:
    name = node.macroname
    given = [one for one in (node.nodeargd.argnlist if node.nodeargd else None) or [] if one is not None]
    if name in UNSAID:
        return ""
    if name in SPACES:
        return " "
    if name in ACCENTS and given:
        inner = _said(given[-1:]).strip()
        return inner[:1] + ACCENTS[name] + inner[1:]
    if name in ("frac", "dfrac", "tfrac") and len(given) == 2:
        return "/".join(_grouped(_said([one]).strip()) for one in given)
    if name == "sqrt" and given:
        return "√" + _grouped(_said(given[-1:]).strip())
    if given:
        return _said(given)
    return NAMED.get(name) or symbol(name) or name


def _grouped(words: str) -> str:
    return words if re.fullmatch(r"[\w.∂]+(?:[_^](?:\w|\{[^{}]*\}))*", words) else f"({words})"
