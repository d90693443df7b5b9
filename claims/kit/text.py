"""Values as a person reads them: matrices as rows, numbers with the digits that matter, long sequences shortened."""

import dataclasses
from typing import Any

import numpy as np

from claims.kit.domain import name_of

LONGEST = 12  # entries of a sequence, rows or columns of a matrix, that are worth printing


def as_text(value: Any) -> str:
    """One value, over several lines where it is a matrix."""
    if hasattr(value, "detach"):
        value = value.detach().numpy()
    match value:
        case np.ndarray():
            return _array(value)
        case bool() | int() | str():
            return str(value)
        case float():
            return f"{value:.6g}"
        case list() | tuple():
            return _sequence(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type) and not hasattr(value, "name"):
        return "\n".join(f"{field.name} = {_indented(getattr(value, field.name))}" for field in dataclasses.fields(value))
    return name_of(value)


def _array(array: np.ndarray) -> str:
    with np.printoptions(precision=4, suppress=False, threshold=LONGEST**2, edgeitems=3, linewidth=100):
        return np.array2string(array) if array.ndim else as_text(array.item())


def _sequence(items: Any) -> str:
    texts = [as_text(item) for item in items[:LONGEST]]
    if len(items) > LONGEST:
        texts.append(f"… ({len(items)} in all)")
    if any("\n" in text for text in texts):
        return "\n".join(f"{number}: {_indented(text)}" for number, text in enumerate(texts, 1))
    return "[" + ", ".join(texts) + "]"


def _indented(value: Any) -> str:
    text = value if isinstance(value, str) else as_text(value)
    return text.replace("\n", "\n    ")
