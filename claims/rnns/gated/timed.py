"""What a clock says of gated networks: a GRU beside an LSTM, and one direction beside two."""

from claims.kit import at_least, at_most, claim, holds, measure, reading
from claims.kit.domains import seeds
from claims.subjects.machines import GPU, ONE_CORE, Machine, on_other_gpus, repetitions, times
from impls.clocks.timing import Layer

TOKENS = {"n": 64, "batch": 4}
ON_A_CORE = {"on": ONE_CORE} | TOKENS
ONE, BOTH = Layer("LSTM", 128), Layer("LSTM in both directions", 128)
NARROW, WIDE = ({kind: Layer(kind, d) for kind in ("GRU", "LSTM")} for d in (64, 256))
WIDE_GRU, WIDE_LSTM = WIDE.values()


def a_gru_takes_more_time(on: Machine, lstm: Layer, gru: Layer, n: int, batch: int, seed: int) -> None:
    long, short = on.seconds((lstm, gru), n, batch, seed)
    measure(time_ratio=long / short)
    holds(long < short, f"{on}: time of {lstm} over time of {gru}: {long / short:.3g}")


def it_takes_less_time(on: Machine, plain: Layer, gru: Layer, n: int, batch: int, seed: int) -> None:
    plainly, gated = on.seconds((plain, gru), n, batch, seed)
    measure(time_ratio=plainly / gated)
    holds(gated < plainly, f"{on}: time of {plain} over time of {gru}: {plainly / gated:.3g}")


def it_takes_no_longer(on: Machine, other: Layer, n: int, batch: int, seed: int) -> None:
    one, both = on.seconds((ONE, other), n, batch, seed)
    measure(time_ratio=both / one)
    at_most(both / one, 1, f"{on}: time of {other} over time of one direction")


def it_takes_four_times_the_time(on: Machine, other: Layer, n: int, batch: int, seed: int) -> None:
    """More than three times, less than five."""
    one, both = on.seconds((ONE, other), n, batch, seed)
    measure(time_ratio=both / one)
    at_least(both / one, 3, f"{on}: time of {other} over time of one direction")
    at_most(both / one, 5, f"{on}: time of {other} over time of one direction")


@claim(
    "gated.gru-smaller-faster.time",
    says="A GRU takes less time for a training step than an LSTM of the same width.",
    lines=(316,),
    expect="qualified",
    uses=("gated.gru-smaller-faster",),
    by=repetitions(),
    as_written=reading(lstm=NARROW["LSTM"], gru=NARROW["GRU"], seed=seeds(), **ON_A_CORE),
    amended={
        "the layers are four times as wide": reading(lstm=WIDE["LSTM"], gru=WIDE["GRU"], seed=seeds(), **ON_A_CORE),
        "it is on an H100, and the layers are four times as wide": reading(
            on=GPU, lstm=WIDE["LSTM"], gru=WIDE["GRU"], seed=seeds(), **TOKENS
        ),
    },
    altered={
        "On an H100, where layers are four times as wide, a GRU takes more time for a training step than an LSTM.": reading(
            a_gru_takes_more_time, on=GPU, lstm=WIDE["LSTM"], gru=WIDE["GRU"], seed=seeds(), **TOKENS
        ),
        "On an H100 a GRU takes less time for a training step than a plain RNN of the same width, 128.": reading(
            it_takes_less_time, on=GPU, plain=Layer("tanh RNN", 128), gru=Layer("GRU", 128), seed=seeds(), **TOKENS
        ),
    },
    holds_for={
        "an LSTM whose steps are called one by one": reading(
            lstm=Layer("LSTM, step by step", 128), gru=Layer("GRU", 128), seed=seeds(), **ON_A_CORE
        )
    },
    fails_for={"a GRU of four times the width": reading(lstm=NARROW["LSTM"], gru=WIDE["GRU"], seed=seeds(), **ON_A_CORE)},
    also={"on a GPU, as narrow as written": reading(on=GPU, lstm=NARROW["LSTM"], gru=NARROW["GRU"], seed=seeds(), **TOKENS)}
    | on_other_gpus(lstm=WIDE["LSTM"], gru=WIDE["GRU"], seed=seeds(), **TOKENS),
    teach="Fewer operations are not less time. On a core torch's GRU takes longer than its LSTM. On an H100 it "
    f"takes {times(GPU, WIDE_GRU, WIDE_LSTM, 64, 4):.2f} of the LSTM's time at width 256, and on an H200 as long. It "
    "depends on how a library carries the operations out.",
    not_shown="Other libraries than torch, other widths.",
    scope="One training step of torch's layers in float32, 4 sequences of 64 tokens, widths 64 and 256, on one "
    "core of the machine that runs this; recorded on an H100, on an H200 beside it",
    cites=("cho2014",),
)
def a_gru_takes_no_more_time(on: Machine, lstm: Layer, gru: Layer, n: int, batch: int, seed: int) -> None:
    long, short = on.seconds((lstm, gru), n, batch, seed)
    measure(time_ratio=long / short, LSTM_ms=1000 * long, GRU_ms=1000 * short)
    at_least(long / short, 1, f"{on}: time of {lstm} over time of {gru}")


