"""Text as LaTeX prints it as it stands, with any engine: pdflatex knows no letter of the Greeks and few signs."""

import unicodedata

_SPECIAL = {one: f"\\{one}" for one in "&%$#_"} | {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "{": r"\textbraceleft{}", "}": r"\textbraceright{}",
}  # fmt: skip
_GREEK = {
    one: name.lower() if one.islower() else name.capitalize()
    for one in "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ"
    for name in [unicodedata.name(one).split()[-1].replace("LAMDA", "LAMBDA")]
}
_SIGNS = {
    "√": "surd", "≤": "le", "≥": "ge", "≠": "ne", "≈": "approx", "∞": "infty", "∂": "partial", "∇": "nabla", "‖": "Vert",
    "⊙": "odot", "×": "times", "·": "cdot", "→": "to", "⇒": "Rightarrow", "∈": "in", "∑": "sum", "∏": "prod", "⊤": "top",
    "ℓ": "ell",
}  # fmt: skip
_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻ⁿᵀ", "0123456789-nT", strict=True))
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉ₜ", "0123456789t", strict=True))
_PRINTED = {
    **_SPECIAL, "−": r"\ensuremath{-}",
    **{one: rf"\ensuremath{{\{name}}}" for one, name in {**_GREEK, **_SIGNS}.items()},
    **{one: rf"\textsuperscript{{{base}}}" for one, base in _RAISED.items()},
    **{one: rf"\textsubscript{{{base}}}" for one, base in _LOWERED.items()},
}  # fmt: skip


def tex(text: str) -> str:
    """The text, with what LaTeX would take for a command or cannot print written as a command that prints it."""
    return "".join(_PRINTED.get(one, one) for one in text)
