"""On no page do the marks of a formula stand where the formula should."""

import re
from html.parser import HTMLParser

AS_WRITTEN = {"script", "style", "pre", "code"}
EMPTY = {"meta", "link", "br", "hr", "img", "input", "path", "circle", "rect", "line", "col", "use"}
MARKS = re.compile(r"[_^]\{|\$[^$\s](?:[^$]*[^$\s])?\$|\\[a-z]")


class Words(HTMLParser):
    """What a reader sees of a page but for code."""

    def __init__(self, page):
        super().__init__()
        self.within, self.found = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag not in EMPTY:
            self.within.append(tag)

    def handle_endtag(self, tag):
        while self.within and self.within.pop() != tag:
            pass

    def handle_data(self, data):
        if not AS_WRITTEN & set(self.within):
            self.found.append(data)


def marks(page):
    return [found[0] for words in Words(page).found for found in MARKS.finditer(words)]


def test_no_page_shows_the_marks_of_a_formula(site):
    pages = {path.relative_to(site).as_posix(): path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    assert {name: found for name, page in pages.items() if (found := marks(page))} == {}
    for name in ("claims/promise.elman-recurrence.html", "slides.html", "handout.html", "references.html", "single.html"):
        assert re.search(r"\w<su[bp]>", pages[name]), name  # so that there were some to set


def test_marks_would_be_noticed():
    page = "<p>h_{t-1}, <sup>x</sup>^{2}, $O(n^2)$ and \\sigma</p><br><code>a_{b} $c$</code> for $5 or $6"
    assert marks(page) == ["_{", "^{", "$O(n^2)$", "\\s"]
