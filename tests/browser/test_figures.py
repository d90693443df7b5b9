"""Every figure on every page that it stands on: its letters can be read, none hides another, and it can be had large."""

import pytest

from claims.evidence.keys import ROOT
from reports.record.record import read_record

SMALLEST = 11  # pixels
SIZES = {"a laptop": {"width": 1280, "height": 720}, "a phone": {"width": 390, "height": 844}}
DRAWN = [f"claims/{one.id}.html" for one in read_record(ROOT / "reports" / "verdicts.json").claims if one.figure]
LISTED = ["training.html", "machines.html", "libraries.html"]

LETTERS = """() => [...document.querySelectorAll('.picture svg[role=img]')].map((svg) => {
  const frame = svg.getBoundingClientRect(), scale = svg.getScreenCTM().a;
  const texts = [...svg.querySelectorAll('text')].filter((one) => one.textContent.trim());
  const boxes = texts.map((one) => {
    const { left, right, top, bottom, height } = one.getBoundingClientRect();
    return { says: one.textContent, left, right, top: top + height / 6, bottom: bottom - height / 6 }; // leading hides nothing
  });
  const both = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
  return {
    id: svg.getAttribute('aria-labelledby'), letters: texts.length,
    smallest: Math.min(...texts.map((one) => parseFloat(getComputedStyle(one).fontSize) * scale)),
    hidden: boxes.flatMap((a, n) => boxes.slice(n + 1).filter((b) => both(a, b)).map((b) => [a.says, b.says])),
    cut: boxes.filter((one) => one.left < frame.left - 1 || one.right > frame.right + 1).map((one) => one.says),
  };
})"""


@pytest.mark.parametrize("size", SIZES)
def test_the_letters_of_every_figure_can_be_read_and_hide_nothing(visit, size):
    reader = visit(viewport=SIZES[size])
    seen = [(name, one) for name in DRAWN + LISTED for one in reader.open(name).evaluate(LETTERS)]

    assert {name for name, _ in seen} == {*DRAWN, *LISTED}
    assert all(one["letters"] > 3 for _, one in seen)  # so that there was something to measure
    assert [(name, one["id"], one["smallest"]) for name, one in seen if one["smallest"] < SMALLEST] == []
    assert [(name, one["id"], one["hidden"]) for name, one in seen if one["hidden"]] == []
    assert [(name, one["id"], one["cut"]) for name, one in seen if one["cut"]] == []


def test_what_is_too_small_or_hidden_would_be_noticed(visit):
    page = visit(viewport=SIZES["a laptop"]).open(DRAWN[0])
    page.evaluate("document.querySelector('.picture svg text').setAttribute('style', 'font-size: 4px')")
    (one,) = page.evaluate(LETTERS)
    assert one["smallest"] < SMALLEST
    page.evaluate("""() => { const one = document.querySelector('.picture svg text');
        one.removeAttribute('style'); one.after(one.cloneNode(true)); }""")
    (one,) = page.evaluate(LETTERS)
    assert one["hidden"]


@pytest.mark.parametrize("name", [DRAWN[0], "machines.html"])
def test_a_figure_is_shown_large_and_put_back_by_keyboard_alone(visit, name):
    page = visit(viewport=SIZES["a laptop"]).open(name)
    picture = page.locator("figure .picture").first
    before = picture.locator("svg").bounding_box()
    picture.focus()
    page.keyboard.press("Enter")
    assert page.locator("dialog[open] .picture").count() == 1
    large = page.locator("dialog .picture svg").bounding_box()
    assert large["width"] > before["width"]
    page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="detached")
    assert page.evaluate("document.activeElement.className") == "picture"
    after = page.locator("figure .picture svg").first.bounding_box()
    assert (after["width"], after["height"]) == (before["width"], before["height"])


def test_a_click_and_a_button_show_it_large_as_well(visit):
    page = visit(viewport=SIZES["a laptop"]).open(DRAWN[0])
    page.locator("figure .picture").click()
    page.locator("dialog .picture").click()
    page.locator("dialog").wait_for(state="detached")
    page.get_by_role("button", name="Larger").click()
    assert page.locator("dialog .picture svg").is_visible()
    page.get_by_role("button", name="Close").click()
    page.locator("dialog").wait_for(state="detached")


def test_a_wide_figure_is_scrolled_sideways_on_a_phone_without_scripts(visit):
    page = visit(viewport=SIZES["a phone"], java_script_enabled=False).open("claims/libraries.one-start.html")
    wide, room, scrolls = page.locator(".picture").evaluate(
        "(one) => [one.scrollWidth, one.clientWidth, getComputedStyle(one).overflowX]"
    )
    assert wide > room
    assert scrolls == "auto"
