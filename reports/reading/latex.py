"""LaTeX by pylatexenc: sections, paragraphs, lists, tables, formulas and what stands verbatim. Macros that a text defines for
itself are not carried out: their arguments are read, and their names are not."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from pylatexenc.latexwalker import (
    LatexCharsNode,
    LatexEnvironmentNode,
    LatexGroupNode,
    LatexMacroNode,
    LatexMathNode,
    LatexNode,
    LatexSpecialsNode,
    LatexToken,
    LatexWalker,
    get_default_latex_context_db,
)
from pylatexenc.macrospec import EnvironmentSpec, MacroSpec, VerbatimArgsParser

from claims.evidence.evidence import EvidenceError
from reports.reading.building import Builder, Essay, Piece
from reports.text.formulas import ACCENTS, NAMED, said, symbol

LEVELS = {
    "title": 1, "part": 1, "chapter": 1, "section": 2, "subsection": 3, "subsubsection": 4, "paragraph": 5, "subparagraph": 6,
}  # fmt: skip
MARKS = {
    "textbf": ("strong", "strong"), "emph": ("em", "em"), "textit": ("em", "em"), "textsl": ("em", "em"),
    "underline": ("em", "em"),
}  # fmt: skip
CODES = {"texttt", "verb", "lstinline", "mintinline", "code", "url", "path"}
REFERENCES = {"cite", "citet", "citep", "citealp", "citeauthor", "citeyear", "autocite", "parencite", "textcite", "ref", "eqref",
              "autoref", "cref", "Cref", "pageref", "nameref"}  # fmt: skip
UNREAD = {
    "label", "newcommand", "renewcommand", "providecommand", "def", "let", "newtheorem", "usepackage", "documentclass", "author",
    "date", "bibliography", "bibliographystyle", "includegraphics", "input", "include", "setcounter", "setlength", "vspace",
    "hspace", "index", "thanks", "addcontentsline", "hypersetup", "pagestyle", "thispagestyle", "graphicspath", "rule", "color",
    "hyphenation", "RequirePackage", "addtolength", "addtocounter", "newlength", "cmidrule", "cline", "nocite",
}  # fmt: skip
GAPS = {"\\", "newline", "linebreak", "quad", "qquad", " ", ",", ";", "hfill", "space", "tabularnewline", "enspace", "thinspace"}
LISTS = {"itemize": "bullet_list", "enumerate": "ordered_list", "description": "bullet_list"}
QUOTES = {"quote", "quotation", "abstract", "verse"}
TABLES = {"tabular", "tabular*", "tabularx", "tabulary", "longtable", "longtable*", "supertabular"}
VERBATIM = {"verbatim", "verbatim*", "Verbatim", "lstlisting", "minted", "alltt"}
FORMULAS = {"equation", "align", "gather", "multline", "eqnarray", "displaymath", "math", "flalign", "alignat", "dmath"}
DROPPED = {"comment", "tikzpicture", "picture", "thebibliography", "filecontents", "pgfpicture", "forest"}
ARGUMENTS = {  # with and without brackets, or a star: of these macros
    "": "def", "{": "code path cline textsl underline newlength nocite", "[{": "title lstinline cmidrule caption",
    "{{": "hyperlink hypertarget href colorbox setcounter setlength addtolength addtocounter", "{{{": "multicolumn",
    "[{{": "textcolor mintinline rule", "[{[{{": "multirow", "[[{": "citealp autocite parencite textcite",
    "*{": "citeauthor citeyear autoref cref Cref nameref", "*{[{[": "newtheorem",
}  # fmt: skip
OPTIONS = {  # the same of these environments
    "{": "multicols column supertabular thebibliography", "[": "Highlighting tcolorbox columns", "[{": "longtable longtable*",
    "{[{": "tabularx tabulary tabular*", "[[[{": "minipage", "[{[{": "wrapfigure",
}  # fmt: skip
MOST_ACCENTS = 3  # one on another: Vietnamese has two
QUOTED = {"``": "“", "''": "”", "--": "–", "---": "—", "~": " ", "!`": "¡", "?`": "¿", "&": " "}
_BREAK = re.compile(r"\n[ \t]*\n\s*")
_PLAIN = re.compile(r"(?:[^\W_]|[,.;:()/=+*])(?:[^\W_]|[,.;:()/=+* ]|\n(?=[^\W_]))+")  # of no meaning but what it says
_BEGIN = "\\begin{document}"


def latex(text: str, name: str) -> Essay:
    """Its sentences, and tokens that show it as if it were Markdown. RecursionError where groups are nested too deeply,
    EvidenceError where it ends within a command."""
    reader = _Reader(text)
    walker = _Walker(text, latex_context=_context(), tolerant_parsing=True)
    preamble = max(text.find(_BEGIN), 0)
    if title := re.search(r"\\title\s*\{", text[:preamble]):
        reader.blocks(_nodes(walker, name, pos=title.start(), read_max_nodes=1))
    reader.blocks(_nodes(walker, name, pos=preamble))
    reader.flush()
    return reader.builder.essay(name, "application/x-latex")


def _nodes(walker: "_Walker", name: str, **where: int) -> Sequence[LatexNode]:
    try:
        nodes: Sequence[LatexNode] = walker.get_latex_nodes(**where)[0]
    except IndexError as problem:  # the parser looks for what a \verb shows beyond the end
        raise EvidenceError(f"{name}: the text ends within a command, such as \\verb; complete it") from problem
    return nodes


class _Walker(LatexWalker):
    """Takes plain words for one token, where the parser has one for every letter, which takes most of its time."""

    def get_token(self, pos: int, *given: Any, environments: bool = True, **more: Any) -> Any:
        """The token at a place. What may be an argument of a macro is one letter of a word."""
        if environments and (found := _PLAIN.match(self.s, pos)):
            return LatexToken(tok="char", arg=found[0], pos=pos, len=found.end() - pos, pre_space="")
        return super().get_token(pos, *given, environments=environments, **more)


def _context() -> Any:
    """What the parser knows, and how many arguments some macros and environments more have."""
    known = get_default_latex_context_db()
    macros = [MacroSpec(name, spec) for spec, names in ARGUMENTS.items() for name in names.split()]
    environments = [EnvironmentSpec(name, spec) for spec, names in OPTIONS.items() for name in names.split()]
    environments += [
        EnvironmentSpec(one, args_parser=VerbatimArgsParser("verbatim-environment")) for one in ("Verbatim", "minted")
    ]
    known.add_context_category("texts", prepend=True, macros=macros, environments=environments)
    return known


class _Reader:
    """Goes through the parser's nodes: what is running text is collected until its paragraph ends."""

    def __init__(self, text: str) -> None:
        self.text, self.builder = text, Builder(text)
        self.pieces: list[Piece] = []
        self.notes: list[Sequence[Any]] = []

    # --- blocks -----------------------------------------------------------------------------------------------------

    def blocks(self, nodes: Sequence[LatexNode]) -> None:
        """Whatever may stand between paragraphs, and paragraphs."""
        for node in nodes:
            if isinstance(node, LatexEnvironmentNode):
                self._environment(node)
            elif isinstance(node, LatexMathNode) and node.displaytype == "display":
                self._formulas(node.nodelist)
            elif isinstance(node, LatexCharsNode):
                self._paragraphs(node)
            elif isinstance(node, LatexGroupNode):
                self.blocks(node.nodelist)
            elif not (isinstance(node, LatexMacroNode) and self._block(node)):
                self.pieces += self._pieces([node])

    def flush(self) -> None:
        """End the paragraph; its footnotes come behind it."""
        pieces, notes = self.pieces, self.notes
        self.pieces, self.notes = [], []
        self.builder.running(pieces)
        for note in notes:
            self.blocks(note)
            self.flush()

    def _paragraphs(self, node: LatexCharsNode) -> None:
        done = 0
        for gap in _BREAK.finditer(node.chars):
            self._running(node.chars[done : gap.start()], node.pos + done)
            self.flush()
            done = gap.end()
        self._running(node.chars[done:], node.pos + done)

    def _running(self, words: str, at: int) -> None:
        if not self.pieces:  # a paragraph begins with a word
            at, words = at + len(words) - len(words.lstrip()), words.lstrip()
        if words:
            self.pieces.append(Piece(words, at, at + len(words)))

    def _block(self, node: LatexMacroNode) -> bool:
        """Do what a macro does that stands between paragraphs; whether it is one."""
        name, given = node.macroname.rstrip("*"), _arguments(node)
        if name in LEVELS and given:
            self.flush()
            self.builder.heading(self._pieces(_inside(given[-1])), LEVELS[name])
            self._told()
        elif name == "hypertarget":
            self.blocks(_inside(given[-1]) if given else [])
        elif name == "caption" and given:
            self.flush()
            self.blocks(_inside(given[-1]))
            self.flush()
        elif name in ("par", "item", "maketitle", "tableofcontents", "newpage", "clearpage", "bigskip", "medskip", "smallskip"):
            self.flush()
        else:
            return False
        return True

    def _told(self) -> None:
        """The footnotes of a heading or of a table."""
        if self.notes:
            self.flush()

    def _environment(self, node: LatexEnvironmentNode) -> None:
        name = node.environmentname
        plain = name.rstrip("*")
        if plain in FORMULAS:
            self._formulas(node.nodelist)
            return
        self.flush()
        if plain in LISTS:
            self._list(node.nodelist, LISTS[plain])
        elif name in TABLES:
            self._table(node.nodelist)
        elif name in VERBATIM:
            self._verbatim(node)
        elif plain == "Highlighting":
            self._highlighted(node.nodelist)
        elif plain not in DROPPED:
            if plain in QUOTES:
                self.builder.open("blockquote")
            self.blocks(node.nodelist)
            self.flush()
            if plain in QUOTES:
                self.builder.close("blockquote")

    def _list(self, nodes: Sequence[LatexNode], block: str) -> None:
        self.builder.open(block)
        items = [part for part in _parted(nodes, lambda one: _is(one, "item")) if part and _is(part[0], "item")]
        for item in items:
            self.builder.open("list_item")
            for label in _arguments(item[0]):
                self.pieces += self._pieces([label])
                self.pieces.append(Piece(" ", label.pos, label.pos + label.len))
            self.blocks(item[1:])
            self.flush()
            self.builder.close("list_item")
        self.builder.close(block)

    def _table(self, nodes: Sequence[LatexNode]) -> None:
        self.builder.open("table")
        self.builder.open("tbody")
        for row in _parted(nodes, lambda one: _is(one, "\\", "tabularnewline")):
            cells = [self._cell(part) for part in _parted(row, lambda one: _special(one) == "&")]
            if any(one.words.strip() for cell in cells for one in cell):
                self.builder.open("tr")
                for cell in cells:
                    self.builder.cell(cell)
                self.builder.close("tr")
        self.builder.close("tbody")
        self.builder.close("table")
        self._told()

    def _cell(self, nodes: Sequence[LatexNode]) -> list[Piece]:
        skipped = ("\\", "tabularnewline")
        pieces = self._pieces([one for one in nodes if not _is(one, *skipped) and _special(one) != "&"])
        return _trimmed(_trimmed(pieces, str.lstrip, 0), str.rstrip, -1)

    def _verbatim(self, node: LatexEnvironmentNode) -> None:
        """The lines between the one that begins it and the one that ends it."""
        start = self.text.find("\n", node.pos) + 1
        end = self.text.rfind("\\end", start, node.pos + node.len)
        if 0 < start <= end:
            lines, at = [], start
            for line in self.text[start:end].rstrip().split("\n"):
                lines.append(Piece(line, at, at + len(line)))
                at += len(line) + 1
            self.builder.code(lines)

    def _highlighted(self, nodes: Sequence[LatexNode]) -> None:
        """Code with macros in it that colour it."""
        lines: list[Piece] = []
        words, first, last = "", -1, 0
        for piece in self._pieces(nodes):
            for number, part in enumerate(piece.words.split("\n")):
                if number:
                    lines.append(Piece(words, max(first, 0), max(last, first)))
                    words, first = "", -1
                if part:
                    first, last = piece.start if first < 0 else first, piece.end
                    words += part
        lines.append(Piece(words, max(first, 0), max(last, first)))
        while lines and not lines[-1].words.strip():
            lines.pop()
        while lines and not lines[0].words.strip():
            lines.pop(0)
        self.builder.code(lines)

    def _formulas(self, nodes: Sequence[LatexNode]) -> None:
        """A line of a display is a line of code. The sentence that it stands in ends before it."""
        self.flush()
        rows = [row for row in _parted(nodes, lambda one: _is(one, "\\"), keep=False) if said(row)]
        if rows:
            self.builder.code([Piece(said(row), row[0].pos, row[-1].pos + row[-1].len, "code_inline") for row in rows], "formula")

    # --- running text -----------------------------------------------------------------------------------------------

    def _pieces(self, nodes: Sequence[LatexNode]) -> list[Piece]:
        return [piece for node in nodes for piece in self._of(node)]

    def _of(self, node: Any) -> Iterator[Piece]:
        end = node.pos + node.len
        if isinstance(node, LatexCharsNode):
            yield Piece(node.chars, node.pos, end)
        elif isinstance(node, LatexGroupNode):
            yield from self._pieces(node.nodelist)
        elif isinstance(node, LatexMathNode):
            yield Piece(said(node.nodelist), node.pos, end, "code_inline", "code")
        elif isinstance(node, LatexSpecialsNode):
            yield Piece(QUOTED.get(node.specials_chars, node.specials_chars), node.pos, end)
        elif isinstance(node, LatexMacroNode):
            yield from self._macro(node, end)
        elif isinstance(node, LatexEnvironmentNode) and node.environmentname not in DROPPED:
            yield Piece(said(node.nodelist), node.pos, end, "code_inline", "code")

    def _macro(self, node: LatexMacroNode, end: int) -> Iterator[Piece]:
        name, given = node.macroname.rstrip("*"), _arguments(node)
        if name in UNREAD:
            return
        if name in ("footnote", "footnotetext", "marginpar"):
            self.notes += [_inside(one) for one in given[-1:]]
        elif name in REFERENCES:
            yield Piece(f"[{_plain(given[-1:])}]", node.pos, end, silent=True)
        elif name in CODES:
            yield Piece(self._code(node, given), node.pos, end, "code_inline", "code")
        elif name in MARKS:
            yield from self._marked(node, given, *MARKS[name])
        elif name == "href" and len(given) > 1:
            yield from self._marked(node, given, "link", "a", _plain(given[:1]))
        elif name in GAPS:
            yield Piece(" ", node.pos, end)
        elif name in ACCENTS or name in "'`^\"~=.uvHcdbrt":
            yield Piece(_accented(node), node.pos, end)
        elif given:  # the last is what is shown
            yield from self._pieces(given[-1:])
        elif words := NAMED.get(name) or symbol(name) or (name if re.fullmatch(r"[^\w\s()\[\]]", name) else ""):
            yield Piece(words, node.pos, node.pos + len(name) + 1)
            if node.macro_post_space and not re.fullmatch(r"[A-Za-z]+", name):
                yield Piece(node.macro_post_space, end - len(node.macro_post_space), end)

    def _marked(self, node: LatexMacroNode, given: Sequence[Any], type: str, tag: str, href: str = "") -> Iterator[Piece]:
        yield Piece("", node.pos, node.pos, f"{type}_open", tag, 1, href=href)
        yield from self._pieces(given[-1:])
        yield Piece("", node.pos + node.len, node.pos + node.len, f"{type}_close", tag, -1)

    def _code(self, node: LatexMacroNode, given: Sequence[Any]) -> str:
        """Verbatim where the macro says so, and else what its argument says."""
        if node.macroname.startswith("verb"):
            return str(getattr(node.nodeargd, "verbatim_text", ""))
        if node.macroname in ("url", "path"):
            return _plain(given[-1:])
        return "".join(one.words for one in self._pieces(given[-1:]))


