"""What attention holds in memory while it is trained, in bytes."""

from claims.kit import at_least, cases, claim, exhaustion, holds, reading, show
from claims.subjects.machines import GPU, ONE_CORE, Machine, on_other_gpus
from impls.clocks.timing import Layer

FUSED, WRITTEN_OUT, LSTM = (Layer(name, 64) for name in ("attention", "attention, weights written out", "LSTM"))
LENGTHS = cases((512, 1024))


def twice_the_length_takes_less_than_three_times_the_memory(on: Machine, layer: Layer, n: int) -> None:
    short, long = (on.bytes_held(layer, length, batch=2) for length in (n, 2 * n))
    holds(long < 3 * short, f"{on}: memory of {layer} at n = {2 * n} over that at {n}: {long / short:.3g}")


@claim(
    "complexity.quadratic-memory.bytes",
    says="Training attention takes memory that grows with the square of the length.",
    lines=(355,),
    expect="qualified",
    uses=("complexity.quadratic-memory",),
    by=exhaustion(),
    as_written=reading(on=ONE_CORE, layer=FUSED, n=LENGTHS),
    amended={"the attention weights are asked for": reading(on=ONE_CORE, layer=WRITTEN_OUT, n=LENGTHS)},
    altered={
        "Asked for the attention weights, training takes memory that grows in proportion to the length.": reading(
            twice_the_length_takes_less_than_three_times_the_memory, on=ONE_CORE, layer=WRITTEN_OUT, n=LENGTHS
        )
    },
    fails_for={"an LSTM": reading(on=ONE_CORE, layer=LSTM, n=LENGTHS)},
    teach="torch's attention keeps no matrix of weights for the backward pass unless one asks for it: twice the length, "
    "about twice the bytes. Asked for, it does: twice the length, nearly four times the bytes.",
    not_shown="What is allocated for a moment within a kernel: bytes kept for the backward pass are counted. A GPU: see "
    "complexity.quadratic-memory.bytes.gpu.",
    cites=("rabe2021", "dao2022"),
)
def twice_the_length_takes_four_times_the_memory(on: Machine, layer: Layer, n: int) -> None:
    """More than three times: what grows in proportion is held as well."""
    short, long = (on.bytes_held(layer, length, batch=2) for length in (n, 2 * n))
    show(f"bytes at n = {n}", short)
    show(f"bytes at n = {2 * n}", long)
    at_least(long / short, 3, f"{on}: memory of {layer} at n = {2 * n} over that at {n}")


so_it_does_on_a_gpu = claim(
    "complexity.quadratic-memory.bytes.gpu",
    says="On a GPU training attention takes memory that grows with the square of the length.",
    lines=(355,),
    expect="qualified",
    uses=("complexity.quadratic-memory.bytes",),
    by=exhaustion(),
    as_written=reading(on=GPU, layer=FUSED, n=LENGTHS),
    amended={"the attention weights are asked for": reading(on=GPU, layer=WRITTEN_OUT, n=LENGTHS)},
    altered={
        "On a GPU, asked for the attention weights, training takes memory that grows in proportion to the length.": reading(
            twice_the_length_takes_less_than_three_times_the_memory, on=GPU, layer=WRITTEN_OUT, n=LENGTHS
        )
    },
    fails_for={"an LSTM on a core": reading(on=ONE_CORE, layer=LSTM, n=LENGTHS)},
    also=on_other_gpus(layer=FUSED, n=LENGTHS),
    contrary=("on NVIDIA H200",),
    teach="On an H100 as on a core: twice the length, twice the bytes, unless one asks for the weights; then nearly four times.",
    not_shown="Other GPUs than an H100 and an H200; lengths beyond 2048.",
    cites=("dao2022",),
)(twice_the_length_takes_four_times_the_memory)
