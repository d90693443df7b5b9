"""Figures of what was timed: measured points, predicted curves, and what counting says of machines that nobody has timed.

All are drawn from what was recorded (`claims.subjects.machines`), so that a figure is the same wherever it is drawn."""

from itertools import pairwise
from math import exp, log
from typing import Any

import altair as alt

from claims.kit.figures import PALETTE, PANEL, Seen, legend, lines, strips
from claims.subjects.machines import Recorded, Timed, all_timings, by_date
from claims.subjects.predicted import BATCH, PAIR, STATED, counted, demand, predicted
from claims.subjects.predicted import WIDTH as D
from impls.counting.graph import brent

SHOWN = ("tanh RNN", "LSTM", "GRU", "linear recurrence, by scan", "attention", "Transformer layer")
Rows = list[dict[str, Any]]
HEIGHT = 240


def _drawn() -> list[Recorded]:
    """A machine of each name, the first that was recorded; the others are in the table."""
    first: dict[str, Recorded] = {}
    for one in by_date():
        first.setdefault(one.name, one)
    return list(first.values())


def _timings(on: Recorded) -> list[Timed]:
    return [one for one in all_timings() if one.on is on and one.layer.name in SHOWN]


def _at(on: Recorded) -> list[Timed]:
    return [one for one in _timings(on) if (one.layer.d, one.batch) == (D, BATCH)]


def overtakes(on: Recorded) -> float | None:
    """From how many tokens on the Transformer layer takes less time than the LSTM by what was measured, on the straight line
    between two lengths on logarithmic paper; None where it never does."""
    lead = [(log(n), log(lstm / other)) for n, (lstm, other) in on.by_length(PAIR, BATCH).items()]
    return next((exp(x + (u - x) * y / (y - v)) for (x, y), (u, v) in pairwise(lead) if y <= 0 < v), None)


def _finding() -> str:
    """Where the Transformer layer overtakes the LSTM, machine by machine."""
    where = [(str(one), overtakes(one)) for one in _drawn()]
    never = " and ".join(name for name, n in where if n is None)
    some = " and ".join(f"at about {n:.0f} tokens on {name}" for name, n in where if n)
    return "; ".join(part for part in (some, f"at no length on {never}" if never else "") if part)


