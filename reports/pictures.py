"""Figures: from the stored Vega-Lite chart to a picture that stands in the page, and to its numbers.

The picture is made slim (a mark carries no text of its own: the caption says what there is to see) and its ids are made the
claim's own, since many pictures share a page.
"""

import csv
import io
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import vl_convert
from markupsafe import Markup, escape

from claims.kit.evidence import EvidenceError

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"  # the same widths wherever one of the first three is installed
SIZES = {"labelFontSize": 13, "titleFontSize": 13, "titleFontWeight": "normal"}
CONFIG = {
    "font": FONT, "background": "white", "axis": SIZES | {"labelColor": "#1b1f24", "titleColor": "#1b1f24"},
    "legend": SIZES | {"symbolSize": 120, "rowPadding": 6}, "header": SIZES,
}  # fmt: skip

_NOISE = re.compile(r' (?:(?:aria-[a-z]+|role|class|pointer-events|stroke-miterlimit)="[^"]*"|opacity="1")')
_EMPTY = re.compile(r'<path[^>]* d="(?:M0,0h0v0h0Z)?"[^>]*/>')
_PLACES = re.compile(r' (?:d|transform|[xy][12]?|width|height)="[^"]*"')
_LONG = re.compile(r"-?\d+\.\d{2,}(?:e-?\d+)?")
_OWN = re.compile(r'\bid="([^"]+)"')


def picture(id: str, chart: dict[str, Any]) -> Markup:
    """The chart as inline SVG, labelled by the caption's elements; its title stands in the caption and not in the picture."""
    try:
        drawn = _drawn(json.dumps(_prepared(chart)))
    except ValueError as problem:
        raise EvidenceError(f"claim {id}: its figure cannot be drawn ({problem}); mend the chart") from problem
    slim = _with_own_ids(id, drawn)
    label = f'<svg role="img" aria-labelledby="{escape(id)}--title" aria-describedby="{escape(id)}--caption" '
    return Markup(label + slim.removeprefix("<svg "))


@cache  # drawing takes a tenth of a second, and a figure stands on several pages
def _drawn(chart: str) -> str:
    return _slimmed(vl_convert.vegalite_to_svg(chart, allowed_base_urls=[]))


def numbers(chart: dict[str, Any]) -> list[str]:
    """The chart's tables as CSV."""
    return [_as_csv(rows) for rows in _tables(chart)]


def _prepared(chart: dict[str, Any]) -> dict[str, Any]:
    untitled = {name: part for name, part in chart.items() if name != "title"}
    if isinstance(inner := untitled.get("spec"), dict):  # a chart of panels
        untitled["spec"] = {name: part for name, part in inner.items() if name != "title"}
    return untitled | {"config": {**untitled.get("config", {}), **CONFIG}}


def _slimmed(svg: str) -> str:
    def placed(attribute: re.Match[str]) -> str:
        return _LONG.sub(lambda number: f"{round(float(number[0]), 2):g}", attribute[0])

    return _PLACES.sub(placed, _EMPTY.sub("", _NOISE.sub("", svg)))


def _with_own_ids(id: str, svg: str) -> str:
    """Number the ids from one, so that pictures neither collide nor depend on what was drawn before."""
    for number, old in enumerate(dict.fromkeys(_OWN.findall(svg)), 1):
        new = f"{escape(id)}--{number}"
        svg = svg.replace(f'id="{old}"', f'id="{new}"').replace(f"url(#{old})", f"url(#{new})").replace(f'"#{old}"', f'"#{new}"')
    return svg


def _tables(part: Any) -> Iterator[list[dict[str, Any]]]:
    """Every table of rows in the chart, wherever it is kept."""
    if isinstance(part, dict):
        for name, inner in part.items():
            if name == "values" and isinstance(inner, list) and inner and all(isinstance(row, dict) for row in inner):
                yield inner
            elif name == "datasets":
                yield from inner.values()
            else:
                yield from _tables(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _tables(inner)


def _as_csv(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(name for row in rows for name in row)), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
