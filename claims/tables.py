"""The essay's tables, rebuilt: for each cell the claim, or the reading of one, that speaks for it. The report fills them in."""

from claims.complexity import published, table
from claims.complexity.published import Entry
from claims.kit.table import Cell, Table
from claims.subjects import requirements
from impls.systems import ELMAN as RNN
from impls.systems import LSTM, System
from impls.systems import TRANSFORMER_LAYER as TRANSFORMER

# --- what was needed ------------------------------------------------------------------------------------------------

PRINTED = {RNN: "No", LSTM: "No", TRANSFORMER: "Yes"}
REQUIRED = {
    "Direct access from token to token": "needed.table.direct-access",
    "Training in parallel over the sequence": "needed.table.parallel-training",
    "No fixed bottleneck": "needed.table.no-fixed-bottleneck",
    "Gradient path of constant length": "needed.table.constant-gradient-path",
}


def requirement(claim: str, system: System) -> Cell:
    """The Transformer's *yes* is what the essay asserts, so it is the reading as written; the others are its controls."""
    asserted = system is TRANSFORMER
    return Cell(claim, "as written" if asserted else system.name, f"printed: {PRINTED[system]}" if system in PRINTED else "")


NEEDED = Table(
    id="needed.table-4x3",
    title="Who meets the four requirements?",
    says="Each answer is computed from the traced system; where the essay prints one, it stands below. The systems that it "
    "leaves out tell the requirements apart, which its three columns do not.",
    columns=tuple(REQUIRED),
    rows=tuple((one.name, tuple(requirement(claim, one) for claim in REQUIRED.values())) for one in requirements.SYSTEMS),
    lines=(429, 430, 431, 432, 433, 434),
)

# --- what LSTMs fixed -----------------------------------------------------------------------------------------------

GATED = Table(
    id="gated.table-7x2",
    title="What gates improve, and what they leave",
    says="The rows that a computation settles; those on learning need trained networks.",
    columns=("printed of both", "verdict"),
    rows=(
        ("Parallelism", ("None", Cell("gated.table.parallelism"))),
        ("Fixed-size state", ("Yes", Cell("gated.table.fixed-size-state"))),
    ),
    lines=(293, 294),
)

# --- complexity -----------------------------------------------------------------------------------------------------


def row(claim: str, *entries: tuple[str, Entry]) -> tuple[Cell | str, ...]:
    """The published order and the law that was counted, entry by entry, and the claim that compares them."""
    return (*(f"{order}: {entry.name.rpartition(': ')[2]}" for order, entry in entries), Cell(claim))


COMPLEXITY = Table(
    id="complexity.aiayn-table-1",
    title="Published orders and counted laws",
    says="Table 1 of Vaswani et al. (2017) for n tokens of width d, kernels k wide, windows r wide: after each published order "
    "the exact law read off the traces. Work is in scalar operations; the others count operations on whole tensors.",
    columns=("work of a layer", "sequential operations", "longest path between two positions", "verdict"),
    rows=(
        ("Self-attention", row(
            "complexity.aiayn-table-1.self-attention",
            ("O(n²d)", published.WHOLE), ("O(1)", published.AT_ONCE), ("O(1)", published.DIRECT),
        )),
        ("Recurrence (Elman)", row(
            "complexity.aiayn-table-1.recurrent", *zip(("O(nd²)", "O(n)", "O(n)"), published.ELMANS, strict=True)
        )),
        ("Convolution", row(
            "complexity.aiayn-table-1.convolutional",
            ("O(knd²)", published.KERNELS), ("O(1)", published.THREE), ("O(log_k n), dilated", published.DILATED),
        )),
        ("Self-attention in windows", row(
            "complexity.aiayn-table-1.restricted",
            ("O(rnd)", published.IN_WINDOWS), ("O(1)", published.SAME), ("O(n/r)", published.HOPS),
        )),
    ),
)  # fmt: skip

RECURRENCE = Table(
    id="complexity.rnn-table",
    title="What a recurrence costs",
    says="For n tokens and d units: the order that the essay prints, and the exact law that was counted.",
    columns=("printed", "counted", "verdict"),
    rows=tuple(
        (name, (order, law.name.rpartition(": ")[2], Cell(f"complexity.rnn-table.{claim}")))
        for name, order, law, claim in (
            ("Sequential steps", "O(n)", table.STEPS, "sequential-steps"),
            ("Work of a step", "O(d²)", table.A_STEP, "work-per-step"),
            ("Work in all", "O(nd²)", table.IN_ALL, "total-work"),
            ("Time at best", "O(n)", table.AT_BEST, "wall-clock"),
            ("Gradient path", "O(n)", table.BACK, "gradient-path"),
        )
    ),
    lines=(336, 337, 338, 339, 340),
)

TABLES = (GATED, RECURRENCE, COMPLEXITY, NEEDED)
