"""A table of a text, rebuilt: what each cell prints, and which claim, or which reading of one, speaks for it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """`reading` is the name of one of the claim's readings: its outcome is the cell's *yes* or *no*. Without one the cell
    shows the claim's verdict. `prints` is what stands there in the text, or what law was found; it is never judged by. The
    cell of a fact needs neither: what the text prints and what was published are in its row."""

    claim: str
    reading: str = ""
    prints: str = ""


@dataclass(frozen=True)
class Table:
    """`rows` are headings with as many cells as there are `columns`: a plain text stands as it is, None for nothing stated."""

    id: str
    title: str
    says: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell | str | None, ...]], ...]
    lines: tuple[int, ...] = ()

    @property
    def chapter(self) -> str:
        return self.id.partition(".")[0].replace("-", "_")
