"""Figures of what libraries answered."""

from collections.abc import Iterator, Sequence
from statistics import median

import altair as alt

from claims.kit.figures import PALETTE, Seen
from claims.rnns.libraries.before_training import MEDIUM, NORMAL, ONE_HOT, OWN, WIDE, Start, every_recipe, starts

LEFT = "decades left"
KINDS = {"tanh": "plain", "LSTM": "LSTM", "GRU": "GRU"}
MARKS = ["circle", "diamond", "triangle-up"]
PANEL, ROW = 205, 20  # pixels


def decades_by_library(_: Seen) -> alt.HConcatChart:
    """Every network a mark, a line of them for each library's layer and below for each recipe; two kinds of inputs."""
    found = {inputs: [*_every(inputs)] for inputs in (NORMAL, ONE_HOT)}
    medians = "; ".join(f"from inputs {inputs} {_medians(some)}" for inputs, some in found.items())
    panels = alt.hconcat(*(_panel(inputs, some) for inputs, some in found.items()), spacing=10)
    shared = panels.resolve_scale(x="shared", y="shared", color="shared", shape="shared")
    return shared.properties(
        title=f"How much arrives over {MEDIUM} steps before training: library, inputs and recipe decide",
        description=f"A mark for each of twenty networks {WIDE} units wide, a line of them for each layer: powers of ten that "
        f"are left of the gradient after {MEDIUM} steps, at each library's own start, and below from recipes. Medians of the "
        f"libraries' own starts lie {medians}.",
    )  # fmt: skip


def _every(inputs: str) -> Iterator[Start]:
    """As libraries begin by themselves, kind by kind; then as recipes have it."""
    for taught in (False, True):
        for kind in KINDS:
            yield from starts(kind, recipes=every_recipe(kind) if taught else (OWN,), widths=(WIDE,), inputs=(inputs,))


def _medians(some: Sequence[Start]) -> str:
    """The least and the most, kind by kind."""
    by_kind = {kind: [median(one.decades(MEDIUM)) for one in some if one.layer.kind == kind and not one.recipe] for kind in KINDS}
    return ", ".join(f"at {min(all_of):.1f} to {max(all_of):.1f} ({KINDS[kind]})" for kind, all_of in by_kind.items() if all_of)


def _panel(inputs: str, some: Sequence[Start]) -> alt.Chart:
    """Neighbours on a line stand at four heights, so that none hides another."""
    rows = [
        {"layer": _name(one), LEFT: left, "kind": KINDS[one.layer.kind], "height": place % 4}
        for one in some
        for place, left in enumerate(sorted(one.decades(MEDIUM)))
    ]
    kinds, key = list(KINDS.values()), alt.Legend(orient="top", title=None)
    named = inputs == NORMAL  # the other panel has the same lines
    axis = alt.Axis(title=None, labelLimit=380, grid=True, labels=named, ticks=named)
    return alt.Chart(alt.Data(values=rows), width=PANEL, height=alt.Step(ROW, **{"for": "position"})).mark_point(
        filled=True, opacity=0.8, size=11
    ).encode(
        x=alt.X(LEFT, type="quantitative", title=f"{LEFT}, inputs {inputs}"),
        y=alt.Y("layer", type="nominal", sort=[_name(one) for one in some], axis=axis),
        yOffset=alt.YOffset("height", type="ordinal"),
        color=alt.Color("kind", type="nominal", scale=alt.Scale(domain=kinds, range=list(PALETTE)), legend=key),
        shape=alt.Shape("kind", type="nominal", scale=alt.Scale(domain=kinds, range=MARKS), legend=key),
        tooltip=[alt.Tooltip("layer", type="nominal"), alt.Tooltip(LEFT, type="quantitative")],
    )  # fmt: skip


def _name(start: Start) -> str:
    """As it stands at the axis."""
    recipe = f", {start.recipe}" if start.recipe else ""
    library = start.layer.library.replace("-on-", " on ").partition("-")[
        0
    ]  # what else sets recordings apart is in the layer's name
    return f"{library} {start.layer.what}{recipe}"
