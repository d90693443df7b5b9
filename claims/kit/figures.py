"""Charts that say what they found: one source gives the picture, its data and, on a screen, the values under the pointer.

Colours are those of Okabe and Ito (2008), told apart by people with any colour vision; line patterns and marks repeat the
distinction for print in black and white. `title` states the finding, `says` is the text for those who cannot see the chart.

A claim's figure is a function from what was `Seen` to such a chart. It shows what the check showed or the mechanism behind it;
it never decides anything.
"""

import json
from collections.abc import Sequence
from textwrap import wrap
from typing import Any

import altair as alt

from claims.evidence.evidence import ReadingEvidence

Seen = dict[str, ReadingEvidence]  # reading by reading
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
Rows = Sequence[dict[str, Any]]
WIDTH, HEIGHT = 480, 260  # the whole picture is as wide, axes and all: on a phone it is still read
PANEL = 400  # pixels of the plot in one of several panels, whose axes come to that
LETTERS, HALF = 58, 23  # of a name that has a line to itself, and that has half of one beside its mark in the legend
FEW = 12  # places along an axis, each of which gets a tick
LETTERING, ROW = 18, 20  # pixels of a line of a name, and of the marks below it


def lines(
    rows: Rows, *, x: str, y: str, series: str, title: str, says: str, log_x: bool = False, log_y: bool = False
) -> alt.Chart:
    """One line a series, with its points."""
    order = _values(rows, series)
    places = sorted({row[x] for row in rows})
    ticks = alt.Axis(values=places) if log_x and len(places) <= FEW else alt.Undefined
    return _chart(rows, title, says).mark_line(point=True).encode(
        x=alt.X(x, type="quantitative", scale=alt.Scale(type="log", nice=False) if log_x else alt.Scale(zero=False), axis=ticks),
        y=alt.Y(y, type="quantitative", scale=alt.Scale(type="log") if log_y else alt.Scale(zero=False)),
        color=_colour(series, order, drawn=True),
        strokeDash=alt.StrokeDash(
            series, type="nominal", sort=order, scale=alt.Scale(domain=order), legend=legend(order, drawn=True)),
        tooltip=_tooltip(series, x, y),
    )  # fmt: skip


def dots(rows: Rows, *, x: str, y: str, series: str, title: str, says: str) -> alt.Chart:
    """Every seed a mark of its own, side by side by series: never only a mean."""
    order = _values(rows, series)
    return _chart(rows, title, says).mark_point(filled=True, opacity=0.7, size=45).encode(
        x=alt.X(x, type="ordinal", axis=alt.Axis(labelAngle=0)),
        xOffset=alt.XOffset(series, type="nominal", sort=order),
        y=alt.Y(y, type="quantitative"),
        color=_colour(series, order),
        shape=alt.Shape(series, type="nominal", sort=order, scale=alt.Scale(domain=order), legend=legend(order)),
        tooltip=_tooltip(series, x, y),
    )  # fmt: skip


def strips(rows: Rows, *, x: str, y: str, title: str, says: str, log_x: bool = False, series: str | None = None) -> alt.Chart:
    """Every seed a mark, a line of them for each name along y. The name stands above its marks: beside them, long names would
    leave no room. Where there are `series`, each has a line of its own."""
    order, kinds = _values(rows, y), _values(rows, series) if series else [""]
    axis, step = _names_above(order, len(kinds))
    chart = _chart(rows, title, says).mark_point(filled=True, opacity=0.6, size=45, color=PALETTE[0]).encode(
        x=alt.X(x, type="quantitative", scale=alt.Scale(type="log") if log_x else alt.Scale(zero=True)),
        y=alt.Y(y, type="nominal", sort=order, scale=alt.Scale(type="band", padding=0), axis=axis),
        yOffset=alt.YOffsetValue(step - ROW / 2),
        tooltip=_tooltip(y, *([series] if series else []), x),
    ).properties(height=alt.Step(step, **{"for": "position"}))  # fmt: skip
    if series is None:
        return chart
    lines_of_marks = alt.Scale(domain=kinds, range=[step - (len(kinds) - 0.5) * ROW, step - ROW / 2])
    return chart.encode(
        yOffset=alt.YOffset(series, type="nominal", sort=kinds, scale=lines_of_marks),
        color=_colour(series, kinds),
        shape=alt.Shape(series, type="nominal", sort=kinds, scale=alt.Scale(domain=kinds), legend=legend(kinds)),
    )