@claim(
    "gated.bidirectional-double-compute.time",
    says="On one CPU core reading in both directions takes twice the time of reading in one.",
    lines=(324,),
    expect="supported",
    why_not={
        "qualified": "On a processor that takes the two directions at once it need not: a GPU does in part, see "
        "gated.bidirectional-double-compute.time.gpu. The statement names the core."
    },
    uses=("gated.bidirectional-double-compute",),
    by=repetitions(),
    as_written=reading(other=BOTH, seed=seeds(), **ON_A_CORE),
    altered={
        "Reading in both directions takes no longer than reading in one.": reading(
            it_takes_no_longer, other=BOTH, seed=seeds(), **ON_A_CORE
        ),
        "Reading in both directions takes four times the time of reading in one.": reading(
            it_takes_four_times_the_time, other=BOTH, seed=seeds(), **ON_A_CORE
        ),
    },
    fails_for={
        "near miss: one direction": reading(other=ONE, seed=seeds(), **ON_A_CORE),
        "one direction of four times the width": reading(other=Layer("LSTM", 512), seed=seeds(), **ON_A_CORE),
    },
    teach="On a core it does, as the count of operations says: nothing is shared between the two directions.",
    not_shown="A GPU: see gated.bidirectional-double-compute.time.gpu.",
    scope="One training step of torch's LSTM in float32, 4 sequences of 64 tokens, width 128, on one core of the "
    "machine that runs this",
    cites=("schuster1997",),
)
def it_takes_twice_the_time(on: Machine, other: Layer, n: int, batch: int, seed: int) -> None:
    """Between one and a half times and two and a half times that of an LSTM of width 128."""
    one, both = on.seconds((ONE, other), n, batch, seed)
    measure(time_ratio=both / one)
    at_least(both / one, 1.5, f"{on}: time of {other} over time of one direction")
    at_most(both / one, 2.5, f"{on}: time of {other} over time of one direction")


so_it_does_on_a_gpu = claim(
    "gated.bidirectional-double-compute.time.gpu",
    says="On a GPU reading in both directions takes twice the time of reading in one.",
    lines=(324,),
    expect="undecided",
    uses=("gated.bidirectional-double-compute.time",),
    by=repetitions(),
    as_written=reading(on=GPU, other=BOTH, seed=seeds(), **TOKENS),
    holds_for={"one core for the GPU": reading(other=BOTH, seed=seeds(), **ON_A_CORE)},
    fails_for={"near miss: one direction, on one core": reading(other=ONE, seed=seeds(), **ON_A_CORE)},
    also=on_other_gpus(other=BOTH, seed=seeds(), **TOKENS),
    teach=f"On an H100 two directions take {times(GPU, BOTH, ONE, 64, 4):.1f} times as long as one at width 128: "
    "they run side by side in part. Whether that is twice, which is to say at least one and a half times, the "
    "repetitions leave open.",
    not_shown="Layers that fill the GPU.",
    scope="One training step of torch's LSTM in float32, 4 sequences of 64 tokens, width 128; recorded on an H100, "
    "on an H200 beside it",
    cites=("schuster1997",),
)(it_takes_twice_the_time)
