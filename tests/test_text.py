"""claims.kit.text: values as a person reads them."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch

from claims.kit.text import as_text


@dataclass(frozen=True)
class Pair:
    """Two parts, one of which takes several lines."""

    rows: np.ndarray
    bias: float


def doubled(x):
    return 2 * x


READ = [
    (True, "True"), (7, "7"), (1 / 3, "0.333333"), (2.0, "2"), ("word", "word"), (doubled, "test_text.doubled"),
    (np.float64(0.5), "0.5"), (np.array(0.5), "0.5"), (np.array([1.0, 0.5]), "[1.  0.5]"),
    (torch.tensor([1.0, 0.5]), "[1.  0.5]"),
    (np.eye(2), "[[1. 0.]\n [0. 1.]]"),
    ([], "[]"), ([1, 2.5], "[1, 2.5]"), ((1,), "[1]"),
    ([[1, 2], [3]], "1: [1, 2]\n2: [3]"), ([np.eye(2), np.eye(1)], "1: [[1. 0.]\n     [0. 1.]]\n2: [[1.]]"),
    (Pair(np.eye(2), 1.5), "rows = [[1. 0.]\n     [0. 1.]]\nbias = 1.5"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "read"), READ, ids=[repr(read) for _, read in READ])
def test_a_value_reads(value, read):
    assert as_text(value) == read


def test_of_a_long_sequence_the_beginning_is_shown_and_how_many_there_are():
    assert as_text(list(range(12))).endswith(" 10, 11]")
    assert as_text(list(range(13))) == f"[{', '.join(map(str, range(12)))}, … (13 in all)]"
    assert as_text([[1]] * 5).splitlines() == ["1: [1]", "2: [1]", "3: [1]", "4: [1]", "5: … (5 in all)"]


def test_a_large_matrix_is_shown_by_its_corners():
    assert "..." in as_text(np.zeros((13, 13)))
    assert "..." not in as_text(np.zeros((12, 12)))
