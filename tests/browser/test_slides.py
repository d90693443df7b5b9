"""The deck in class: letters for the last row, the speaker's window, and a page a slide on paper."""

import re

import pytest

ROOM = {"width": 1280, "height": 720}
SMALLEST, SMALLEST_IN_A_FIGURE = 14, 11  # pixels

SEEN = """() => slides.map((slide, place) => {
  show(place);
  const body = text(slide), zoom = Number(body.style.zoom || 1), found = [];
  const words = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const within = words.currentNode.parentElement;
    if (!words.currentNode.textContent.trim() || within.closest('sub, sup, svg, .unseen')) continue;
    found.push(parseFloat(getComputedStyle(within).fontSize) * (body.contains(within) ? zoom : 1));
  }
  const svg = slide.querySelector('.picture svg');
  return { place: place + 1, smallest: Math.min(...found), tall: slide.scrollHeight,
           drawn: svg && 15 * svg.getScreenCTM().a };
})"""


@pytest.fixture
def deck(visit):
    return visit(viewport=ROOM).open("slides.html")


def test_every_letter_can_be_read_from_the_last_row_and_every_slide_fits(deck):
    seen = deck.evaluate(SEEN)
    assert [one for one in seen if one["smallest"] < SMALLEST] == []
    assert [one for one in seen if one["drawn"] is not None and one["drawn"] < SMALLEST_IN_A_FIGURE] == []
    assert [one for one in seen if one["tall"] > ROOM["height"] + 1] == []
    assert sum(one["drawn"] is not None for one in seen) > 3


def test_the_title_says_how_many_slides_there_are(deck):
    slides = deck.locator(".slide").count()
    assert f"{slides} slides" in deck.locator(".of-title").inner_text()


def test_on_paper_every_slide_is_a_page(deck):
    pdf = deck.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type /Page\b", pdf)) == deck.locator(".slide").count()
    assert b"/MediaBox [0 0 960 540]" in pdf


def test_the_speakers_window_has_this_slide_the_next_the_notes_and_a_clock_and_both_go_together(visit):
    reader = visit(viewport=ROOM)
    room = reader.open("slides.html#7")
    with reader.context.expect_page() as opened:
        room.keyboard.press("s")
    speaker = opened.value
    speaker.wait_for_load_state()
    assert speaker.locator(".slide.now").get_attribute("id") == "7"
    assert speaker.locator(".slide.next").get_attribute("id") == "8"
    assert speaker.locator(".slide:visible").count() == 2
    assert re.fullmatch(r"\d\d:\d\d, begun \d\d:\d\d ago", speaker.locator(".clock").inner_text())
    note = speaker.locator(".notes article:visible")
    assert note.count() == 1
    says = room.locator(".slide.now h2").inner_text()
    assert says in note.inner_text()

    speaker.keyboard.press("ArrowRight")
    room.wait_for_selector("[id='8'].now")
    room.keyboard.press("End")
    last = room.locator(".slide").last.get_attribute("id")
    speaker.wait_for_selector(f"[id='{last}'].now")
    assert speaker.locator(".slide.next").count() == 0


def test_the_room_sees_no_notes(deck):
    assert deck.locator(".notes").is_hidden()


def test_the_speakers_window_opens_on_its_own_as_well(visit, site):
    reader = visit(viewport=ROOM)
    reader.page.goto((site / "slides.html").as_uri() + "?notes#7")
    assert reader.page.locator(".notes article:visible dt").all_inner_texts()[0] == "Say"


def test_without_scripts_the_notes_stand_after_the_slides(visit):
    page = visit(viewport=ROOM, java_script_enabled=False).open("slides.html")
    last, notes = page.locator(".slide").last.bounding_box(), page.locator(".notes").bounding_box()
    assert notes["y"] >= last["y"] + last["height"]
    assert "Controls" in page.locator(".notes").inner_text()