def _names_above(names: Sequence[str], lines_of_marks: int) -> tuple[alt.Axis, float]:
    """An axis whose names stand within the plot, in lines as long as it is wide; and the height that each of them takes."""
    wrapped = {name: wrap(name, LETTERS) for name in names}
    step = max(map(len, wrapped.values()), default=1) * LETTERING + lines_of_marks * ROW + 4
    axis = alt.Axis(
        title=None, labelExpr=f"{json.dumps(wrapped)}[datum.label]", labelAlign="left", labelBaseline="top", labelPadding=-4,
        labelOffset=4 - step / 2, labelLimit=WIDTH, labelOverlap=False, ticks=False, bandPosition=0, grid=True,
    )  # fmt: skip
    return axis, step


def heatmap(
    rows: Rows, *, x: str, y: str, value: str, title: str, says: str, panel: str | None = None
) -> alt.Chart | alt.FacetChart:
    """A map of one signed number over two others; zero is white, each sign has its colour."""
    key = alt.Legend(orient="top", titleOrient="top", titleLimit=WIDTH, gradientLength=WIDTH // 2)
    chart = _chart(rows, title, says).mark_rect().encode(
        x=alt.X(x, type="ordinal", axis=alt.Axis(labelAngle=0)),
        y=alt.Y(y, type="ordinal", sort="descending"),
        color=alt.Color(value, type="quantitative", scale=alt.Scale(scheme="blueorange", domainMid=0), legend=key),
        tooltip=_tooltip(x, y, value),
    )  # fmt: skip
    if panel is None:
        return chart
    panels = chart.properties(title="", description="", width=PANEL, height=200).facet(
        alt.Facet(panel, type="nominal", title=None), columns=1
    )
    return panels.properties(title=title, description=says)


def _chart(rows: Rows, title: str, says: str) -> alt.Chart:
    data = alt.Data(values=list(rows))
    return alt.Chart(data, title=title, description=says, width=WIDTH, height=HEIGHT)


def _tooltip(*fields: str) -> list[alt.Tooltip]:
    if bad := [field for field in fields if set(field) & set("'\"[]\\.")]:
        raise ValueError(f"{bad[0]!r} cannot name a column of a chart: leave out quotes, brackets, backslashes and full stops")
    return [alt.Tooltip(field, type="nominal") for field in fields]


def _colour(series: str, order: list[str], drawn: bool = False) -> alt.Color:
    scale = alt.Scale(domain=order, range=list(PALETTE))
    return alt.Color(series, type="nominal", sort=order, scale=scale, legend=legend(order, drawn))


def _values(rows: Rows, column: str) -> list[str]:
    """What stands there, once each, in order."""
    return list(dict.fromkeys(row[column] for row in rows))


def legend(names: Sequence[str], drawn: bool = False) -> alt.Legend:
    """Above the plot: beside it, long names would squeeze the picture on a narrow page. Channels that share it share marks: those
    of points, or pieces of the lines that are `drawn`."""
    columns = 2 if all(len(name) <= HALF for name in names) else 1
    pieces: dict[str, Any] = {"symbolType": "stroke", "symbolSize": 250, "symbolStrokeWidth": 2.5} if drawn else {}
    return alt.Legend(orient="top", columns=columns, labelLimit=WIDTH - 40, title=None, **pieces)
