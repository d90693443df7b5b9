"""Values as a person reads them: matrices as rows, numbers with the digits that matter, long sequences shortened."""

import dataclasses
from typing import Any

import numpy as np

from claims.kit.domain import name_of

LONGEST = 12  # entries of a sequence, rows or columns of a matrix, that are worth printing
MANY = 4  # sequences of a sequence


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
    nested = any(isinstance(item, list | tuple) for item in items)
    shown = MANY if nested else LONGEST
    texts = [as_text(item) for item in items[:shown]]
    if len(items) > shown:
        texts.append(f"… ({len(items)} in all)")
    if nested or any("\n" in text for text in texts):
        return "\n".join(f"{number}: {_indented(text)}" for number, text in enumerate(texts, 1))
    return "[" + ", ".join(texts) + "]"


def _indented(value: Any) -> str:
    text = value if isinstance(value, str) else as_text(value)
    return text.replace("\n", "\n    ")
