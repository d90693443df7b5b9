"""Printed values as a reader would write them on a board: small matrices in brackets, everything else as it was printed.

Works on the text of a case, which is there for drawn values, stored witnesses and the arithmetic alike, and which already
has the digits that matter.
"""

import json
import re
from dataclasses import dataclass

LARGEST = 6
Matrix = list[list[str]]

_ITEM = re.compile(r"(?:(?P<name>\w+) = |(?P<number>\d+): )?(?P<value>.*)", re.DOTALL)
_NUMBERS = re.compile(r"\[(?:[\[\]\s,]|(?:-?\d++(?:\.\d*+)?(?:e[-+]?\d++)?(?:/\d++)?|-?inf|nan)(?=[\[\]\s,]))*\]")
_ROWS = re.compile(r"\[([^\[\]]*;[^\[\]]*)\]")  # one matrix on one line: [0 1; 1/2 0]
_NAMED = re.compile(r"\w+ = ")
_PLAIN = re.compile(r"[^\[\],\s]+")


@dataclass(frozen=True)
class Item:
    """A value with its name (`W_h =`) or its place in a sequence (`2:`), made of `parts` that have names of their own, or of
    `matrices`; both are empty where `text` says it better."""

    label: str
    text: str
    matrices: list[Matrix]
    parts: list["Item"]


def items(text: str) -> list[Item]:
    """A printed argument, part by part: a new part starts where a line is not indented."""
    return [_item(part) for part in re.split(r"\n(?=\S)", text)]


def _item(part: str) -> Item:
    found = _ITEM.fullmatch(part)
    assert found is not None  # the last group takes whatever there is
    label = f"{found['name']} =" if found["name"] else f"{found['number']}:" if found["number"] else ""
    value = found["value"].replace("\n    ", "\n") if label else found["value"]  # indented below its label
    return Item(label, value, matrices(value), items(value) if label and _NAMED.match(value) else [])


def matrices(text: str) -> list[Matrix]:
    """The matrices that the text is made of, if it is nothing else and they are small enough."""
    text = _ROWS.sub(lambda rows: f"[[{rows[1].replace(';', '], [')}]]", text)
    if not _NUMBERS.fullmatch(text.strip()):
        return []
    quoted = re.sub(r"[\s,]+", ",", _PLAIN.sub(lambda word: f'"{_number(word[0])}"', text.strip()))
    try:
        nested = json.loads(quoted.replace("[,", "[").replace(",]", "]"))
    except json.JSONDecodeError:
        return []
    blocks = {1: [[nested]], 2: [nested], 3: nested}.get(_depth(nested), [])
    return blocks if blocks and len(blocks) <= LARGEST and all(map(_is_small_matrix, blocks)) else []


def _number(word: str) -> str:
    """`0.` is 0 and a minus sign is a minus sign."""
    known = {"inf": "∞", "-inf": "−∞", "nan": "NaN"}
    return known.get(word, word.removesuffix(".").replace("-", "−"))


def _depth(nested: object) -> int:
    return 1 + _depth(nested[0]) if isinstance(nested, list) and nested else 0


def _is_small_matrix(block: object) -> bool:
    if not (isinstance(block, list) and 0 < len(block) <= LARGEST):
        return False
    widths = {len(row) if isinstance(row, list) else 0 for row in block}
    return len(widths) == 1 and 0 < widths.pop() <= LARGEST and all(isinstance(entry, str) for row in block for entry in row)
