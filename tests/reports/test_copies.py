"""Copies of a text as people have them: with the signs of a printer, in LaTeX, as plain text, of any length."""

import io
import os
import re
import sys
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.evidence.evidence import EvidenceError
from reports.essay.page import Copy
from reports.essay.passages import Row, read_passages
from reports.essay.placing import place
from reports.essay.rendering import rendered
from reports.reading.folding import folded
from reports.reading.parsing import parsed
from reports.reading.sentences import LARGEST, Essay, read_essay, taken_apart
from reports.text.formulas import formula
from tests import toys
from tests.reports.test_essay import Everywhere, Page, rows

OWLS = """# What "awake" means to an owl

It's said that owls -- most of them -- are `awake` from 9-5... The first of them, `h_t = 2 * h_{t-1}`, isn't **ever** asleep.
Don't ask "why": naïve offices in São Tomé find that 1 - x < 2 holds.

| Bird | Hours |
|---|---|
| *Kiwi* (the flightless one) | 8-9 |

- One more item of the list. It's here.
"""
IN_LATEX = r"""
\documentclass{article}
\usepackage{amsmath} % nothing of the preamble is read
\newcommand{\owl}{Owl is a word.}
\title{What ``awake'' means to an owl}
\begin{document}
\maketitle
It's said that owls --- most of them --- are \texttt{awake} from 9--5\ldots{}  The first of them, % a remark. Not read.
$h_t = 2 * h_{t-1}$, isn't \textbf{ever}
asleep. Don't ask ``why'': na\"ive offices in S\~ao Tom\'e find that $1 - x < 2$ holds.

\begin{tabular}{|l|r|}
\hline
Bird & Hours \\
\hline
\emph{Kiwi} (the flightless one) & 8--9 \\
\end{tabular}
\begin{itemize}
\item One more item of the list. It's here.
\end{itemize}
\end{document}
"""
IN_PLAIN_TEXT = """What "awake" means to an owl

It's said that owls -- most of them -- are awake from 9-5... The first of them, h_t = 2 * h_{t-1},
isn't *ever* asleep. Don't ask "why": naïve offices in São Tomé find that 1 - x < 2 holds.

Bird | Hours
-----|------
Kiwi (the flightless one) | 8-9

 * One more item of the list. It's here.
"""


def curly(text: str) -> str:
    text = re.sub(r'(^|(?<=[\s(]))"', "“", text, flags=re.M).replace('"', "”")
    return text.replace("'", "’")


def lost(text: str, name: str = "owls.md") -> list[str]:
    """What of the owls is not found in this copy of them."""
    whole = taken_apart(OWLS)
    found = place(rows(whole), taken_apart(text, name).sentences)
    return [one.words for one in whole.sentences if one.digest in {row.digest for row in [*found.gone, *found.was.values()]}]


# --- the signs of printers, keyboards and editors -------------------------------------------------------------------


