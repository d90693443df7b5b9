"""Stored values come back as they were, to the last bit, and a file cannot make a replay run what is not ours."""

import json
import struct
from dataclasses import dataclass, fields
from enum import Enum
from fractions import Fraction
from math import inf, nan

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as drawn

from claims.evidence.codec import NotStorable, from_plain, to_plain
from claims.evidence.evidence import as_json
from claims.kit import property as verbs
from claims.kit.claim import Claim
from claims.subjects.networks import ElmanRun, elman_runs

DTYPES = ["float64", "float32", "float16", "int64", "int32", "uint8", "bool"]
SHAPES = drawn.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
ARRAYS = st.sampled_from(DTYPES).flatmap(lambda dtype: drawn.arrays(dtype, SHAPES))
TENSORS = st.sampled_from(["float32", "float64", "int64", "bool"]).flatmap(
    lambda dtype: drawn.arrays(dtype, SHAPES).map(torch.from_numpy)
)


def stored(value):
    """The value after a journey through a file."""
    return from_plain(json.loads(as_json(to_plain(value))))


def bits(number):
    return struct.pack("<d", number)


@given(st.floats(allow_nan=False) | st.sampled_from([0.0, -0.0, inf, -inf, 5e-324, 0.1]))
def test_a_float_keeps_every_bit(number):
    assert bits(stored(number)) == bits(number)


def test_nan_stays_nan():
    assert stored(nan) != stored(nan)


@given(st.integers() | st.text() | st.booleans() | st.none() | st.fractions())
def test_exact_values_keep_value_and_type(value):
    assert stored(value) == value
    assert type(stored(value)) is type(value)


def test_fractions_stay_exact():
    assert stored(Fraction(1, 3)) == Fraction(1, 3)


def test_a_float_of_numpy_is_stored_as_the_number_it_is():
    assert stored(np.float64(0.1)) == 0.1


@given(ARRAYS)
def test_an_array_keeps_entries_type_and_shape(array):
    back = stored(array)

    assert (back.dtype, back.shape) == (array.dtype, array.shape)
    assert np.array_equal(back, array, equal_nan=array.dtype.kind == "f")
    assert np.array_equal(np.signbit(back), np.signbit(array)) or array.dtype.kind != "f" or np.isnan(array).any()


@given(TENSORS)
def test_a_tensor_keeps_entries_type_and_shape(tensor):
    back = stored(tensor)

    assert (back.dtype, back.shape) == (tensor.dtype, tensor.shape)
    assert np.array_equal(back.numpy(), tensor.numpy(), equal_nan=tensor.dtype.is_floating_point)


@given(st.recursive(st.integers() | st.text(), lambda inner: st.lists(inner) | st.lists(inner).map(tuple), max_leaves=10))
def test_lists_and_tuples_are_told_apart(value):
    assert stored(value) == value


@given(elman_runs().strategy)
def test_a_network_is_rebuilt_as_the_class_it_was(run):
    back = stored(run)

    assert type(back) is ElmanRun
    assert all(np.array_equal(getattr(back, field.name), getattr(run, field.name)) for field in fields(run))


@given(st.lists(elman_runs().strategy, max_size=2))
def test_networks_nest(runs):
    assert [type(run) for run in stored(tuple(runs))] == [ElmanRun] * len(runs)


@pytest.mark.parametrize("thing", [verbs.close, ElmanRun, Claim.reading], ids=["a function", "a class", "a method"])
def test_what_is_named_in_this_project_is_stored_by_name(thing):
    assert stored(thing) is thing


class Colour(Enum):
    RED = 1


@dataclass(frozen=True)
class Foreign:
    x: int = 0


class Passing:
    def method(self): ...


@pytest.mark.parametrize("value", [
    lambda: None, print, torch.tanh, Colour.RED, Foreign(), Foreign, 1j, object(), {1: 2}, {1, 2}, elman_runs().strategy.map,
], ids=["a lambda", "a builtin", "torch's", "an enumeration of a test", "an instance of a test's class", "a test's class",
        "a complex number", "an object", "a dictionary", "a set", "a bound method"])  # fmt: skip
def test_what_a_replay_could_not_rebuild_is_refused_when_it_is_stored(value):
    with pytest.raises(NotStorable):
        to_plain(value)


@pytest.mark.parametrize("value", [lambda x: x, torch.tanh], ids=["a lambda", "torch's"])
def test_of_a_function_that_is_none_of_ours_by_name_it_is_said_which_can_be_found(value):
    with pytest.raises(NotStorable, match="only named functions and classes of this project"):
        to_plain(value)


def test_a_bound_method_of_ours_is_refused_for_it_would_come_back_without_its_object():
    seen = verbs.Seen()
    bound = verbs.listening.__wrapped__.__get__(seen)

    with pytest.raises(NotStorable):
        to_plain(bound)


@pytest.mark.parametrize("name", [
    "os:system", "os.system", "system", "eval", "builtins.eval", "subprocess.run", "claims:os", "claims.evidence.evidence.os", "",
    ":", ".", "impls", "np.array", "importlib.import_module",
    "write_whole.__globals__",
    "write_whole.__globals__.os.system",
    "_named.__globals__",
    "from_plain.__class__",
    "to_plain.__wrapped__",
    "was_renamed",
    "def from_plain",
    "from_plain(",
    ".*",
    "close.no_such_part",
])  # fmt: skip
def test_a_file_cannot_name_what_is_not_ours(name):
    with pytest.raises(NotStorable):
        from_plain({"name": name})
    with pytest.raises(NotStorable):
        from_plain({"object": name, "fields": {}})


def test_a_file_cannot_make_a_replay_run_a_command(tmp_path):
    trace = tmp_path / "trace"

    with pytest.raises(NotStorable):
        from_plain({"object": "write_whole.__globals__.os.system", "fields": {"command": f"touch {trace}"}})
    assert not trace.exists()


def test_a_file_cannot_call_a_function_of_ours_either():
    with pytest.raises(NotStorable):
        from_plain({"object": "write_whole", "fields": {"path": "x", "content": "y"}})
