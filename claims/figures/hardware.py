"""Figures of what was timed: measured points, predicted curves, and what counting says of machines that nobody has timed.

All are drawn from what was recorded (`claims.subjects.machines`), so that a figure is the same wherever it is drawn."""

from typing import Any

import altair as alt

from claims.figures import Seen
from claims.kit.figures import PALETTE, lines, strips
from claims.subjects.machines import Recorded, Timed, all_timings, every_recording
from claims.subjects.predicted import WIDTH as D
from claims.subjects.predicted import counted, crossing, demand, predicted
from impls.graph import brent
from impls.timing import SHAPES, Layer

SHOWN = ("tanh RNN", "LSTM", "GRU", "linear recurrence, by scan", "attention", "Transformer layer")
Rows = list[dict[str, Any]]
BATCH = next(batch for width, batch in SHAPES if width == D)
PANEL = 230


def _legend() -> alt.Legend:
    return alt.Legend(orient="top", columns=2, title=None, labelLimit=320)


def _at(width: int, batch: int) -> list[Timed]:
    return [one for one in all_timings() if (one.layer.d, one.batch) == (width, batch) and one.layer.name in SHOWN]


def _meets(recorded: Recorded, d: int, batch: int) -> str:
    """From where on the Transformer layer takes less time than the LSTM, by what was measured."""
    took = {(one.layer.name, one.n): one.seconds for one in _at(d, batch) if one.on is recorded}
    lengths = sorted(n for name, n in took if name == "LSTM" and ("Transformer layer", n) in took)
    ahead = [n for n in lengths if took["Transformer layer", n] < took["LSTM", n]]
    if not ahead:
        return f"on {recorded} at no length up to {max(lengths)}"
    return f"on {recorded} at {', '.join(map(str, ahead))} of the lengths {', '.join(map(str, lengths))}"


def time_by_length(_: Seen) -> alt.LayerChart | alt.FacetChart:
    """Seconds of a training step against length, a panel for each device; a rule where the predicted curves cross."""
    rows: Rows = []
    for recorded in every_recording():
        timed = [one for one in _at(D, BATCH) if one.on is recorded]
        for one in timed:
            told = predicted(demand(one.layer, one.n, one.batch).to_train, recorded.abilities)
            facts = {"on": str(recorded), "layer": one.layer.name, "tokens": one.n}
            rows.append(facts | {"measured, seconds": float(f"{one.seconds:.3g}"), "predicted, seconds": float(f"{told:.3g}")})
        crosses = crossing(Layer("LSTM", D), Layer("Transformer layer", D), BATCH, recorded.abilities)
        if crosses and timed and crosses <= max(one.n for one in timed):
            rows.append({"on": str(recorded), "crosses": crosses})
    order = [name for name in SHOWN if any(row.get("layer") == name for row in rows)]
    ticks = alt.Axis(values=[16, 64, 256, 1024, 4096])
    x = alt.X("tokens", type="quantitative", scale=alt.Scale(type="log", nice=False), title="tokens", axis=ticks)
    colour = alt.Color("layer", type="nominal", sort=order, scale=alt.Scale(domain=order, range=list(PALETTE)),
                       legend=_legend())  # fmt: skip
    y = alt.Scale(type="log")
    drawn = alt.layer(
        alt.Chart().mark_line(strokeDash=[3, 2], opacity=0.7).encode(
            x=x, y=alt.Y("predicted, seconds", type="quantitative", scale=y, title="seconds a training step"), color=colour),
        alt.Chart().mark_point(filled=True, size=40).encode(
            x=x, y=alt.Y("measured, seconds", type="quantitative", scale=y, title="seconds a training step"), color=colour,
            shape=alt.Shape("layer", type="nominal", sort=order, scale=alt.Scale(domain=order), legend=_legend())),
        alt.Chart().mark_rule(color="#555", strokeDash=[2, 2]).encode(x=alt.X("crosses", type="quantitative")),
        data=alt.Data(values=rows),
    ).properties(width=PANEL, height=PANEL).facet(column=alt.Column("on", type="nominal", title=None))  # fmt: skip
    found = "; ".join(_meets(recorded, D, BATCH) for recorded in every_recording())
    return drawn.properties(
        title="How long a training step takes by length, measured and predicted",
        description=f"Points are measured, dashed curves predicted, for {BATCH} sequences of width {D}. The Transformer layer "
        f"takes less time than the LSTM {found}. A rule marks where the predicted curves cross, if they do.",
    )


