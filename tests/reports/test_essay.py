"""The reader's own copy of the essay, with made-up essays: sentences, what moved and what changed, and a page that holds."""

import json
import re
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markupsafe import Markup

from claims.evidence.evidence import EvidenceError, as_json
from reports.essay.annotations import annotations
from reports.essay.locate import row as row_of
from reports.essay.locate import sentences_with
from reports.essay.page import Copy, copy_as_html, coverage, write_copy
from reports.essay.passages import Row, read_passages
from reports.essay.placing import place
from reports.essay.rendering import rendered
from reports.reading.parsing import is_harmless
from reports.reading.sentences import LARGEST, Essay, read_essay, taken_apart
from reports.running.examination import Examiner
from tests import toys
from tests.reports.made import HOSTILE, claim, record
from tests.reports.running import files

OWLS = """# On *owls*

Owls are **always awake. They [never sleep](https://example.org/a_(b)), as `owl.sleep(). Never` shows**; ask Dr. Owl et al. for
more. Is it so?

## Hours of sleep

| Bird | Hours |
|:-----|------:|
| Owl \\| eagle | 8 |
| Wren | 8 |
| *Kiwi* | 8 |

- An item. It has two.
- Back to [the top](#on-owls), [the hours](#hours-of-sleep), or [elsewhere](./other.md).

> Quoted once,
> and goes on. Then ends.

```mermaid
graph LR
    A[owl] --> B["<wren>"]
    B --> C
```

    indented = code

***
"""
SENTENCES = [
    "On *owls*", "Owls are **always awake.",
    "They [never sleep](https://example.org/a_(b)), as `owl.sleep(). Never` shows**; ask Dr. Owl et al. for\nmore.", "Is it so?",
    "Hours of sleep", "Bird", "Hours", "Owl \\| eagle", "8", "Wren", "8", "*Kiwi*", "8", "An item.", "It has two.",
    "Back to [the top](#on-owls), [the hours](#hours-of-sleep), or [elsewhere](./other.md).", "Quoted once,\n> and goes on.",
    "Then ends.", "graph LR", 'A[owl] --> B["<wren>"]', "B --> C", "indented = code",
]  # fmt: skip
AWAKE, NEVER, EIGHTS, TWO, FIRST_ARROW = 1, 2, (8, 10, 12), 14, 19


def rows(essay: Essay, **claims: list[int]) -> list[Row]:
    """A row for every sentence: these state the claims of a made-up record, by verdict; the others are labels."""
    of = {number: f"gradients.is-{word}" for word, numbers in claims.items() for number in numbers}
    places = [{"line": one.line, "start": one.start, "end": one.end, "digest": one.digest} for one in essay.sentences]
    return [
        Row(**where, claims=[of[number]]) if number in of else Row(**where, none="label", why="a `made-up` one")
        for number, where in enumerate(places)
    ]


OWL_ROWS = rows(
    taken_apart(OWLS), supported=[AWAKE, EIGHTS[0]], qualified=[NEVER, EIGHTS[1]], refuted=[EIGHTS[2], TWO],
    undecided=[FIRST_ARROW, FIRST_ARROW + 1],
)  # fmt: skip


def copy(text: str, of: list[Row] = OWL_ROWS) -> Copy:
    essay = taken_apart(text)
    return Copy(essay, place(of, essay.sentences))


def page(text: str, of: list[Row] = OWL_ROWS) -> str:
    return copy_as_html(copy(text, of), record())


def body(html: str) -> str:
    return html.partition("<body>")[2].partition("</body>")[0]


class Page(HTMLParser):
    """The tags, checked for being closed in order, and the text."""

    VOID = {"meta", "hr", "br"}  # noqa: RUF012

    def __init__(self, html: str) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []
        self.feed(html)
        self.close()
        assert self.opened == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self.opened += [] if tag in self.VOID else [tag]

    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


