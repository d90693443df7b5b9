"""Charts that say what they found: one source gives the picture, its data and, on a screen, the values under the pointer.

Colours are those of Okabe and Ito (2008), told apart by people with any colour vision; line patterns and marks repeat the
distinction for print in black and white. `title` states the finding, `says` is the text for those who cannot see the chart.

A claim's figure is a function from what was `Seen` to such a chart. It shows what the check showed or the mechanism behind it;
it never decides anything.
"""

from collections.abc import Sequence
from typing import Any

import altair as alt

from claims.evidence.evidence import ReadingEvidence

Seen = dict[str, ReadingEvidence]  # reading by reading
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
Rows = Sequence[dict[str, Any]]
WIDTH, HEIGHT = 460, 260


def lines(
    rows: Rows, *, x: str, y: str, series: str, title: str, says: str, log_x: bool = False, log_y: bool = False
) -> alt.Chart:
    """One line a series, with its points."""
    order = list(dict.fromkeys(row[series] for row in rows))
    return _chart(rows, title, says).mark_line(point=True).encode(
        x=alt.X(x, type="quantitative", scale=alt.Scale(type="log", nice=False) if log_x else alt.Scale(zero=False)),
        y=alt.Y(y, type="quantitative", scale=alt.Scale(type="log") if log_y else alt.Scale(zero=False)),
        color=_colour(series, order),
        strokeDash=alt.StrokeDash(series, type="nominal", sort=order, scale=alt.Scale(domain=order), legend=legend()),
        tooltip=_tooltip(series, x, y),
    )  # fmt: skip


def dots(rows: Rows, *, x: str, y: str, series: str, title: str, says: str) -> alt.Chart:
    """Every seed a mark of its own, side by side by series: never only a mean."""
    order = list(dict.fromkeys(row[series] for row in rows))
    return _chart(rows, title, says).mark_point(filled=True, opacity=0.7, size=45).encode(
        x=alt.X(x, type="ordinal", axis=alt.Axis(labelAngle=0)),
        xOffset=alt.XOffset(series, type="nominal", sort=order),
        y=alt.Y(y, type="quantitative"),
        color=_colour(series, order),
        shape=alt.Shape(series, type="nominal", sort=order, scale=alt.Scale(domain=order), legend=legend()),
        tooltip=_tooltip(series, x, y),
    )  # fmt: skip


def strips(rows: Rows, *, x: str, y: str, title: str, says: str, log_x: bool = False) -> alt.Chart:
    """Every seed a mark, a line of them for each name along y: for names too long to stand below an axis."""
    order = list(dict.fromkeys(row[y] for row in rows))
    return _chart(rows, title, says).mark_point(filled=True, opacity=0.6, size=45, color=PALETTE[0]).encode(
        x=alt.X(x, type="quantitative", scale=alt.Scale(type="log") if log_x else alt.Scale(zero=True)),
        y=alt.Y(y, type="nominal", sort=order, axis=alt.Axis(title=None, labelLimit=320, grid=True)),
        tooltip=_tooltip(y, x),
    )  # fmt: skip


def heatmap(
    rows: Rows, *, x: str, y: str, value: str, title: str, says: str, panel: str | None = None
) -> alt.Chart | alt.FacetChart:
    """A map of one signed number over two others; zero is white, each sign has its colour."""
    chart = _chart(rows, title, says).mark_rect().encode(
        x=alt.X(x, type="ordinal", axis=alt.Axis(labelAngle=0)),
        y=alt.Y(y, type="ordinal", sort="descending"),
        color=alt.Color(value, type="quantitative", scale=alt.Scale(scheme="blueorange", domainMid=0)),
        tooltip=_tooltip(x, y, value),
    )  # fmt: skip
    if panel is None:
        return chart
    facets = chart.properties(title="", description="", width=200, height=200).facet(column=alt.Column(panel, type="nominal"))
    return facets.properties(title=title, description=says)


def _chart(rows: Rows, title: str, says: str) -> alt.Chart:
    data = alt.Data(values=list(rows))
    return alt.Chart(data, title=title, description=says, width=WIDTH, height=HEIGHT)


def _tooltip(*fields: str) -> list[alt.Tooltip]:
    if bad := [field for field in fields if set(field) & set("'\"[]\\.")]:
        raise ValueError(f"{bad[0]!r} cannot name a column of a chart: leave out quotes, brackets, backslashes and full stops")
    return [alt.Tooltip(field, type="nominal") for field in fields]


def _colour(series: str, order: list[str]) -> alt.Color:
    return alt.Color(series, type="nominal", sort=order, scale=alt.Scale(domain=order, range=list(PALETTE)), legend=legend())


def legend() -> alt.Legend:
    """Above the plot: beside it, long names would squeeze the picture on a narrow page. Channels that share it share marks."""
    return alt.Legend(orient="top", columns=2, labelLimit=320, title=None)
