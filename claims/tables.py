"""The essay's tables, rebuilt: for each cell the claim, or the reading of one, that speaks for it. The report fills them in."""

from claims.kit.table import Table

TABLES: tuple[Table, ...] = ()