def _arguments(node: Any) -> list[Any]:
    return [one for one in (node.nodeargd.argnlist if node.nodeargd else None) or [] if one is not None]


def _inside(node: Any) -> list[Any]:
    return node.nodelist if isinstance(node, LatexGroupNode) else [node]


def _plain(nodes: Sequence[Any]) -> str:
    """Keys and addresses, as they stand between the braces."""
    return "".join(one.latex_verbatim() for node in nodes for one in _inside(node)).replace("\\", "")


def _is(node: LatexNode, *names: str) -> bool:
    return isinstance(node, LatexMacroNode) and node.macroname.rstrip("*") in names


def _special(node: LatexNode) -> str:
    return node.specials_chars if isinstance(node, LatexSpecialsNode) else ""


def _trimmed(pieces: Sequence[Piece], strip: Callable[[str], str], place: int) -> list[Piece]:
    """Without the blanks at that end, and without pieces there that are none but blanks."""
    left = list(pieces)
    while left and not left[place].nesting:
        one = left.pop(place)
        if words := strip(one.words):
            gone = len(one.words) - len(words) if one.is_exact else 0
            start, end = (one.start + gone, one.end) if place == 0 else (one.start, one.end - gone)
            left.insert(place if place == 0 else len(left), replace(one, words=words, start=start, end=end))
            break
    return left


def _accented(node: LatexMacroNode) -> str:
    """The letter with its accent; where it stands on a macro that lacks something, or on many accents, what is written there: the
    parser puts each of them on all that are below it, so that they double with every one."""
    from pylatexenc.latex2text import LatexNodes2Text

    if node.latex_verbatim().count("\\") > MOST_ACCENTS:
        return _plain(_arguments(node))
    try:
        return str(LatexNodes2Text().nodelist_to_text([node]))
    except (AttributeError, LookupError, TypeError, ValueError):
        return _plain(_arguments(node))


def _parted(nodes: Sequence[LatexNode], begins: Any, keep: bool = True) -> Iterator[list[LatexNode]]:
    """The nodes, parted before each that begins a part; it is left out unless it is to be kept."""
    part: list[LatexNode] = []
    for node in nodes:
        if begins(node):
            yield part
            part = [node] if keep else []
        else:
            part.append(node)
    yield part
