"""The table of the notes, rebuilt."""

from claims.kit.table import Cell, Table

TABLES = (
    Table(
        id="practice.base",
        title="The base Transformer",
        says="Bold is what the notes print; below it what was published, and where.",
        columns=("published",),
        rows=(
            ("numbers for a token", (Cell("practice.base.width"),)),
            ("parameters", (Cell("practice.base.parameters"),)),
            ("hours of training", (Cell("practice.base.hours"),)),
        ),
        lines=(42, 43, 44, 45, 46),
    ),
)
