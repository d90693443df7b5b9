"""What a clock says: training steps of layers side by side, on cores of this machine and on GPUs, here or recorded."""

from claims.figures.hardware import extrapolated, measured_and_predicted, price_of_sequence, time_by_length
from claims.figures.sequential import time_on_processors
from claims.kit import at_least, cases, claim, exhaustion, holds, measure, reading, show
from claims.kit.domains import seeds
from claims.subjects.machines import GPU, ONE_CORE, TWO_CORES, Machine, Timed, all_timings, on_other_gpus, repetitions
from claims.subjects.predicted import Demand, demand, predicted
from impls.timing import Layer

LSTM, ATTENTION, TRANSFORMER = (Layer(name, 128) for name in ("LSTM", "attention", "Transformer layer"))
WIDE_LSTM, WIDE_TRANSFORMER = Layer("LSTM", 512), Layer("Transformer layer", 512)
NARROW_LSTM, NARROW_SCAN = (Layer(name, 32) for name in ("LSTM, step by step", "linear recurrence, by scan"))
# So narrow that launching is all it costs, 512 steps that are called one by one take far longer than nine rounds.
STEPS_AND_ROUNDS = {"on": ONE_CORE, "behind": NARROW_LSTM, "ahead": NARROW_SCAN, "n": 512, "batch": 1}
ON_A_CORE = {"on": ONE_CORE, "behind": LSTM, "ahead": TRANSFORMER, "n": 256, "batch": 4}
BUSY = {"behind": WIDE_LSTM, "ahead": WIDE_TRANSFORMER, "n": 512, "batch": 16}  # enough for a GPU to do


@claim(
    "sequential.speedup-needs-parallel-hardware",
    says="Attention owes its advantage in time over recurrence to parallel hardware: on one core it has none.",
    lines=(76, 82, 355),
    expect="qualified",
    by=repetitions(),
    as_written=reading(on=ONE_CORE, rival=ATTENTION, n=16, batch=4, seed=seeds()),
    amended={
        "a whole Transformer layer, feed-forward network included": reading(
            on=ONE_CORE, rival=TRANSFORMER, n=256, batch=4, seed=seeds()
        ),
        "attention alone, on sequences of four times the width": reading(
            on=ONE_CORE, rival=ATTENTION, n=512, batch=4, seed=seeds()
        ),
        "a whole layer, and two cores for one": reading(on=TWO_CORES, rival=TRANSFORMER, n=256, batch=4, seed=seeds()),
    },
    fails_for={
        "an LSTM of a quarter of the width as the rival": reading(
            on=ONE_CORE, rival=Layer("LSTM", 32), n=64, batch=4, seed=seeds()
        )
    },
    holds_for={
        "an LSTM of four times the width as the rival": reading(on=ONE_CORE, rival=WIDE_LSTM, n=64, batch=4, seed=seeds())
    },
    teach="On one core time follows work: 16d² operations a token for the LSTM, 24d² + 4nd for a Transformer layer, 8d² + 4nd "
    "for attention alone. So attention alone wins while n < 2d, by doing less; a whole layer wins only where many "
    "processors share its work: time lies between max(W/p, S) and W/p + S.",
    not_shown="Other lengths and widths than those timed: n = 2d is where the counts cross. A GPU: see "
    "sequential.speedup-needs-parallel-hardware.gpu.",
    cites=("brent1974", "vaswani2017"),
    figure=time_by_length,
)
def a_recurrent_layer_is_no_slower(on: Machine, rival: Layer, n: int, batch: int, seed: int) -> None:
    """The LSTM has width 128. A repetition is a training step of both, forward and backward, in turns."""
    recurrent, other = on.seconds((LSTM, rival), n, batch, seed)
    measure(time_ratio=recurrent / other, LSTM_ms=1000 * recurrent, rival_ms=1000 * other)
    holds(recurrent <= other, f"{on}: the LSTM takes {recurrent / other:.2f} times as long")


@claim(
    "sequential.speedup-needs-parallel-hardware.gpu",
    says="On a GPU a training step of a Transformer layer takes less time than one of an LSTM layer of the same width.",
    lines=(76, 82, 355),
    expect="undecided",
    by=repetitions(),
    as_written=reading(on=GPU, times=1, seed=seeds(), **BUSY),
    holds_for={
        "narrow layers on a core, steps called one by one beside a scan": reading(times=1, seed=seeds(), **STEPS_AND_ROUNDS)
    },
    fails_for={"one core for the GPU": reading(times=1, seed=seeds(), **ON_A_CORE)},
    also=on_other_gpus(times=1, seed=seeds(), **BUSY),
    teach="Until a GPU is recorded, say what follows from counting: the chain of an LSTM is 7n operations long and that of a "
    "Transformer layer 31, whatever n. Where launching an operation takes longer than doing it, the chain decides.",
    not_shown="Anything on a GPU, as long as none is here and none was recorded.",
    cites=("vaswani2017",),
    figure=price_of_sequence,
)
def the_second_takes_a_fraction_of_the_time(
    on: Machine, behind: Layer, ahead: Layer, n: int, batch: int, times: int, seed: int
) -> None:
    """One in so many `times`."""
    slow, fast = on.seconds((behind, ahead), n, batch, seed)
    measure(time_ratio=slow / fast, behind_ms=1000 * slow, ahead_ms=1000 * fast)
    at_least(slow / fast, times, f"{on}: time of {behind} over time of {ahead}")


