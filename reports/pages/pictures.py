"""Figures: from the stored Vega-Lite chart to a picture that stands in the page, and to its numbers.

The caption says what there is to see; in the picture a mark carries no text of its own.
"""

import hashlib
import json
import multiprocessing
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from functools import cache
from importlib import metadata
from typing import Any

from markupsafe import Markup, escape

from claims.evidence.evidence import EvidenceError
from reports.exports.spreadsheets import spreadsheet
from reports.pages import upkeep
from reports.pages.slimming import slimmed, with_own_ids
from reports.running.hands import leave_with_the_run

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"  # the same widths wherever one of the first three is installed
LETTERS = 15  # pixels that the largest letters are high where a picture has its natural width
SIZES = {"labelFontSize": LETTERS, "titleFontSize": LETTERS, "titleFontWeight": "normal"}
APART = {"labelSeparation": 8, "labelColor": "#1b1f24", "titleColor": "#1b1f24"}
CONFIG: dict[str, Any] = {
    "font": FONT, "background": "white", "padding": 3, "axis": SIZES | APART, "header": SIZES, "title": {"fontSize": LETTERS},
    "legend": SIZES | {"symbolSize": 120, "rowPadding": 5, "columnPadding": 14}, "text": {"fontSize": LETTERS},
}  # fmt: skip
ON_TOP = {"titleAngle": 0, "titleAlign": "left", "titleAnchor": "end", "titleX": 0, "titleY": -9}  # where there is one panel
_SIZE = re.compile(r' (?:width|height)="([\d.]+)"')  # its width, then its height; how large it is shown is up to the page
PENCILS = 2  # the first picture of each takes half a second, so that more would not be done any sooner


def picture(id: str, chart: dict[str, Any], labelled: bool = False) -> Markup:
    """The chart as inline SVG, labelled by the caption's elements; its title stands in the caption and not in the picture. Where
    its marks are `labelled`, the page's script can say their values."""
    try:
        drawn = _drawn(_asked(chart))
    except ValueError as problem:
        raise EvidenceError(f"claim {id}: its figure cannot be drawn ({problem}); mend the chart") from problem
    slim = with_own_ids(id, slimmed(drawn, labelled))
    size = "; ".join(
        f"--{name}: {pixels}px" for name, pixels in zip(("natural", "tall"), _SIZE.findall(slim.partition(">")[0]), strict=True)
    )
    label = f'<svg role="img" aria-labelledby="{escape(id)}--title" aria-describedby="{escape(id)}--caption" style="{size}" '
    return Markup(label + slim.removeprefix("<svg "))


def begin(charts: Iterable[dict[str, Any]]) -> None:
    """Have these drawn while pages are written: it takes a tenth of a second each, in processes of their own."""
    for chart in map(_asked, charts):
        if _kept(chart) is None:
            _on_its_way(chart)


@cache  # a figure stands on several pages
def _drawn(chart: str) -> str:
    """The picture: from another time, or drawn now and kept."""
    found = _kept(chart)
    if found is None:
        found = _on_its_way(chart).result()
        upkeep.STORE.put("pictures", _key(chart), found)
    return found


def _kept(chart: str) -> str | None:
    return upkeep.STORE.get("pictures", _key(chart), str)


def _key(chart: str) -> str:
    return hashlib.sha256(f"{metadata.version('vl-convert-python')} {chart}".encode()).hexdigest()


@cache
def _on_its_way(chart: str) -> Future[str]:
    return _pencils().submit(_draw, chart)


def _draw(chart: str) -> str:
    """What the processes do that draw: only they load what it takes."""
    import vl_convert

    drawn: str = vl_convert.vegalite_to_svg(chart, allowed_base_urls=[])
    return drawn


@cache
def _pencils() -> ProcessPoolExecutor:
    """Processes that draw, begun as they are needed. A thread would wait for Python's lock for as long as it draws."""
    return ProcessPoolExecutor(PENCILS, mp_context=multiprocessing.get_context("spawn"), initializer=leave_with_the_run)


def _asked(chart: dict[str, Any]) -> str:
    return json.dumps(_prepared(chart))


def numbers(chart: dict[str, Any]) -> list[str]:
    """The chart's tables as CSV."""
    return [spreadsheet(rows) for rows in tables(chart)]


def _prepared(chart: dict[str, Any]) -> dict[str, Any]:
    untitled = {name: part for name, part in chart.items() if name != "title"}
    if isinstance(inner := untitled.get("spec"), dict):  # a chart of panels
        untitled["spec"] = {name: part for name, part in inner.items() if name != "title"}
    config = {**untitled.get("config", {}), **CONFIG}
    if "width" in untitled:  # one panel, which makes room for its axes; in several each has its own width
        untitled["autosize"] = {"type": "fit-x", "contains": "padding"}
        config |= {"axisY": ON_TOP, "legend": {**CONFIG["legend"], "offset": 32}}
    return untitled | {"config": config}


def tables(part: Any) -> Iterator[list[dict[str, Any]]]:
    """Every table of rows in the chart, wherever it is kept."""
    if isinstance(part, dict):
        for name, inner in part.items():
            if name == "values" and isinstance(inner, list) and inner and all(isinstance(row, dict) for row in inner):
                yield inner
            elif name == "datasets":
                yield from inner.values()
            else:
                yield from tables(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from tables(inner)