class Everywhere:
    """Marks every sentence, so that none can get lost unseen."""

    def around(self, number: int, html: Markup) -> Markup:
        return Markup('<mark id="s{}">{}</mark>').format(number, html)

    def behind(self, number: int) -> Markup:
        return Markup("")

    def alike(self, one: int, other: int) -> bool:
        return False


# --- sentences ------------------------------------------------------------------------------------------------------


def test_sentences_items_cells_headings_and_lines_of_code_are_told_apart() -> None:
    assert [one.text for one in taken_apart(OWLS).sentences] == SENTENCES


def test_places_are_lines_from_1_and_offsets_from_0() -> None:
    long = taken_apart(OWLS).sentences[NEVER]

    assert (long.line, long.start, long.last, long.end) == (3, 25, 4, 5)
    assert OWLS[long.at :].startswith("They [never")


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
def test_line_ends_of_other_systems_change_no_place(ends: str) -> None:
    assert taken_apart(OWLS.replace("\n", ends)).sentences == taken_apart(OWLS).sentences


# --- where passages are in a copy ------------------------------------------------------------------------------------


def test_an_unchanged_copy_is_accounted_for_whole_and_in_place() -> None:
    placing = copy(OWLS).placing

    assert (coverage(placing), placing.moved, placing.gone, placing.review) == ("100 %", [], [], [])


def test_what_moved_is_found_again_and_told_by_how_much() -> None:
    placing = copy("A new line.\n\n" + OWLS).placing

    assert placing.moved == [(1, 26, 2)]
    assert placing.review == [0]
    assert coverage(placing) == "95.6 %"


def test_cells_that_read_alike_stay_with_their_rows() -> None:
    """Each of the three states another claim, and all of them are an 8."""
    placing = copy(OWLS.replace("| Owl", "| Rook | 8 |\n| Owl")).placing
    cells = {number: row for number, row in placing.rows.items() if placing.sentences[number].text == "8"}

    assert [row.claims[0].partition("is-")[2] for row in cells.values()] == ["supported", "qualified", "refuted"]


def test_a_part_that_changed_its_place_is_found_by_its_digests() -> None:
    first, middle, rest = OWLS.partition("## Hours of sleep")
    placing = copy(middle + rest + "\n" + first).placing

    assert placing.review == placing.gone == []


def test_a_word_that_stands_anywhere_is_not_taken_for_a_passage() -> None:
    """An 8 in another text is not the 8 of this one."""
    assert copy("| Bird | Hours |\n|---|---|\n| Gull | 8 |\n").placing.rows == {}


@pytest.mark.parametrize(("address", "harmless"), [
    ("https://a.b", True), ("mailto:a@b", True), ("#x", True), ("./a.md", True), ("javascript:x", False), ("JavaScript:x", False),
    (" javascript:x", False), ("data:text/html,x", False), ("file:///x", False), ("vbscript:x", False), ("http://[x", False),
])  # fmt: skip
def test_addresses_that_may_be_followed(address: str, harmless: bool) -> None:
    assert is_harmless(address) is harmless


def test_what_changed_is_to_be_reviewed_with_the_claims_that_it_stated() -> None:
    changed = copy(OWLS.replace("has two", "has three"))
    html = copy_as_html(changed, record())

    assert changed.placing.review == [TWO]
    assert [one.claims for one in changed.placing.was.values()] == [["gradients.is-refuted"]]
    assert changed.summary.endswith("21 of 22 sentences accounted for (95.4 %), 7 of them with claims; 1 to be reviewed")
    assert f'<mark class="passage review" id="s{TWO}">It has three.</mark> <a class="verdict review" href="#review">' in html
    assert f'<a href="#s{TWO}">line 14</a> stands where line 14 stood, which stated <a href="claims/gradients.is-refuted' in html
    assert "<q>It has three.</q>" in html
    assert list(changed.to_review()) == ["  line 14 stands where line 14 stood: It has three."]


def test_of_much_that_is_new_the_first_is_told_with_its_words() -> None:
    told = list(copy("One is **new** and\nlong. " + "Another is. " * 40).to_review())

    assert told[0] == "  lines 1 to 2 is new: One is new and long."
    assert told[-1] == "  and 21 more, which the page lists"
    assert all(len(one) < 150 for one in copy("word " * 400).to_review())


