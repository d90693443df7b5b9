"""A picture made slim shows the same."""

import re

from reports.pages.pictures import picture
from reports.pages.slimming import slimmed, with_own_ids
from tests.reports.made import chart

LINE = '<line transform="translate({x},0)" x2="0" y2="9" stroke="#ddd" stroke-width="1"/>'


def test_lines_that_look_the_same_are_one_path():
    svg = "<svg ><g>" + "".join(LINE.format(x=x) for x in (0, 1.26, 2)) + "</g></svg>"

    assert slimmed(svg, labelled=False) == '<svg ><path d="M0,0l0,9M1.3,0l0,9M2,0l0,9" stroke="#ddd"/></svg>'


def test_lines_that_differ_stay_apart():
    svg = f"<svg >{LINE.format(x=0)}{LINE.format(x=1).replace('#ddd', '#888')}</svg>"

    assert slimmed(svg, labelled=False).count("<line ") == 2


def test_groups_that_move_or_colour_stay_and_close_where_they_did():
    svg = '<svg ><g><g fill="red"><g transform="translate(0,0)"><text>a</text></g></g><g></g><text>b</text></g></svg>'

    assert slimmed(svg, labelled=False) == '<svg ><g fill="red"><text>a</text></g><text>b</text></svg>'


def test_the_usual_font_stands_once_and_others_stay():
    texts = ['<text font-family="A" font-size="9px">x</text>'] * 2 + ['<text font-family="A" font-size="7px">y</text>']

    assert slimmed(f"<svg >{''.join(texts)}</svg>", labelled=False) == (
        '<svg font-family="A" font-size="9px" ><text>x</text><text>x</text><text font-size="7px">y</text></svg>'
    )


def test_marks_keep_their_values_only_where_they_are_asked_for():
    told = picture("a", chart(), labelled=True)

    assert re.findall(r' data-names="([^"]*)"', told) == ["step\tnorm"]
    assert len(values := re.findall(r' data-at="([^"]*)"', told)) == 10
    assert values[0] == "0\t1"
    assert "<script>" not in told
    assert "data-" not in picture("a", chart())


def test_dots_that_look_the_same_say_so_once():
    dot = '<path transform="translate({},2)" d="M3,0A3,3,0,1,1,-3,0A3,3,0,1,1,3,0" fill="{}"/>'
    svg = f"<svg >{dot.format(1, 'red')}{dot.format(2, 'red')}{dot.format(3, 'blue')}</svg>"

    assert slimmed(svg, labelled=False) == (
        '<svg ><g fill="red"><circle cx="1" cy="2" r="3"/><circle cx="2" cy="2" r="3"/></g>'
        '<circle cx="3" cy="2" r="3" fill="blue"/></svg>'
    )


MARK = '<path aria-label="{}" role="graphics-symbol" aria-roledescription="point" d="M1,1"/>'


def test_marks_that_name_different_things_keep_their_whole_label():
    svg = f"<svg >{MARK.format('a: 1; b: 2.123456')}{MARK.format('a: 1')}</svg>"

    assert re.findall(r'data-at="([^"]*)"', slimmed(svg, labelled=True)) == ["a: 1; b: 2.123", "a: 1"]


def test_more_marks_than_one_can_point_at_are_not_told():
    assert "data-at" not in slimmed(f"<svg >{MARK.format('a: 1') * 301}</svg>", labelled=True)


def test_ids_are_made_the_claims_own():
    assert with_own_ids("b", '<a id="clip9"/><b fill="url(#clip9)"/>') == '<a id="b--1"/><b fill="url(#b--1)"/>'