CHANGES = {
    "curly quotes": curly, "en dashes": lambda text: text.replace(" -- ", " – ").replace("9-5", "9–5"),
    "em dashes": lambda text: text.replace(" -- ", "—"), "no-break spaces": lambda text: text.replace("owls ", "owls\u00a0"),
    "thin spaces": lambda text: text.replace(" most", "\u2009most"), "an ellipsis": lambda text: text.replace("...", "…"),
    "ligatures": lambda text: text.replace("offi", "oﬃ").replace("fl", "ﬂ"),
    "a minus": lambda text: text.replace("1 - x", "1 − x"), "soft hyphens": lambda text: text.replace("list", "li\u00adst"),
    "line ends": lambda text: text.replace("\n", "\r\n"), "parted accents": lambda text: text.replace("ï", "i\u0308"),
    "other marks": lambda text: text.replace("*Kiwi*", "_Kiwi_").replace("**ever**", "__ever__").replace("`awake`", "awake"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_no_sentence_is_lost_to(change):
    assert change(OWLS) != OWLS
    assert lost(change(OWLS)) == []


def test_no_sentence_is_lost_to_all_of_them_at_once() -> None:
    text = OWLS
    for change in CHANGES.values():
        text = change(text)

    assert lost(text) == []


def test_another_word_is_another_sentence() -> None:
    assert lost(OWLS.replace("1 - x < 2", "1 - x ≤ 2"))[0].startswith("Don't ask")
    assert lost(OWLS.replace("8-9", "8-7")) == ["8-9"]


@pytest.mark.parametrize(("one", "other"), [
    ("1 − x", "1-x"), ("n²", "n^2"), ("n²³", "n^{23}"), ("x₁", "x_1"), ("x_{1}", "x_1"), ("10–20", "10-20"), ("a=b", "a = b"),
    ("∑", "Σ"), ("“a”", '"a"'), ("''a''", '"a"'), ("ﬁne", "fine"), ("é", "e\u0301"), ("a\u202fb", "a b"), ("a\u200bb", "ab"),
])  # fmt: skip
def test_these_are_one(one, other):
    assert folded(one) == folded(other)


@pytest.mark.parametrize(("one", "other"), [
    ("a = b", "a ≤ b"), ("a < b", "a ≤ b"), ("a < b", "a > b"), ("n²", "n2"), ("x₁", "x1"), ("x_{12}", "x_12"),
    ("h_{t-1}", "h_t-1"),
    ("a + b", "a - b"), ("a * b", "a + b"), ("Σ", "σ"), ("∂", "d"), ("0", "O"), ("é", "e"), ("a b", "ab"), ("x'", "x"),
    ("½", "1/2"), ("10 20", "10-20"), ("|a|", "a"), ("a·b", "a.b"), ("√d", "d"),
])  # fmt: skip
def test_these_are_two(one, other):
    assert folded(one) != folded(other)


@given(st.text(max_size=40))
def test_what_is_folded_stays_so(words: str) -> None:
    assert folded(folded(words)) == folded(words)


# --- LaTeX ------------------------------------------------------------------------------------------------------------


def read_latex(text: str) -> Essay:
    return taken_apart(text, "notes.tex")


def said(text: str) -> list[str]:
    return [one.words for one in read_latex(text).sentences]


def test_a_copy_in_latex_loses_nothing() -> None:
    assert lost(IN_LATEX, "owls.tex") == []
    assert len(read_latex(IN_LATEX).sentences) == len(taken_apart(OWLS).sentences)


@pytest.mark.parametrize(("text", "expected"), [
    ("One. Two.\n\nThree", ["One.", "Two.", "Three"]), ("One % two. Three.\nfour.", ["One four."]),
    (r"\section{A \emph{b}} C.", ["A b", "C."]), (r"\section*{A}\label{a}B.", ["A", "B."]),
    (r"A\footnote{B. C.} d. E.", ["A d.", "E.", "B.", "C."]), (r"As in \cite{a} and \ref{b}, so.", ["As in and , so."]),
    (r"\begin{enumerate}\item A. B.\item[c] D\end{enumerate}", ["A.", "B.", "c D"]),
    (r"\begin{tabular}{ll}\hline a & b \\ 1\% & \multicolumn{2}{c}{x} \\\end{tabular}", ["a", "b", "1%", "x"]),
    ("\\begin{verbatim}\nx % y = 1\n  {z}\n\\end{verbatim}", ["x % y = 1", "{z}"]),
    ("\\begin{lstlisting}[language=C]\nx\n\\end{lstlisting}\nA.", ["x", "A."]),
    (r"Say \verb|a_b{| so.", ["Say a_b{ so."]),
    (r"So $a$ is. \[ a = \frac{1}{2} \\ b \le 3 \] It is.", ["So a is.", "a = 1/2", "b ≤ 3", "It is."]),
    (r"\begin{align*} a &= b \\ c &= d \label{x} \end{align*}", ["a = b", "c = d"]),
    (r"50\% of \$5 \& \#1 \_x \textbackslash", ["50% of $5 & #1 _x \\"]),
    (r"\href{https://a.b}{See. There.}", ["See.", "There."]),
    (r"\textbf{One. Two.} Three \emph{four. Five}.", ["One.", "Two.", "Three four.", "Five."]),
    (r"\unknown{Words} stay, \todo[x]{and} these.", ["Words stay, [x]and these."]),
    ("e.g. this cf. That.", ["e.g. this cf. That."]),
    (r"\begin{figure}\includegraphics{a.b}\caption{A caption.}\end{figure}", ["A caption."]),
    (r"\begin{tikzpicture}\draw (a) -- (b);\end{tikzpicture}A.", ["A."]), (r"A~b -- c --- d.", ["A b – c — d."]),
    (r"\begin{theorem}A. B.\end{theorem}\begin{quote}C\end{quote}", ["A.", "B.", "C"]), (r"{\bf A} {\em b}.", ["A b."]),
])  # fmt: skip
def test_latex_says(text, expected):
    assert said(text) == expected


@pytest.mark.parametrize(("source", "expected"), [
    (r"\alpha_{t-1} \le 1", "α_{t-1} ≤ 1"), (r"x^2", "x^2"), (r"\frac{a+b}{c}", "(a+b)/c"), (r"\sqrt{d_k}", "√d_k"),
    (r"\frac{\partial L}{\partial h_t}", "∂L/∂h_t"), (r"\tilde{C}_t", "C\u0303_t"), (r"\left\| W \right\|", "‖ W ‖"),
    (r"\text{softmax}(QK^\top)", "softmax(QK^T)"), (r"O(n \cdot d^2)", "O(n · d^2)"), (r"a \neq b", "a ≠ b"),
    (r"\tanh(x)", "tanh(x)"), (r"\prod_{i}^{n}", "∏_{i}^{n}"),
])  # fmt: skip
def test_a_formula_says(source, expected):
    assert formula(source) == expected


def test_formulas_between_dollars_are_read_in_markdown_too_and_money_is_not() -> None:
    assert [one.words for one in taken_apart(r"So $\lambda_1 < 1$ is. It costs $5 to $6.").sentences] == [
        "So λ_1 < 1 is.", "It costs $5 to $6.",
    ]  # fmt: skip


TEX = st.sampled_from([
    "{", "}", "$", "$$", "\\[", "\\]", "\\(", "\\)", "%", "\n", "\n\n", "\\\\", "&", "~", "\\section{", "\\textbf{", "\\emph{",
    "\\begin{itemize}", "\\item", "\\end{itemize}", "\\begin{tabular}{l}", "\\end{tabular}", "\\begin{verbatim}\n",
    "\n\\end{verbatim}", "\\begin{align}", "\\end{align}", "\\footnote{", "\\cite{", "\\verb|", "|", "\\frac", "_", "^",
    "\\alpha", "\\x", "[", "]", "Word. ", "Another. ", "<script>", "--", "``", "''", "\\'e", "\\", "\\begin{document}",
    "\\end{document}", "\\href{javascript:x}{", "7", "\\title{", "\\begin{Highlighting}[]\n", "\\end{Highlighting}",
    "\\begin{minted}{c}\n", "\\end{minted}", "\\begin", "\\end", "\\def\\a{", "\\(a\\)",
])  # fmt: skip


@given(st.lists(TEX | st.text(max_size=3), max_size=25).map("".join).map(lambda text: text.replace("\0", "")))
def test_any_latex_is_shown_or_refused_and_each_sentence_stands_where_it_says(text: str) -> None:
    stands_where_it_says(read_latex(text))


@given(st.lists(TEX | st.text(max_size=9), max_size=25).map("".join).map(lambda text: text.replace("\0", "")))
def test_so_is_any_plain_text(text: str) -> None:
    stands_where_it_says(taken_apart(text, "notes.txt"))


def stands_where_it_says(essay: Essay) -> None:
    lines, shown = essay.text.split("\n"), Page(rendered(essay, Everywhere()))
    for one in essay.sentences:
        assert essay.text[one.at :].startswith(one.text)
        assert lines[one.line - 1][one.start :].startswith(one.text.partition("\n")[0])
        assert lines[one.last - 1][: one.end].endswith(one.text.rpartition("\n")[2])
        assert re.search(r"\w", one.words)
    assert sorted(one["id"] for one in shown.all("mark")) == sorted(f"s{number}" for number in range(len(essay.sentences)))
    assert not {"script", "b"} & {tag for tag, _ in shown.tags}
    assert all(re.match(r"(https?:|mailto:|#essay-|$)", one.get("href", "")) for one in shown.all("a"))


def test_latex_is_shown_as_a_text_is() -> None:
    html = rendered(read_latex(IN_LATEX), Everywhere())

    assert "<strong>ever</strong>" in html
    assert "<code>h_t = 2 * h_{t-1}</code>" in html
    assert re.search(r"<li>\s*<p><mark[^>]*>One more item of the list.</mark>", html)
    assert re.search(r"<td><mark[^>]*><em>Kiwi</em> \(the flightless one\)</mark></td>", html)
    assert not re.search(r"\\(begin|item|hline|maketitle)|amsmath|Owl is", html)


# --- plain text -------------------------------------------------------------------------------------------------------


def test_a_plain_copy_loses_nothing() -> None:
    assert lost(IN_PLAIN_TEXT, "owls.txt") == []


@pytest.mark.parametrize(("text", "expected"), [
    ("5 * 3 * 2 is #1 | or _not_.", ["5 * 3 * 2 is #1 | or not."]), ("a*b*c and x_i_j", ["a*b*c and x_i_j"]),
    ("- One. Two.\n- Three", ["One.", "Two.", "Three"]), ("1. One\n2) Two", ["One", "Two"]), ("A\tB\n1\t2", ["A", "B", "1", "2"]),
    ("    x = 1\n    y = 2", ["x = 1", "y = 2"]), ("The norm |x| of\nx is |y| here.", ["The norm |x| of x is |y| here."]),
    ("One.  Two spaces.\nThree.", ["One.", "Two spaces.", "Three."]), ("<b>not bold</b> [x](y)", ["<b>not bold</b> [x](y)"]),
])  # fmt: skip
def test_plain_text_says(text, expected):
    assert [one.words for one in taken_apart(text, "notes.txt").sentences] == expected


def test_every_sign_of_a_plain_text_is_shown() -> None:
    text = "5 * 3 *is* #1 | or `not` <i>.\n\n# One\n- two"

    assert "".join(Page(rendered(taken_apart(text, "notes.txt"), Everywhere())).text).split() == text.split()


# --- long texts -------------------------------------------------------------------------------------------------------


LONG = {
    "prose": lambda n: "An owl is `awake` (again). It *isn't* asleep - or is it?\n\n" * n,
    "one paragraph": lambda n: "An owl is `awake` (again). It *isn't* asleep - or is it?\n" * n,
    "one line": lambda n: "an owl is `awake` (again) and *isn't* asleep, " * n,
    "a table": lambda n: "| a | b |\n|---|---|\n" + "| 8 | *an* owl |\n" * n,
    "lists and quotes": lambda n: "".join(f"{'  ' * (i % 9)}- item {i}. And two.\n" for i in range(n)) + "\n> > a\n" * n,
    "what rows speak of": lambda n: "An owl is never asleep.\n\n8\n\n8\n\n" * n,
}  # fmt: skip
KNOWN = rows(taken_apart("An owl is never asleep.\n\n8\n\n8\n\n" * 20))


def calls(text: str, name: str) -> int:
    """How many functions are called to mark a text, those of C among them."""
    count = 0

    def called(frame, event, what):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(called)
    try:
        essay = taken_apart(text, name)
        place(KNOWN, essay.sentences)
        rendered(essay, Everywhere())
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("name", ["long.md", "long.txt", "long.tex"])
@pytest.mark.parametrize("made", LONG.values(), ids=LONG)
def test_four_times_the_text_is_four_times_the_work(made, name):
    calls(made(1), name)  # what is found out once

    assert calls(made(800), name) < 5 * calls(made(200), name)


def test_signs_do_not_copy_all_that_was_read_before_them() -> None:
    """Text that waits to become a token grows by a copy with each sign, and so is not to grow for long."""
    from markdown_it.rules_inline import StateInline

    longest = 0

    class Watched(StateInline):
        def __setattr__(self, name: str, value: object) -> None:
            nonlocal longest
            if name == "pending" and isinstance(value, str):
                longest = max(longest, len(value))
            super().__setattr__(name, value)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("markdown_it.parser_inline.StateInline", Watched)
        tokens = parsed("a-b:c " * 20_000)

    assert tokens[1].children[0].content == ("a-b:c " * 20_000).strip()
    assert 0 < longest < 30_000


@pytest.mark.parametrize(("text", "name"), [
    ("[" * 100_000, "owls.md"), ("[a *b* " * 40_000, "owls.md"), ("{" * 100_000, "owls.tex"),
    ("\\begin{itemize}\\item a " * 5000, "owls.tex"),
], ids=["brackets", "brackets and words", "braces", "lists"])  # fmt: skip
def test_what_would_take_minutes_is_refused_at_once(text, name):
    with pytest.raises(EvidenceError, match=r"owls\.\w+: brackets are nested too deeply or too many are open"):
        taken_apart(text, name)


def test_intervals_and_arrays_are_no_such_text() -> None:
    assert len(taken_apart("It lies in [0, 1) and x[i[j]] is. " * 1000).sentences) == 1000


# --- what is no file ----------------------------------------------------------------------------------------------------


def test_a_pipe_that_nobody_writes_to_is_not_waited_for(reports, tmp_path):
    os.mkfifo(tmp_path / "essay.md")

    assert "essay.md: no regular file but a pipe or a device; give a file, or -" in reports.refuses(
        "--essay", tmp_path / "essay.md"
    )
    assert "no regular file" in reports.refuses("locate", "/dev/zero", "a")


def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    with (tmp_path / "essay.md").open("wb") as file:
        file.truncate(LARGEST)
    monkeypatch.setattr("pathlib.Path.read_bytes", lambda _: pytest.fail("it was read"))

    with pytest.raises(EvidenceError, match="5 MB is no essay; give a text of less than 5 MB, a chapter at a time"):
        read_essay(tmp_path / "essay.md")


def test_what_is_piped_in_is_read_where_a_dash_stands(reports, monkeypatch):
    reports.examine()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(OWLS.encode())))

    assert "standard input: 0 of 10 sentences accounted for" in reports.run("--essay", "-")[1]