a_tenth_of_the_time = claim(
    "sequential.ten-times-faster-convergence.throughput",
    says="A Transformer layer takes a tenth of the time of an LSTM layer for a training step.",
    lines=(82,),
    expect="refuted",
    by=repetitions(),
    as_written=reading(on=ONE_CORE, behind=LSTM, ahead=TRANSFORMER, n=512, batch=4, times=10, seed=seeds()),
    amended={
        "there are two cores": reading(on=TWO_CORES, behind=LSTM, ahead=TRANSFORMER, n=512, batch=4, times=10, seed=seeds())
    },
    holds_for={"narrow layers, steps called one by one beside a scan": reading(times=10, seed=seeds(), **STEPS_AND_ROUNDS)},
    teach="Not on one core and not on two: there a Transformer layer, which does more work a token, takes more time. Ten times "
    "is a figure for hardware that does thousands of operations at once; name the machine whenever you name it.",
    not_shown="A GPU: see sequential.ten-times-faster-convergence.throughput.gpu. How many steps training takes: see "
    "sequential.ten-times-faster-convergence.",
    cites=("vaswani2017",),
    figure=time_on_processors,
)(the_second_takes_a_fraction_of_the_time)

a_tenth_of_it_on_a_gpu = claim(
    "sequential.ten-times-faster-convergence.throughput.gpu",
    says="On a GPU a Transformer layer takes a tenth of the time of an LSTM layer for a training step.",
    lines=(82,),
    expect="undecided",
    by=repetitions(),
    as_written=reading(on=GPU, times=10, seed=seeds(), **BUSY),
    amended={
        "the layers are too small to keep the GPU busy": reading(
            on=GPU, behind=LSTM, ahead=TRANSFORMER, n=512, batch=4, times=10, seed=seeds()
        ),
        "the layers are too small to keep the GPU busy, and the sequences long": reading(
            on=GPU, behind=LSTM, ahead=TRANSFORMER, n=4096, batch=4, times=10, seed=seeds()
        ),
        "the LSTM is called step by step": reading(
            on=GPU, behind=Layer("LSTM, step by step", 512), ahead=WIDE_TRANSFORMER, n=512, batch=16, times=10, seed=seeds()
        ),
    },
    holds_for={
        "narrow layers on a core, steps called one by one beside a scan": reading(times=10, seed=seeds(), **STEPS_AND_ROUNDS)
    },
    fails_for={"one core for the GPU": reading(times=10, seed=seeds(), **ON_A_CORE)},
    also=on_other_gpus(times=10, seed=seeds(), **BUSY),
    teach="Nothing yet: no GPU was at hand. Ask of a factor on which GPU it was measured, at which length, width and batch, "
    "and whether the LSTM was a fused one.",
    not_shown="Anything on a GPU, as long as none is here and none was recorded.",
    cites=("vaswani2017",),
    figure=extrapolated,
)(the_second_takes_a_fraction_of_the_time)


@claim(
    "sequential.512-steps.seconds",
    says="512 tokens take a recurrent layer far longer than 16 do, and a Transformer layer hardly longer.",
    lines=(78, 79, 80),
    expect="refuted",
    by=repetitions(),
    as_written=reading(on=ONE_CORE, recurrent=LSTM, parallel=TRANSFORMER, batch=4, seed=seeds()),
    holds_for={
        "a scan in place of the Transformer layer, so narrow that launching is all it costs": reading(
            on=ONE_CORE, recurrent=NARROW_LSTM, parallel=NARROW_SCAN, batch=1, seed=seeds()
        )
    },
    teach="On one core both times grow with the work, the Transformer layer's more than in proportion: its scores grow with n². "
    "That 512 steps wait for one another matters where more operations could be done at once than a step has.",
    not_shown="A GPU: see sequential.512-steps.seconds.gpu.",
    cites=("vaswani2017",),
)
def one_grows_with_length_and_the_other_does_not(on: Machine, recurrent: Layer, parallel: Layer, batch: int, seed: int) -> None:
    """From 16 tokens to 512 the recurrent layer's time grows at least four times as much as the other's."""
    short, long = (on.seconds((recurrent, parallel), n, batch, seed) for n in (16, 512))
    growth, other = (after / before for before, after in zip(short, long, strict=True))
    measure(growth_recurrent=growth, growth_parallel=other)
    at_least(growth / other, 4, f"{on}: growth of {recurrent} over growth of {parallel}, from 16 tokens to 512")


