"""The essay's tables, rebuilt: for each cell the claim, or the reading of one, that speaks for it. The report fills them in."""

from claims.kit.table import Cell, Table
from claims.rnns.complexity import published, table
from claims.rnns.subjects import requirements
from claims.subjects.orders import Entry
from impls.tracing.systems import ELMAN as RNN
from impls.tracing.systems import LSTM, System
from impls.tracing.systems import TRANSFORMER_LAYER as TRANSFORMER

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
    says="What is printed of a plain network and of an LSTM, and what became of it.",
    columns=("printed", "verdict"),
    rows=(
        ("Vanishing gradients", ("severe and mitigated", Cell("gated.table.vanishing-gradients"))),
        ("Memory of a few tokens", ("poor and good", Cell("gated.short-lags"))),
        ("Over 10 to 50 tokens", ("poor and acceptable", Cell("gated.medium-and-long-lags"))),
        ("Over 100 tokens and more", ("fails and struggles", Cell("gated.table.beyond-100-tokens.published"))),
        ("Training stability", ("poor and better", Cell("gated.training-stability"))),
        ("Parallelism", ("none of either", Cell("gated.table.parallelism"))),
        ("Fixed-size state", ("of both", Cell("gated.table.fixed-size-state"))),
    ),
    lines=(288, 289, 290, 291, 292, 293, 294),
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
        (name, (order, entry(RNN).name.rpartition(": ")[2], Cell(f"complexity.rnn-table.{claim}")))
        for name, order, entry, claim in (
            ("Sequential steps", "O(n)", table.STEPS, "sequential-steps"),
            ("Work of a step", "O(d²)", table.A_STEP, "work-per-step"),
            ("Work in all", "O(nd²)", table.IN_ALL, "total-work"),
            ("Time at best", "O(n)", table.AT_BEST, "wall-clock"),
            ("Gradient path", "O(n)", table.BACK, "gradient-path"),
        )
    ),
    lines=(336, 337, 338, 339, 340),
)

# --- published figures ----------------------------------------------------------------------------------------------


def beside(
    id: str, title: str, columns: tuple[str, ...], rows: dict[str, tuple[str, ...]], lines: tuple[int, ...], says: str = ""
) -> Table:
    """A table whose cells are facts called `id.name`, none where the name is empty. The report adds what the essay prints and
    what was published."""
    return Table(
        id, title, f"{says} Bold is what the essay prints; below it what was published, and where.".strip(), columns,
        tuple((name, tuple(Cell(f"{id}.{fact}") if fact else None for fact in facts)) for name, facts in rows.items()), lines,
    )  # fmt: skip


WMT14 = beside(
    "sequential.wmt14-table", "Training time and quality in translation", ("architecture", "training time", "GPUs", "BLEU"),
    {
        "ByteNet": ("bytenet-architecture", "bytenet-training-time", "", "bytenet-bleu"),
        "GNMT": ("gnmt-architecture", "gnmt-training-time", "gnmt-hardware", "gnmt-bleu"),
        **{
            name: tuple(f"{key}-{column}" for column in ("architecture", "time", "gpus", "bleu"))
            for name, key in (("Transformer base", "transformer-base"), ("Transformer big", "transformer-big"))
        },
    },
    lines=(90, 91, 92, 93), says="WMT 2014, English to German.",
)  # fmt: skip

LENGTHS = beside(
    "bottleneck.sutskever-table", "BLEU by the length of the sentence", ("BLEU",),
    {
        "1 to 10 tokens": ("bleu-len-1-10",), "11 to 20 tokens": ("bleu-len-11-20",), "21 to 30 tokens": ("bleu-len-21-30",),
        "31 to 40 tokens": ("bleu-len-31-40",), "more than 40 tokens": ("bleu-len-40-plus",),
    },
    lines=(193, 194, 195, 196, 197), says="Ascribed to Sutskever et al. (2014), who have no such table.",
)  # fmt: skip

TRANSLATION = beside(
    "benchmarks.mt-table", "Five translation systems", ("BLEU", "parameters", "training"),
    {
        name: tuple(f"{key}-{column}" for column in ("bleu", "params", "training"))
        for name, key in (
            ("Deep LSTM (Sutskever et al.)", "sutskever"), ("GNMT (Wu et al.)", "gnmt"), ("ConvS2S (Gehring et al.)", "convs2s"),
            ("Transformer base", "base"), ("Transformer big", "big"),
        )
    },
    lines=(367, 368, 369, 370, 371), says="English to German, as the essay has it.",
)  # fmt: skip

ARITHMETIC = Table(
    id="benchmarks.arithmetic",
    title="The same sums with the essay's figures and with the published ones",
    says="Whether the sentence is right by either; each verdict links to both computations.",
    columns=("by the essay's figures", "as published", "verdict"),
    rows=tuple(
        (name, (Cell(claim, ours), Cell(claim, theirs), Cell(claim)))
        for name, claim, ours, theirs in (
            ("Six times fewer parameters", "benchmarks.six-times-fewer", "by the essay's figures", "as published"),
            *(
                (f"Ten times less training, {how}", "benchmarks.ten-times-less-training", f"by the essay's figures, {how}",
                 f"as published, {how}")
                for how in ("by the clock", "in GPU-hours")
            ),
            ("Better than all recurrent models and faster", "sequential.base-beats-all-rnns",
             "by the essay's figures, in GPU-hours", "as published, in operations"),
            ("The gap widens, in bits a word", "benchmarks.gap-widens", "by the essay's figures, in bits a word",
             "as published, in bits a word"),
        )
    ),
    lines=(95, 373, 393),
)  # fmt: skip

PENN = beside(
    "benchmarks.ptb-table", "Perplexity on Penn Treebank", ("perplexity",),
    {
        "LSTM (Zaremba et al.)": ("zaremba",), "LSTM with zoneout": ("zoneout",), "AWD-LSTM": ("awd-lstm",),
        "Transformer-XL": ("transformer-xl",),
    },
    lines=(381, 382, 383, 384), says="Word by word, lower is better.",
)  # fmt: skip

WIKITEXT = beside(
    "benchmarks.wt103-table", "Perplexity on WikiText-103", ("perplexity",),
    {"LSTM": ("lstm",), "Transformer-XL": ("transformer-xl",)}, lines=(390, 391),
)  # fmt: skip

QUALITY = beside(
    "benchmarks.quality-table", "Questions on long texts: QuALITY", ("kind of model", "answered correctly"),
    {
        "BiDAF": ("bidaf-is-bilstm", "bidaf"), "Longformer": ("longformer-is-sparse", "longformer"),
        "GPT-4": ("gpt4-dense-attention", "gpt4"),
    },
    lines=(399, 400, 401),
)  # fmt: skip

TIMELINE = beside(
    "attention.timeline", "Dates on the way to the Transformer", ("year",),
    {
        "Elman's network": ("1986-elman",), "LSTM": ("1997-lstm",), "LSTM translation": ("2014-seq2seq-lstm",),
        "The bottleneck is exposed": ("2014-bottleneck-exposed",), "Attention in translation": ("2015-bahdanau",),
        "Attention and highway networks": ("2016-attention-highway",), "Transformer": ("2017-transformer",),
    },
    lines=(465, 467, 469, 471, 472, 475, 477),
)  # fmt: skip

TABLES = (
    WMT14, LENGTHS, GATED, RECURRENCE, COMPLEXITY, TRANSLATION, ARITHMETIC, PENN, WIKITEXT, QUALITY, NEEDED, TIMELINE,
)  # fmt: skip