def test_what_was_left_out_is_told_with_the_claims_that_it_stated() -> None:
    shorter = copy(OWLS.replace("| *Kiwi* | 8 |\n", ""))

    assert shorter.placing.review == []
    assert [one.claims for one in shorter.placing.gone] == [[], ["gradients.is-refuted"]]
    assert '<li>line 12: <a href="claims/gradients.is-refuted.html">' in copy_as_html(shorter, record())


def test_another_text_altogether_is_no_error() -> None:
    other = copy("Nothing of it. Is left!")

    assert other.placing.rows == {}
    assert len(other.placing.gone) == len(OWL_ROWS)
    assert "Coverage: 0 %" in copy_as_html(other, record())


# --- the page -------------------------------------------------------------------------------------------------------


def test_each_passage_is_marked_with_a_word_an_icon_and_a_link() -> None:
    html = page(OWLS)

    assert '<mark class="passage supported" id="s1">Owls are <strong>always awake.' in html
    assert '</strong></mark> <span class="became"><a class="verdict supported" href="claims/gradients.is-supported.html"' in html
    assert 'aria-hidden="true">✗</span><span class="unseen">refuted: It is refuted' in html
    assert '<span class="unclaimed" id="s0" title="no claim: label. a `made-up` one">On <em>owls</em></span>' in html


def test_marks_go_around_emphasis_links_and_code() -> None:
    html = page(OWLS)
    never = html.partition('<mark class="passage qualified" id="s2">')[2].partition("</mark>")[0]

    assert never.startswith('<strong>They <a href="https://example.org/a_(b)" rel="noreferrer">never sleep</a>, as ')
    assert "<code>owl.sleep(). Never</code> shows</strong>; ask Dr. Owl et al. for\nmore." in never


def test_tables_stay_tables_and_code_stays_code() -> None:
    html = page(OWLS)

    assert len(re.findall(r'<td style="text-align:right"><mark class="passage \w+" id="s\d+">8</mark>', html)) == len(EIGHTS)
    assert '<th style="text-align:left" scope="col">' in html
    code = html.partition('<pre class="code" data-language="mermaid">')[2].partition("</pre>")[0]
    assert '<mark class="passage undecided" id="s19">A[owl] --&gt; B[&quot;&lt;wren&gt;&quot;]</mark>\n' in code
    assert code.count('<a class="verdict') == 1, "lines that state the same have one link, behind the last"


def test_links_lead_to_headings_and_pages_and_nowhere_else() -> None:
    html = page(OWLS + "\n![a <picture>](https://example.org/x.png) [bad](javascript:alert(1))\n")

    assert '<a href="#essay-on-owls" rel="noreferrer">the top</a>' in html
    assert 'id="essay-hours-of-sleep"' in html
    assert "<span>elsewhere</span>" in html
    assert "[picture: a &lt;picture&gt;]" in html
    assert not re.search(r'(href|src)="(javascript|\./|https://example.org/x.png)', html)


def test_headings_that_read_alike_have_names_of_their_own() -> None:
    html = rendered(taken_apart("# A-1\n# A\n# A\n# A\n[last](#a-2)"), Everywhere())

    assert re.findall(r'id="essay-([^"]+)"', html) == ["a-1", "a", "a-2", "a-3"]
    assert 'href="#essay-a-2"' in html


def test_the_page_is_whole_with_one_first_heading_and_every_link_within_it_arrives() -> None:
    shown = Page(body(page("Before all.\n\n" + OWLS.replace("two", "three"))))
    ids = [one["id"] for _, one in shown.tags if "id" in one]

    assert len(ids) == len(set(ids))
    assert {one["href"][1:] for one in shown.all("a") if one["href"].startswith("#")} <= set(ids)
    assert len(shown.all("h1")) == 1
    assert all(one.get("href") or one.get("tabindex") for one in shown.all("a")), "the keyboard reaches every mark"