so_does_it_on_a_gpu = claim(
    "sequential.512-steps.seconds.gpu",
    says="On a GPU 512 tokens take a recurrent layer far longer than 16 do, and a Transformer layer hardly longer.",
    lines=(78, 79, 80),
    expect="undecided",
    by=repetitions(),
    as_written=reading(on=GPU, recurrent=LSTM, parallel=TRANSFORMER, batch=4, seed=seeds()),
    amended={
        "the layers are wide enough to keep the GPU busy": reading(
            on=GPU, recurrent=WIDE_LSTM, parallel=WIDE_TRANSFORMER, batch=16, seed=seeds()
        )
    },
    holds_for={
        "a scan and steps on a core, so narrow that launching is all they cost": reading(
            on=ONE_CORE, recurrent=NARROW_LSTM, parallel=NARROW_SCAN, batch=1, seed=seeds()
        )
    },
    fails_for={"one core for the GPU": reading(on=ONE_CORE, recurrent=LSTM, parallel=TRANSFORMER, batch=4, seed=seeds())},
    also=on_other_gpus(recurrent=LSTM, parallel=TRANSFORMER, batch=4, seed=seeds()),
    teach="Nothing yet: no GPU was at hand. By counting alone, a chain of 7n operations grows with n and one of 31 does not.",
    not_shown="Anything on a GPU, as long as none is here and none was recorded.",
    cites=("vaswani2017",),
)(one_grows_with_length_and_the_other_does_not)


@claim(
    "sequential.gpu-thousands-of-ops.measured",
    says="A GPU does thousands of floating-point operations at once.",
    lines=(76,),
    expect="undecided",
    by=repetitions(),
    as_written=reading(on=GPU, seed=seeds()),
    fails_for={"one CPU core": reading(on=ONE_CORE, seed=seeds())},
    also=on_other_gpus(seed=seeds()),
    teach="At once is in one cycle of the clock. A core comes to some tens in a product of large matrices; what a GPU comes to "
    "is on its data sheet, see sequential.gpu-thousands-of-ops, and is measured where one is at hand.",
    not_shown="Anything on a GPU, as long as none is here and none was recorded.",
)
def a_thousand_operations_a_cycle(on: Machine, seed: int) -> None:
    """In a product of square matrices of float32."""
    at_once = on.operations_a_cycle(seed)
    measure(operations_a_cycle=at_once)
    at_least(at_once, 1000, f"{on}: operations in a cycle of the clock")


# --- a model of it ----------------------------------------------------------------------------------------------------

EVERY = cases(all_timings(), "every layer, length, width and machine that was recorded")
WIDE_ONES = [one for one in all_timings() if one.layer.d >= 128]
ON_CORES = [one for one in WIDE_ONES if one.on.kind == "cpu"]
PLENTY = [one for one in all_timings() if one.layer.d >= 512 and one.n >= 256]


@claim(
    "sequential.speedup-needs-parallel-hardware.model",
    says="Work, operations in a row and bytes moved tell to a factor of four how long a training step takes.",
    lines=(76, 82, 355),
    expect="qualified",
    by=exhaustion(),
    as_written=reading(timed=EVERY, factor=4, leave_out=""),
    amended={
        "layers are 512 wide or wider, and sequences 256 tokens or longer": reading(
            timed=cases(PLENTY, "those of width 512 and more on 256 tokens and more"), factor=4, leave_out=""
        ),
        "layers are 128 wide or wider, and eight will do": reading(
            timed=cases(WIDE_ONES, "those of width 128 and more"), factor=8, leave_out=""
        ),
        "they are timed on cores, layers are 128 wide or wider, and eight will do": reading(
            timed=cases(ON_CORES, "those of width 128 and more, on cores"), factor=8, leave_out=""
        ),
    },
    fails_for={
        "without the operations in a row": reading(timed=EVERY, factor=8, leave_out="chain"),
        "without the work and the bytes": reading(timed=EVERY, factor=8, leave_out="work and bytes"),
    },
    teach="Count operations in a row, each at what it costs to launch one; add the work at the rate, or the bytes at the "
    "bandwidth, whichever takes longer. Three numbers of a machine then tell what a dozen layers take at all lengths.",
    not_shown="That eight will do on other machines: the condition was put beside the statement once these two were recorded. "
    "Narrow layers, where a kernel may launch a whole step at once, or more than the chain. Machines "
    "that were not recorded: what is drawn for them is extrapolation.",
    cites=("brent1974", "williams2009"),
    figure=measured_and_predicted,
)
def the_prediction_is_right_to_a_factor(timed: Timed, factor: int, leave_out: str) -> None:
    """Four was stated before anything was timed. The middle of what was measured counts."""
    asks = demand(timed.layer, timed.n, timed.batch).to_train
    if leave_out == "chain":
        asks = Demand(asks.work, 0, asks.moved)
    elif leave_out:
        asks = Demand(0, asks.chain, 0)
    says = predicted(asks, timed.on.abilities)
    show("seconds measured", timed.seconds)
    show("seconds predicted", says)
    holds(says / factor <= timed.seconds <= says * factor, f"{timed}: {timed.seconds:.3g} s, predicted {says:.3g} s")
