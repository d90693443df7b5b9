"""claims.kit.figures: what the specification of a chart says. How it looks on a page: tests/browser/test_figures.py."""

from functools import partial
from textwrap import wrap

import pytest

from claims.kit import figures

ROWS = [
    {"width": 2, "error": 0.5, "cell": "an Elman network", "task": "copy", "share": -0.25},
    {"width": 8, "error": 0.2, "cell": "an Elman network", "task": "add", "share": 0.25},
    {"width": 2, "error": 0.4, "cell": "a GRU", "task": "copy", "share": 0.5},
]
NAMES = ["an Elman network", "a GRU"]
SAID = {"title": "A GRU errs less.", "says": "Errors fall with the width."}
LONG = "the same network with its forget gate opened at the start, after five times as many steps as the others took"
CHARTS = {
    "lines": partial(figures.lines, x="width", y="error", series="cell"),
    "lines over a logarithm": partial(figures.lines, x="width", y="error", series="cell", log_x=True, log_y=True),
    "dots": partial(figures.dots, x="width", y="error", series="cell"),
    "strips": partial(figures.strips, x="error", y="cell"),
    "strips over a logarithm": partial(figures.strips, x="error", y="cell", log_x=True),
    "strips by series": partial(figures.strips, x="error", y="task", series="cell"),
    "a map": partial(figures.heatmap, x="width", y="error", value="share"),
    "maps side by side": partial(figures.heatmap, x="width", y="error", value="share", panel="cell"),
}
AXES = {"strips": ("error", "cell"), "strips over a logarithm": ("error", "cell"), "strips by series": ("error", "task")}
every_chart = pytest.mark.parametrize("name", CHARTS)
with_a_legend = pytest.mark.parametrize("name", ["lines", "lines over a logarithm", "dots", "strips by series"])


def drawn(name):
    return CHARTS[name](ROWS, **SAID).to_dict()


def channels(name):
    spec = drawn(name)
    return (spec.get("spec") or spec)["encoding"]


@every_chart
def test_it_says_what_it_found_in_its_title_and_to_those_who_do_not_see_it(name):
    spec = drawn(name)
    assert (spec["title"], spec["description"]) == ("A GRU errs less.", "Errors fall with the width.")


@every_chart
def test_it_shows_all_rows_by_the_columns_that_were_named(name):
    assert (channels(name)["x"]["field"], channels(name)["y"]["field"]) == AXES.get(name, ("width", "error"))
    assert drawn(name)["data"]["values"] == ROWS
    assert {one["field"] for one in channels(name)["tooltip"]} >= {channels(name)["x"]["field"], channels(name)["y"]["field"]}


@every_chart
def test_each_channel_says_what_kind_of_thing_its_column_holds(name):
    assert all("type" in one for one in channels(name).values() if isinstance(one, dict) and "field" in one)


@every_chart
def test_names_along_an_axis_stand_upright(name):
    for way in ("x", "y"):
        axis = channels(name)[way]
        assert way == "y" or axis["type"] == "quantitative" or axis["axis"]["labelAngle"] == 0


@with_a_legend
def test_series_are_told_apart_twice_and_by_one_legend(name):
    colour, other = channels(name)["color"], channels(name)["strokeDash" if "lines" in name else "shape"]
    assert colour["field"] == other["field"] == "cell"
    assert colour["legend"] == other["legend"], "or there would be two"
    assert colour["scale"]["domain"] == other["scale"]["domain"] == colour["sort"] == other["sort"] == NAMES
    assert (colour["legend"].get("symbolType") == "stroke") == ("lines" in name)


def test_series_stand_side_by_side_at_each_place():
    assert channels("dots")["xOffset"] == {"field": "cell", "type": "nominal", "sort": NAMES}
    assert channels("strips by series")["yOffset"]["sort"] == NAMES


def test_the_names_of_strips_follow_one_another_without_a_gap():
    assert channels("strips")["y"]["scale"] == {"type": "band", "padding": 0}


def test_strips_start_at_nothing_and_lines_need_not():
    assert channels("strips")["x"]["scale"] == {"zero": True}
    assert channels("strips over a logarithm")["x"]["scale"] == {"type": "log"}
    assert channels("lines")["x"]["scale"] == channels("lines")["y"]["scale"] == {"zero": False}
    assert channels("lines over a logarithm")["x"]["axis"] == {"values": [2, 8]}
    assert channels("lines over a logarithm")["y"]["scale"] == {"type": "log"}


def test_a_map_is_white_at_nothing():
    assert channels("a map")["color"]["scale"]["domainMid"] == 0
    assert drawn("maps side by side")["facet"]["field"] == "cell"


def test_a_long_name_stands_above_its_marks_in_whole_words_with_a_rule_between_it_and_the_next():
    rows = [{"who": LONG, "error": 1}, {"who": "another", "error": 2}]
    spec = figures.strips(rows, x="error", y="who", **SAID).to_dict()
    axis = spec["encoding"]["y"]["axis"]
    assert all(f'"{line}"' in axis["labelExpr"] for line in wrap(LONG, figures.LETTERS))
    assert (axis["labelLimit"], axis["labelOverlap"], axis["labelBaseline"]) == (figures.WIDTH, False, "top")
    assert axis["grid"]
    assert axis["bandPosition"] == 0, "the rule stands where the next one begins, not through the marks"
    assert not axis["ticks"]
    assert axis["title"] is None
    assert spec["height"]["step"] >= 2 * figures.LETTERING + figures.ROW
    assert spec["encoding"]["y"]["sort"] == [LONG, "another"]


def test_a_legend_has_two_columns_where_all_names_are_short():
    assert figures.legend(["short", "shorter"]).to_dict()["columns"] == 2
    assert figures.legend(["short", LONG]).to_dict()["columns"] == 1


def test_a_column_that_no_chart_can_name_is_refused():
    with pytest.raises(ValueError, match="leave out quotes"):
        figures.strips([{"a.b": 1, "c": "d"}], x="a.b", y="c", **SAID)
