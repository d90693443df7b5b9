"""Whatever a text holds: each sentence stands where it says, is marked once, and nothing of the text gets out of the page."""

import re

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markupsafe import escape

from reports.essay.rendering import rendered
from reports.reading.parsing import is_harmless
from reports.reading.sentences import taken_apart
from tests.reports.test_essay import Everywhere, Page

PIECES = st.sampled_from([
    "**", "*", "!", "_", "~~", "`", "``", "[a. B](", "c. D)", "[", "]", "(", ")", "<", ">", "|", "\n", "\n\n", "  \n", "# ",
    "- ", "> ", "1. ", "```\n", "    ", "\t", "\\", "|--|--|\n", "| a. B | \\| c |\n", "\n---\n", "<script>alert(1)</script>",
    "<b onload=x>", "[x](javascript:alert(1))", "<javascript:x>", "[y](data:text/html,x)", "<http://a.b/c>", "[z](#a 'A. B')",
    "&lt;script&gt;", "&#60;b&#62;", "Word. ", "Another one. ", "etc. so? ", "é", "A", "7", ". ", " ", "\u2028", "\x0b",
    "[r]: /x\n", "[r]",
])  # fmt: skip
TEXTS = st.lists(PIECES | st.text(max_size=3), max_size=30).map("".join).map(lambda text: text.replace("\0", ""))


@given(TEXTS)
def test_every_sentence_stands_where_it_says_and_before_the_next(text: str) -> None:
    essay = taken_apart(text)
    lines, reached = essay.text.split("\n"), 0
    for one in essay.sentences:
        assert one.at >= reached
        reached = one.at + len(one.text)
        assert lines[one.line - 1][one.start :].startswith(one.text.partition("\n")[0])
        assert lines[one.last - 1][: one.end].endswith(one.text.rpartition("\n")[2])
        assert re.search(r"\w", one.text)


@given(TEXTS)
def test_every_sentence_is_marked_once_and_nothing_of_any_text_gets_out(text: str) -> None:
    essay = taken_apart(text)
    shown = Page(rendered(essay, Everywhere()))

    assert [one["id"] for one in shown.all("mark")] == [f"s{number}" for number in range(len(essay.sentences))]
    assert {tag for tag, _ in shown.tags} <= {
        "mark", "p", "em", "strong", "s", "code", "pre", "a", "span", "ul", "ol", "li", "blockquote", "hr", "br", "div", "table",
        "thead", "tbody", "tr", "th", "td", "h2", "h3", "h4", "h5", "h6",
    }  # fmt: skip
    for _, attributes in shown.tags:
        assert attributes.keys() <= {
            "id", "href", "rel", "title", "class", "role", "tabindex", "aria-label", "scope", "style", "start", "data-language"
        }  # fmt: skip
        assert re.match(r"(https?:|mailto:|#essay-|$)", attributes.get("href", ""))


@given(TEXTS)
def test_marks_change_no_word_and_no_emphasis(text: str) -> None:
    """The parser as it comes is the oracle: whether a sentence begins somewhere must not matter to what is read."""
    plain = MarkdownIt("js-default", {"html": False, "linkify": False, "typographer": False})
    plain.validateLink = is_harmless
    plain.add_render_rule("image", lambda _, tokens, place, *more: f"[picture: {escape(tokens[place].content)}]")
    shown = "".join(Page(rendered(taken_apart(text), Everywhere())).text)
    expected = "".join(Page(plain.render(text)).text)

    assert shown.split() == expected.split()
