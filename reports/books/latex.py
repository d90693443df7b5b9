r"""`checked-claims.sty`, a LaTeX package of one file: `\claim{ID}` prints a verdict's mark and the claim's name as a link."""

import html
import re
import unicodedata
from functools import cache

from reports.pages.render import prose
from reports.record.record import ClaimRecord, Record

TAGS = {
    "<em>": r"\emph{", "<code>": r"\texttt{", "<sub>": r"\textsubscript{", "<sup>": r"\textsuperscript{",
    **{f"</{one}>": "}" for one in ("em", "code", "sub", "sup")},
}  # fmt: skip
SIGNS = {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "`": r"\textasciigrave{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", "'": r"\textquotesingle{}",
    "½": r"\textonehalf{}", "−": r"\ensuremath{-}", "“": r"\textquotedblleft{}", "”": r"\textquotedblright{}",
    "‘": r"\textquoteleft{}", "’": r"\textquoteright{}", "–": r"\textendash{}", "—": r"\textemdash{}", "…": r"\textellipsis{}",
    **{one: f"\\{one}" for one in "{}#$%&_"},
}  # fmt: skip
SYMBOLS = {
    "‖": "|", "∂": "partial", "≤": "leq", "≥": "geq", "≠": "neq", "≈": "approx", "±": "pm", "×": "times", "·": "cdot",
    "∞": "infty", "√": "surd", "⊙": "odot", "⊗": "otimes", "⊕": "oplus", "⌈": "lceil", "⌉": "rceil",
    "⌊": "lfloor", "⌋": "rfloor", "∈": "in",
    "→": "rightarrow", "←": "leftarrow", "↔": "leftrightarrow", "⇒": "Rightarrow", "∑": "sum", "∏": "prod", "∇": "nabla",
    "∝": "propto", "∘": "circ", "∥": "parallel", "⟨": "langle", "⟩": "rangle", "ℓ": "ell", "✓": "checkmark",
}  # fmt: skip
GREEK = re.compile(r"GREEK (SMALL|CAPITAL) LETTER (\w+)")
AS_LATIN = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧο", "ABEZHIKMNOPTXo", strict=True))
ACCENTS = {"\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0304": "=", "\u0307": ".", "\u0308": '"'}

PACKAGE = r"""% Made from the record of a report; what is written here by hand is lost.
%
%   \usepackage{checked-claims}
%   \claimsaddress{https://example.org/report/}  where the report's pages are, if that is not said below or has changed
%
%   \claim{ID}        its mark and its name, as a link if hyperref is there; \claim[words]{ID} has words in place of the name
%   \claimmark{ID}    \claimverdict{ID}    its mark, and its verdict as a word
%   \claimsays{ID}    \claimteach{ID}      the statement, and what to say instead
%
% Where a document has another \claim, a theorem perhaps, \checkedclaim is the same. \claimssupported and so on are the marks.
\NeedsTeXFormat{LaTeX2e}[2020/10/01]
\ProvidesPackage{checked-claims}[DATE REPORT]
\RequirePackage{amssymb}
\newcommand\claims@at{ADDRESS}
\newcommand\claimsaddress[1]{\renewcommand\claims@at{#1}}
\newcommand\claimssupported{\ensuremath{\checkmark}}
\newcommand\claimsqualified{(\ensuremath{\checkmark})}
\newcommand\claimsrefuted{\ensuremath{\times}}
\newcommand\claimsundecided{?}
\newcommand\claims@add[5]{%
  \@namedef{claims@name@#1}{#2}\@namedef{claims@verdict@#1}{#3}\@namedef{claims@says@#1}{#4}\@namedef{claims@teach@#1}{#5}}
\newcommand\claims@get[2]{\@ifundefined{claims@#1@#2}%
  {\PackageWarning{checked-claims}{there is no claim '#2'}\textbf{??}}{\@nameuse{claims@#1@#2}}}
\newcommand\claims@mark[1]{\@ifundefined{claims@verdict@#1}%
  {\claims@get{verdict}{#1}}{\@nameuse{claims\@nameuse{claims@verdict@#1}}}}
\NewDocumentCommand\checkedclaim{om}{%
  \claims@link{\claims@at claims/#2.html}{\claims@mark{#2}~\IfNoValueTF{#1}{\texttt{\claims@get{name}{#2}}}{#1}}}
\NewDocumentCommand\claimmark{m}{\claims@mark{#1}}
\NewDocumentCommand\claimverdict{m}{\claims@get{verdict}{#1}}
\NewDocumentCommand\claimsays{m}{\claims@get{says}{#1}}
\NewDocumentCommand\claimteach{m}{\claims@get{teach}{#1}}
\newcommand\claims@link[2]{\@ifundefined{href}{#2}{\href{#1}{#2}}}
\@ifundefined{claim}{\let\claim\checkedclaim}{}
"""