# --- passages -----------------------------------------------------------------------------------------------------------


def test_a_cell_of_one_number_that_was_located_is_found_again(reports, tmp_path):
    owls, pasted = tmp_path / "owls.md", tmp_path / "passages.toml"
    owls.write_text(OWLS, encoding="utf-8")
    printed = reports.run("locate", owls, "8-9")[1]
    pasted.write_text("passages = [\n" + printed.replace('""', '"a.b"') + "]\n", encoding="utf-8")
    only = read_passages(pasted).passages

    assert [taken_apart(OWLS).sentences[number].words for number in place(only, taken_apart(OWLS).sentences).rows] == ["8-9"]
    assert place(only, taken_apart("A line.\n\n" + OWLS).sentences).rows == {}, "another 8-9 may stand anywhere"
    assert place(only, taken_apart(OWLS.replace("8-9", "8-8")).sentences).rows == {}


def test_it_moves_with_the_rows_around_it() -> None:
    whole = taken_apart(OWLS)
    first, number = rows(whole)[1], next(row for row in rows(whole) if whole.text[row_start(whole, row) :].startswith("8-9"))
    longer = taken_apart("A line.\n\nAnother.\n\n" + OWLS)

    assert [longer.sentences[one].words for one in place([first, number], longer.sentences).rows][1:] == ["8-9"]