def test_hostile_text_of_essay_and_claims_stays_text() -> None:
    html = page(f"# {HOSTILE}\n\n{HOSTILE}\n\n```{HOSTILE}\n{HOSTILE}\n```\n\n| {HOSTILE} |\n|---|\n| {HOSTILE} |\n" + OWLS)

    assert "<script" not in body(html)
    assert "{{ 7*7 }}" in html
    assert not any(name.startswith("on") for _, attributes in Page(body(html)).tags for name in attributes)


def test_a_claim_that_the_record_does_not_have_has_no_link() -> None:
    html = copy_as_html(copy(OWLS), record(claim("supported")))

    assert '<mark class="passage absent" id="s2">' in html
    assert "claims/gradients.is-qualified" not in html


def test_the_same_copy_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "other"):
        write_copy(copy(OWLS), record(), tmp_path / name)

    assert files(tmp_path / "one") == files(tmp_path / "other")
    assert set(files(tmp_path / "one")) == {"site/essay.html", "site/annotations.json"}


# --- annotations ----------------------------------------------------------------------------------------------------


def test_annotations_select_the_passages_and_hold_no_text_of_the_essay() -> None:
    made = copy(OWLS)
    found = json.loads(as_json(annotations(made.essay, made.placing, record())))
    selectors = [one["target"]["selector"] for one in found["first"]["items"]]

    assert found["total"] == len(selectors) == 8
    assert [OWLS[one["start"] : one["end"]] for one in selectors] == [
        SENTENCES[number] for number, row in sorted(made.placing.rows.items()) if row.claims
    ]
    assert {one["type"] for one in selectors} == {"TextPositionSelector"}
    assert found["first"]["items"][0]["body"][1]["source"] == "claims/gradients.is-supported.html"
    assert "awake" not in json.dumps(found)


def test_annotations_know_the_file_by_its_bytes(tmp_path: Path) -> None:
    raw = b"\xef\xbb\xbf" + OWLS.replace("\n", "\r\n").encode()
    (tmp_path / "essay.md").write_bytes(raw)
    read = read_essay(tmp_path / "essay.md")
    found = annotations(read, copy(OWLS).placing, record())

    assert {one["target"]["source"]["sha256"] for one in found["first"]["items"]} == {sha256(raw).hexdigest()}


# --- the command line -----------------------------------------------------------------------------------------------


def test_an_essay_is_shown_from_the_evidence_that_is_there(reports, tmp_path):
    essay = tmp_path / "owls.md"
    essay.write_text("\ufeff" + OWLS, encoding="utf-8")
    before = reports.examine()[0]
    code, said, complaint = reports.run("--essay", essay)

    assert (code, complaint) == (before, "")
    assert "owls.md: 0 of 22 sentences accounted for (0 %)" in said
    assert "<code>owls.md</code>" in (reports.folder / "site" / "essay.html").read_text(encoding="utf-8")
    assert reports.run("--no-examine", "--essay", essay)[0] == before


def test_a_copy_is_two_files_more_and_nothing_else_but_that_the_first_page_leads_to_it(reports, owls):
    reports.examine("--single")
    before = files(reports.folder)
    reports.run("--essay", owls)
    after = files(reports.folder)
    assert after.keys() - before.keys() == {"site/essay.html", "site/annotations.json"}
    assert [name for name in before if after[name] != before[name]] == ["verdicts.intoto.json", "site/index.html"]
    assert b'href="essay.html"' in after["site/index.html"]


def test_without_an_essay_there_is_no_page_of_one_nor_an_old_one(reports, owls):
    reports.examine()
    reports.run("--essay", owls)
    marked = {"essay.html", "annotations.json"}

    reports.run("--no-examine")
    assert marked < files(reports.folder / "site").keys(), "the record is the same"
    reports.claims(*toys.QUICK_TOYS[:-1])
    reports.examine()
    assert not marked & files(reports.folder / "site").keys(), "they would tell of an older record"