DECK = r"""% An example: pdflatex or lualatex makes slides of it, beside checked-claims.sty.
\documentclass{beamer}
\usepackage[T1]{fontenc}
\usepackage{lmodern}
\usepackage{checked-claims}
% \claimsaddress{https://example.org/report/}
\title{REPORT}
\author{AUTHORS}
\date{}
\begin{document}
\frame{\titlepage}
FRAMES
\end{document}
"""
FRAME = r"""
\begin{frame}{Predict}
  \claimsays{ID}
\end{frame}
\begin{frame}{Explain: \claimverdict{ID}}
  \claimsays{ID}

  \medskip\claim{ID}

  \medskip\small\claimteach{ID}
\end{frame}
"""


def package(record: Record) -> bytes:
    """The package, with all claims in it."""
    at = record.run.address.replace("%", r"\%").replace("#", r"\#")
    text = (
        PACKAGE.replace("ADDRESS", at)
        .replace("DATE", record.run.date[:10].replace("-", "/"))
        .replace("REPORT", set_in_latex(record.text.report))
    )
    return (text + "".join(_data(one) for one in record.claims) + "\\endinput\n").encode()


def deck(record: Record) -> bytes:
    """An example: two slides on the first claim of each verdict."""
    first = {one.verdict: one.id for one in reversed(record.claims)}
    frames = "".join(FRAME.replace("ID", id) for _, id in sorted(first.items()))
    text = DECK.replace("REPORT", set_in_latex(record.text.report)).replace("AUTHORS", set_in_latex(record.text.authors))
    return text.replace("FRAMES", frames).encode()


def _data(claim: ClaimRecord) -> str:
    name = claim.id.replace(".", r".\allowbreak{}")
    says, teach = set_in_latex(claim.says), set_in_latex(claim.teach)
    return f"\\claims@add{{{claim.id}}}{{{name}}}{{{claim.verdict}}}%\n  {{{says}}}%\n  {{{teach}}}\n"


def set_in_latex(text: str) -> str:
    """Our own prose, as pdfTeX prints it too. A sign that is not known here stays: it takes an engine and a font that have it."""
    parts = re.split(f"({'|'.join(TAGS)})", str(prose(" ".join(text.split()))))
    parts[1::2] = [TAGS[one] for one in parts[1::2]]
    parts[::2] = [_text(html.unescape(one)) for one in parts[::2]]
    return "".join(parts)


def _text(text: str) -> str:
    marked = re.sub(f"(.)([{''.join(ACCENTS)}])", lambda pair: f"\0{pair[2]}{pair[1]}\1", unicodedata.normalize("NFC", text))
    return re.sub("\0(.)(.*?)\1", lambda pair: f"\\{ACCENTS[pair[1]]}{{{pair[2]}}}", "".join(map(_sign, marked)))


@cache
def _sign(sign: str) -> str:
    if sign in SIGNS:
        return SIGNS[sign]
    if sign in SYMBOLS:
        return rf"\ensuremath{{\{SYMBOLS[sign]}}}"
    if greek := GREEK.fullmatch(unicodedata.name(sign, "")):
        name = "lambda" if greek[2] == "LAMDA" else greek[2].lower()
        return AS_LATIN.get(sign) or rf"\ensuremath{{\{name if greek[1] == 'SMALL' else name.capitalize()}}}"
    kind, _, plain = unicodedata.decomposition(sign).partition(" ")
    if kind in ("<super>", "<sub>"):
        inner = "".join(_sign(chr(int(code, 16))) for code in plain.split())
        return rf"\text{'superscript' if kind == '<super>' else 'subscript'}{{{inner}}}"
    return sign
