r"""Formulas of LaTeX as they are read: `\alpha_{t-1} \le 1` says α_{t-1} ≤ 1. What is raised or lowered stays so. And formulas of
our own sentences, in plain text and in HTML."""

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


EMPHASIS = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])")
# What is lowered and what is raised, in braces, in parentheses or a single word; a name such as clip_grad_norm_ is no formula.
_INNER = r"\{([^{}]+)\}|\(((?:[^()]|\([^()]*\))+)\)"
_BASE = r"(?<![^\W\d])(d?[^\W\d_][\u0300-\u036f]?|log)"
_LOWERED = re.compile(rf"{_BASE}_(?:{_INNER}|([0-9A-Za-zα-ω]{{1,5}}(?![0-9A-Za-z_])))")
_RAISED = re.compile(rf"(?<=[\w|‖)>])\^(?:{_INNER}|(-?[0-9A-Za-zα-ω]+(?:\.\d+)?))")


_BRACED = re.compile(r"(?<=[_^])\{([^{}]+)\}")


def pieces(words: str) -> list[str]:
    """A sentence of ours, parted by what stands in backticks: every second piece is code."""
    found = words.split("`")
    return found if len(found) % 2 else ["`".join(found)]  # a lone backtick is a character


def plain(words: str) -> str:
    """A sentence of ours without its marks: *so* is so, h_{t-1} is h_(t-1), and what stands between dollars is read out."""
    return "".join(part if place % 2 else _unmarked(part) for place, part in enumerate(pieces(words)))


def _unmarked(words: str) -> str:
    return _BRACED.sub(lambda inner: inner[1] if inner[1].isalnum() else f"({inner[1]})", EMPHASIS.sub(r"\1", read_out(words)))


def marked_up(escaped: str) -> str:
    """Escaped words whose formulas are set in HTML: h_{t-1}, W_h, γ^T and e^(-2B)."""
    while (lowered := _LOWERED.sub(lambda one: f"{one[1]}<sub>{one[2] or one[3] or one[4]}</sub>", escaped)) != escaped:
        escaped = lowered
    return _RAISED.sub(lambda one: f"<sup>{one[1] or one[2] or one[3]}</sup>", escaped)


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