def test_a_copy_is_marked_by_the_record_that_is_there_though_the_code_was_edited_since(reports, owls, monkeypatch):
    reports.examine()
    monkeypatch.setattr(Examiner, "rests_on", lambda *_: "of other code")
    before = files(reports.folder)

    assert "older than the code" in reports.refuses("--essay", owls, "--no-examine")
    assert files(reports.folder) == before
    assert reports.run("--essay", owls)[0] == 0


@pytest.mark.parametrize(("content", "complaint"), [
    (b"", "empty; give the essay as Markdown, LaTeX"), (b" \n\t\n", "empty"), (b"\xef\xbb\xbf", "empty"),
    (b"One.\nTwo\0.", ":2: byte 0x00, so this is no text"), (b"One.\n\nCaf\xe9.", ":3: byte 0xe9 is not UTF-8; save"),
    (b"\xff\xfeO\0n\0e\0", "byte 0x00"),
    (b"a" * LARGEST, "5 MB is no essay; give a text of less"), (b"> " * 200 + b"a", "nested too deeply"),
    (b"![" * 4000 + b"](x)" * 4000, None), (None, "No such file"),
], ids=[
    "empty", "blank", "mark alone", "NUL", "latin-1", "UTF-16", "large", "quotes in quotes", "pictures in pictures", "missing",
])  # fmt: skip
def test_what_is_no_essay_gets_a_line_and_changes_nothing(reports, tmp_path, content, complaint):
    reports.examine()
    before, essay = files(reports.folder), tmp_path / "essay.md"
    if content is not None:
        essay.write_bytes(content)
    if complaint is None:  # deep, and shown or refused, but never a crash
        assert "a fault of the program" not in reports.run("--essay", essay)[2]
        return

    assert complaint in reports.refuses("--essay", essay)
    assert complaint in reports.refuses("locate", essay, "phrase")
    assert files(reports.folder) == before


# --- locate ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def owls(tmp_path):
    path = tmp_path / "owls.md"
    path.write_text(OWLS, encoding="utf-8")
    return path


def test_what_locate_prints_is_a_row_to_paste(reports, owls, tmp_path):
    code, said, _ = reports.run("locate", owls, "never sleep")
    pasted = tmp_path / "passages.toml"
    pasted.write_text("passages = [\n" + said.replace('""', '"gradients.is-supported"') + "]\n", encoding="utf-8")
    essay = read_essay(owls)

    assert code == 0
    assert list(place(read_passages(pasted).passages, essay.sentences).rows) == [NEVER]


@pytest.mark.parametrize(("phrase", "found"), [
    ("always awake. They", [AWAKE, NEVER]), ("8", list(EIGHTS)), ("always   awake", [AWAKE]), ("et al. for more", [NEVER]),
    ("as owl.sleep(). Never shows; ask", [NEVER]), ("owl eagle", []),
], ids=["two sentences", "several places", "other blanks", "a broken line", "without markup", "nowhere"])  # fmt: skip
def test_a_phrase_is_found(phrase, found):
    assert sentences_with(taken_apart(OWLS), phrase) == found


def test_a_phrase_that_is_nowhere_is_told_with_what_is_near(reports, owls):
    assert "nearest is line 3 (2 of 3 words)" in reports.refuses("locate", owls, "they never fly")
    assert "none of its words" in reports.refuses("locate", owls, "xyzzy")
    assert "an empty phrase" in reports.refuses("locate", owls, "  ")
    assert "Missing argument" in reports.refuses("locate", owls)


def test_what_is_known_of_a_sentence_is_printed_with_it() -> None:
    known = Row(line=9, start=0, end=5, digest="0" * 16, none="label", why='a "made-up" one')
    printed = row_of(taken_apart("One. Two.").sentences[1], known)

    assert printed.startswith("  { line = 1, start = 5, end = 9, digest = ")
    assert printed.endswith('none = "label", why = "a \\"made-up\\" one" },')


def test_an_unreadable_essay_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"gone\.md: No such file"):
        read_essay(tmp_path / "gone.md")