def time_by_length(_: Seen) -> alt.LayerChart | alt.FacetChart:
    """Seconds of a training step against length, a panel for each device; a rule where the measured curves cross."""
    rows: Rows = []
    for on in _drawn():
        for one in _at(on):
            told = predicted(demand(one.layer, one.n, one.batch).to_train, on.abilities)
            facts = {"on": str(on), "layer": one.layer.name, "tokens": one.n}
            rows.append(facts | {"measured, seconds": float(f"{one.seconds:.3g}"), "predicted, seconds": float(f"{told:.3g}")})
        if crosses := overtakes(on):
            rows.append({"on": str(on), "crosses": round(crosses)})
    order = [name for name in SHOWN if any(row.get("layer") == name for row in rows)]
    ticks = alt.Axis(values=[16, 64, 256, 1024, 4096])
    x = alt.X("tokens", type="quantitative", scale=alt.Scale(type="log", nice=False), title="tokens", axis=ticks)
    colour = alt.Color(
        "layer", type="nominal", sort=order, scale=alt.Scale(domain=order, range=list(PALETTE)), legend=legend(order)
    )
    shape = alt.Shape("layer", type="nominal", sort=order, scale=alt.Scale(domain=order), legend=legend(order))
    drawn = alt.layer(
        alt.Chart().mark_line(strokeDash=[3, 2], opacity=0.7).encode(x=x, y=_seconds("predicted, seconds"), color=colour),
        alt.Chart().mark_point(filled=True, size=40).encode(x=x, y=_seconds("measured, seconds"), color=colour, shape=shape),
        alt.Chart().mark_rule(color="#555").encode(x=alt.X("crosses", type="quantitative")),
        data=alt.Data(values=rows),
    ).properties(width=PANEL // 2, height=PANEL // 2)  # fmt: skip
    order_of_panels = [str(one) for one in _drawn()]
    panels = alt.Facet("on", type="nominal", title=None, sort=order_of_panels, header=alt.Header(labelLimit=PANEL // 2))
    return drawn.facet(facet=panels, columns=2).properties(
        title=f"At width {D} a Transformer layer overtakes the LSTM {_finding()}",
        description=f"A panel for each machine, seconds a training step by length for {BATCH} sequences of width {D}. Points are "
        f"measured, dashed curves predicted. A rule marks where the Transformer layer begins to take less time than the LSTM by "
        f"what was measured: {_finding()}.",
    )


def _seconds(field: str, title: str = "seconds a training step") -> alt.Y:
    return alt.Y(field, type="quantitative", scale=alt.Scale(type="log"), title=title)


def times_as_fast(_: Seen) -> alt.LayerChart | alt.FacetChart:
    """The time of torch's LSTM over that of a Transformer layer by length, a line for each machine, a panel for each width."""
    rows: Rows = []
    for on in _drawn():
        took = {(one.layer.name, one.layer.d, one.n): one.seconds for one in _timings(on)}
        for (name, d, n), seconds in sorted(took.items()):
            if name == "LSTM" and d >= D and ("Transformer layer", d, n) in took:
                ratio = float(f"{seconds / took['Transformer layer', d, n]:.3g}")
                rows.append({"on": str(on), "width": f"width {d}", "tokens": n, "times as fast": ratio})
    best = max(rows, key=lambda row: row["times as fast"])
    machines = list(dict.fromkeys(row["on"] for row in rows))
    widths = list(dict.fromkeys(row["width"] for row in rows))
    x = alt.X("tokens", type="quantitative", scale=alt.Scale(type="log", nice=False), title="tokens", axis=alt.Axis(
        values=[16, 64, 256, 1024, 4096]))  # fmt: skip
    y = alt.Y("times as fast", type="quantitative", scale=alt.Scale(type="log"), title="time of LSTM / of Transformer layer",
              axis=alt.Axis(values=[0.1, 0.2, 0.5, 1, 2, 5, 10]))  # fmt: skip
    colour = alt.Color(
        "on", type="nominal", sort=machines, scale=alt.Scale(domain=machines, range=list(PALETTE)), legend=legend(machines)
    )
    shape = alt.Shape("on", type="nominal", sort=machines, scale=alt.Scale(domain=machines), legend=legend(machines))
    rules = [{"width": width, "even": even} for width in widths for even in (1, 10)]
    drawn = alt.layer(
        alt.Chart().mark_line().encode(x=x, y=y, color=colour),
        alt.Chart().mark_point(filled=True, size=45).encode(x=x, y=y, color=colour, shape=shape),
        alt.Chart().mark_rule(color="#555", strokeDash=[3, 3]).encode(y=alt.Y("even", type="quantitative")),
        data=alt.Data(values=[*rows, *rules]),
    ).properties(width=PANEL, height=HEIGHT)  # fmt: skip
    return drawn.facet(facet=alt.Facet("width", type="nominal", title=None, sort=widths), columns=1).properties(
        title=f"Beside torch's LSTM a Transformer layer of the same width is {best['times as fast']:.1f} times as fast at most: "
        f"at {best['width']} and {best['tokens']} tokens on {best['on']}",
        description="A panel for each width, a line for each machine: how many times as long a training step of torch's LSTM "
        "takes as one of a Transformer layer, by length. Rules mark as long, and ten times as long. "
        f"The most is {best['times as fast']:.1f}. At width {D} the Transformer layer overtakes the LSTM {_finding()}.",
    )


def _share(one: Timed) -> float:
    """Of the device's rate, what the layer reaches."""
    return demand(one.layer, one.n, one.batch).to_train.work / one.seconds / one.on.abilities.rate


def price_of_sequence(_: Seen) -> alt.Chart:
    """The share of a device's rate that each layer reaches."""
    timed = sorted((one for on in _drawn() for one in _timings(on)), key=lambda one: SHOWN.index(one.layer.name))
    rows = [{"layer": one.layer.name, "device": str(one.on), "share of the rate": float(f"{_share(one):.3g}")} for one in timed]
    best = ", ".join(f"{max(_share(one) for one in _timings(on) if one.layer.name == 'LSTM'):.0%} on {on}" for on in _drawn())
    return strips(
        rows, x="share of the rate", y="layer", series="device", log_x=True,
        title=f"The price of sequence: of what a product of large matrices does an LSTM reaches {best} at best",
        says="One mark for each length and width: operations a second in training as a share of those in a product of large "
        "matrices on the same device. Whatever must wait for a step, or for a launch, reaches less of it.",
    )  # fmt: skip


def measured_and_predicted(_: Seen) -> alt.LayerChart | alt.FacetChart:
    """Every timing beside its prediction, with the band that was stated beforehand."""
    rows: Rows = [
        {
            "predicted, seconds": float(f"{told:.3g}"), "measured, seconds": float(f"{one.seconds:.3g}"), "layer": one.layer.name,
            "on": "GPUs" if one.on.kind == "cuda" else "cores",
        }
        for one in all_timings()
        for told in [predicted(demand(one.layer, one.n, one.batch).to_train, one.on.abilities)]
    ]  # fmt: skip
    kinds = sorted({row["on"] for row in rows}, reverse=True)
    told = [float(row["predicted, seconds"]) for row in rows]
    band = [{"x": x, "low": x / STATED, "high": x * STATED, "on": on} for on in kinds for x in (min(told), max(told))]
    order = list(dict.fromkeys(row["layer"] for row in rows))
    x = alt.X("predicted, seconds", type="quantitative", scale=alt.Scale(type="log"), title="predicted, seconds")
    colours = alt.Scale(domain=order, range=[*PALETTE, "#777777"])
    colour = alt.Color("layer", type="nominal", sort=order, scale=colours, legend=legend(order))
    shape = alt.Shape("layer", type="nominal", sort=order, scale=alt.Scale(domain=order), legend=legend(order))
    drawn = alt.layer(
        alt.Chart().mark_area(color="#ddd").encode(
            x=alt.X("x", type="quantitative", title="predicted, seconds"),
            y=alt.Y("low", type="quantitative", title="measured, seconds"), y2="high"),
        alt.Chart().mark_point(filled=True, size=30, opacity=0.8).encode(
            x=x, y=_seconds("measured, seconds", "measured, seconds"), color=colour, shape=shape),
        data=alt.Data(values=[*band, *rows]),
    ).properties(width=PANEL, height=HEIGHT)  # fmt: skip
    within = {on: _within([row for row in rows if row["on"] == on]) for on in kinds}
    found = " and ".join(f"{near} of {all_} training steps on {on}" for on, (near, all_) in within.items())
    return drawn.facet(facet=alt.Facet("on", type="nominal", title=None, sort=kinds), columns=1).properties(
        title=f"Within a factor of {STATED}, stated beforehand, counting predicts {found}",
        description=f"One mark for each of {len(rows)} timings, those on cores and those on GPUs. The band is a factor of "
        f"{STATED} either way; in it lie {found}. Below it lie recurrences that a library launches at once, above it what is too "
        "small.",
    )


def _within(rows: Rows) -> tuple[int, int]:
    near = [row for row in rows if 1 / STATED <= row["measured, seconds"] / row["predicted, seconds"] <= STATED]
    return len(near), len(rows)


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
