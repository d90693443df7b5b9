"""What libraries answered, for the record: which equation each layer computes, how it keeps it, and what it starts with."""

from collections.abc import Sequence
from statistics import median

from claims.subjects import equations
from claims.subjects.libraries import Built, built, decades, numbers, recordings
from reports.record.record import LayerRecord, LibrariesRecord, LibraryRecord, SmallestCase

PRINTED = {"tanh": "as printed", "LSTM": "as printed", "GRU": "reset before the product"}
START = {"recipe": "", "width": 64, "inputs": "N(0, 1)"}
STEPS = 1  # the column of 50


def libraries_record(figures: Sequence[str]) -> LibrariesRecord:
    """Beside these figures."""
    return LibrariesRecord(
        libraries=[
            LibraryRecord(name=str(one), versions=one.versions, system=one.system, date=one.date) for one in recordings().values()
        ],
        layers=[_layer(one) for one in built()],
        figures=list(figures),
    )


def _layer(one: Built) -> LayerRecord:
    fits = equations.fits(one)
    return LayerRecord(
        library=str(one.recording),
        layer=one.what,
        kind=one.kind,
        precision=one.recorded["precision"],
        computes=fits,
        order=equations.order(one),
        biases=equations.biases(one),
        arrives=_arrives(one),
        differs=None if fits[PRINTED[one.kind]] else _smallest(one),
        refuses=_refused(one),
    )


def _arrives(one: Built) -> float | None:
    """Decades over 50 steps, the middle of all seeds; None where the library draws nothing, or nothing was told."""
    found = next((each for each in one.recorded["starts"] if START.items() <= each.items()), None)
    return median(row[STEPS] for row in decades(found).tolist()) if found and "hundredths" in found else None


def _refused(one: Built) -> str:
    """With which words, where it gave no outputs at all."""
    words = [each.get("refused", "") for each in one.recorded["definitions"]]
    return words[0] if all(words) else ""


def _smallest(one: Built) -> SmallestCase | None:
    """Two units, two steps: what the equation gives, what the library does, and the program."""
    asked = {"case": 0, "placed": "as named"}
    found = next((each for each in one.recorded["definitions"] if asked.items() <= each.items()), None)
    if found is None or "outputs" not in found:
        return None
    want = equations.outputs(equations.EQUATIONS[one.kind][PRINTED[one.kind]], one, 0)
    rows = [[float(f"{number:.6g}") for number in row] for row in want[:, 0].tolist()]
    got = [[float(f"{number:.6g}") for number in row] for row in numbers(found, "outputs")[:, 0].tolist()]
    return SmallestCase(printed=rows, library=got, code=found["code"])