def price_of_sequence(_: Seen) -> alt.Chart:
    """The share of a device's rate that each layer reaches."""
    rows = [
        {
            "layer and device": f"{one.layer.name}, {one.on}",
            "share of the rate": round(
                demand(one.layer, one.n, one.batch).to_train.work / one.seconds / one.on.abilities.rate, 4
            ),
        }
        for one in sorted(_at(D, BATCH), key=lambda one: SHOWN.index(one.layer.name))
    ]
    return strips(
        rows, x="share of the rate", y="layer and device",
        title="The price of sequence: what share of the rate of a product of large matrices a layer reaches",
        says=f"One mark for each length, {BATCH} sequences of width {D}: operations a second in training as a share of those in "
        "a product of large matrices on the same device. Whatever must wait for a step reaches less of it.",
    )  # fmt: skip


def measured_and_predicted(_: Seen) -> alt.LayerChart:
    """Every timing beside its prediction, with the band that was stated beforehand."""
    rows: Rows = [
        {"predicted, seconds": float(f"{told:.3g}"), "measured, seconds": float(f"{one.seconds:.3g}"), "layer": one.layer.name}
        for one in all_timings()
        for told in [predicted(demand(one.layer, one.n, one.batch).to_train, one.on.abilities)]
    ]
    told = [float(row["predicted, seconds"]) for row in rows]
    band = [{"x": x, "low": x / 4, "high": x * 4} for x in (min(told), max(told))]
    order = list(dict.fromkeys(row["layer"] for row in rows))
    log = alt.Scale(type="log")
    return alt.layer(
        alt.Chart(alt.Data(values=band)).mark_area(color="#ddd").encode(
            x=alt.X("x", type="quantitative", scale=log, title="predicted, seconds"),
            y=alt.Y("low", type="quantitative", scale=log, title="measured, seconds"), y2="high"),
        alt.Chart(alt.Data(values=rows)).mark_point(filled=True, size=30, opacity=0.8).encode(
            x=alt.X("predicted, seconds", type="quantitative", scale=log),
            y=alt.Y("measured, seconds", type="quantitative", scale=log),
            color=alt.Color("layer", type="nominal", sort=order, scale=alt.Scale(domain=order, range=[*PALETTE, "#777777"]),
                            legend=_legend()),
            shape=alt.Shape("layer", type="nominal", sort=order, scale=alt.Scale(domain=order),
                            legend=_legend())),
    ).properties(
        width=460, height=300, title="What counting foretells of a training step, and what the clock said",
        description=f"One mark for each of {len(rows)} timings. The band is a factor of four either way, stated before anything "
        f"was timed; {_within(rows)} of them lie in it.",
    )  # fmt: skip


def _within(rows: Rows) -> int:
    return sum(0.25 <= row["measured, seconds"] / row["predicted, seconds"] <= 4 for row in rows)


FAR = 2**20
PROCESSORS = [round(10 ** (k / 4)) for k in range(21)]


def extrapolated(_: Seen) -> alt.Chart:
    """The least time on a million tokens on up to a hundred thousand processors: no machine, but counting and Brent's bound."""
    least = "least time, in operations one after another"
    found = counted(FAR)
    rows = [
        {"processors": p, least: float(f"{brent(asks.work, asks.chain, p)[0]:.4g}"), "layer": name}
        for name, asks in found.items()
        for p in PROCESSORS
    ]
    more = found["Transformer layer"].work / found["LSTM"].work
    needed = found["Transformer layer"].work / found["LSTM"].chain
    return lines(
        rows, x="processors", y=least, series="layer", log_x=True, log_y=True,
        title=f"Extrapolated: at a million tokens a Transformer layer has {more:,.0f} times the work of an LSTM",
        says=f"Not measured. Work and operations in a row at {FAR} tokens of width {D}, counted from short traces, and the least "
        f"time that so many processors allow. The LSTM's curve falls until each step waits for the one before. The Transformer "
        f"layer's falls throughout, and would meet it at {needed:.2g} processors.",
    )  # fmt: skip
