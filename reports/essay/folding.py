"""What two copies of a sentence have in common: its words, whatever signs a printer, a keyboard or an editor has for them.

Quotation marks, apostrophes, dashes, ellipses, spaces and ligatures are folded, and letters with accents are composed. Letters,
digits and the signs of mathematics stay what they are: = is not ≤, and n² is n^2 but not n2.
"""

import re
from hashlib import sha256
from unicodedata import normalize

_QUOTES = {'"': "“”„‟«»〝〞″＂", "'": "‘’‚‛‹›′´＇"}
_DASHES = "‐‑‒–—―−﹘﹣－"
_UNSEEN = "\u00ad\u200b\u200c\u200d\u2060\ufeff"  # soft hyphens, joiners, and spaces of no width
_SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿⁱ", "0123456789+-ni", strict=True))
_SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋", "0123456789+-", strict=True))
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_TWINS = {"∑": "Σ", "∏": "Π", "∆": "Δ", "µ": "μ", "…": "..."}  # drawn alike, and meant alike
_ONE_FOR_ANOTHER = str.maketrans(
    {sign: plain for plain, signs in _QUOTES.items() for sign in signs}
    | dict.fromkeys(_DASHES, "-") | dict.fromkeys(_UNSEEN, "") | _LIGATURES | _TWINS
)  # fmt: skip
_RAISED = re.compile(f"[{''.join(_SUPERSCRIPTS)}]+")
_LOWERED = re.compile(f"[{''.join(_SUBSCRIPTS)}]+")
_SINGLE = re.compile(r"(?<=[_^])\{(.)\}")  # x_{1} is x_1
_TWICE = re.compile(r"''|``")
_BARE = re.compile(r" ?(-+|[=<>≤≥≈≠+×·→←/*|]) ?")  # spaces around these are a matter of taste


def folded(words: str) -> str:
    """The words as every copy has them."""
    plain = normalize("NFC", words)
    if not plain.isascii():
        plain = _RAISED.sub(lambda found: "^" + _braced(found[0], _SUPERSCRIPTS), plain)
        plain = _LOWERED.sub(lambda found: "_" + _braced(found[0], _SUBSCRIPTS), plain)
        plain = plain.translate(_ONE_FOR_ANOTHER)
    plain = _TWICE.sub('"', _SINGLE.sub(r"\1", plain))
    return _BARE.sub(_short, " ".join(plain.split()))


def digest(words: str) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of what is left of the words when they are folded."""
    return sha256(folded(words).encode()).hexdigest()[:16]


def _braced(signs: str, plain: dict[str, str]) -> str:
    found = "".join(plain[sign] for sign in signs)
    return found if len(found) == 1 else f"{{{found}}}"


def _short(sign: re.Match[str]) -> str:
    return "-" if sign[1][0] == "-" else sign[1]