def row_start(essay: Essay, row: Row) -> int:
    return next(one.at for one in essay.sentences if (one.line, one.start) == (row.line, row.start))


ROW = '{{ line = 1, start = 0, end = 9, digest = "0123456789abcdef", {} }},'
FIRST = toys.QUICK_TOYS[0].id


@pytest.mark.parametrize("wrong", ["claims", "repeats"])
@pytest.mark.parametrize("options", [("--essay",), ("--no-examine", "--essay")], ids=" ".join)
def test_a_misspelt_id_is_told_with_its_line_and_the_nearest(reports, tmp_path, options, wrong):
    reports.examine()
    owls = tmp_path / "owls.md"
    owls.write_text(OWLS, encoding="utf-8")
    reports.passages(
        ROW.format(f'claims = ["{FIRST}"]') + "\n" + ROW.replace("line = 1", "line = 2").format(f'{wrong} = ["{FIRST}x"]')
    )

    assert f"passages.toml:3: no claim is called '{FIRST}x'; did you mean {FIRST}?" in reports.refuses(*options, owls)


def test_a_claim_that_was_not_asked_for_is_no_mistake(reports, tmp_path):
    owls = tmp_path / "owls.md"
    owls.write_text(OWLS, encoding="utf-8")
    reports.passages(ROW.format(f'claims = ["{FIRST}"]'))

    other = toys.QUICK_TOYS[1].id
    reports.examine("--only", other)

    assert "0 of 10 sentences" in reports.run("--no-examine", "--only", other, "--essay", owls)[1]


def test_a_copy_knows_what_it_is_of() -> None:
    essays = [taken_apart(OWLS, name) for name in ("a.md", "a.tex", "a.txt", "a")]

    assert [one.format for one in essays] == ["text/markdown", "application/x-latex", "text/plain", "text/markdown"]
    assert Copy(essays[0], place([], essays[0].sentences)).summary.startswith("a.md: 0 of 10")
