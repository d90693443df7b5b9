"""impls.recurrent.packing: what d numbers hold, counted one by one where there are few, and read back where there are many."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from impls.recurrent import elman, packing
from tests.impls.drawn import generator

FORMATS = [torch.float16, torch.bfloat16, torch.float32, torch.float64]
formats = st.sampled_from(FORMATS)
widths = st.integers(1, 4)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_the_values_of_a_short_format_are_its_finite_numbers(dtype):
    every = torch.arange(-(2**15), 2**15, dtype=torch.int16).view(dtype).double()
    assert packing.values(dtype) == len(set(every[every.isfinite()].tolist()))


def test_the_values_of_the_long_formats_are_those_of_ieee_754():
    assert packing.values(torch.float32) == 2**32 - 2**24 - 1
    assert packing.values(torch.float64) == 2**64 - 2**53 - 1


@given(formats, st.data())
def test_places_and_numbers_are_one_to_one(dtype, data):
    places = data.draw(st.lists(st.integers(0, packing.values(dtype) - 1), min_size=1, max_size=6))
    state = packing.floats(places, dtype)
    assert packing.digits(state) == places
    assert state.isfinite().all()


def test_the_first_place_is_zero_and_the_last_the_lowest_number():
    ends = packing.floats([0, packing.values(torch.float16) - 1], torch.float16)
    assert ends.tolist() == [0.0, torch.finfo(torch.float16).min]


@given(widths, formats, st.integers(2, 10**6))
def test_n_star_is_the_last_length_at_which_documents_do_not_outnumber_states(d, dtype, vocabulary):
    n = packing.longest(d, dtype, vocabulary)
    assert vocabulary**n <= packing.values(dtype) ** d < vocabulary ** (n + 1)


@given(widths, formats, st.integers(2, 10**6), st.data())
def test_every_document_of_n_star_tokens_is_read_back(d, dtype, vocabulary, data):
    n = packing.longest(d, dtype, vocabulary)
    if n > 40:
        vocabulary, n = 10**6, packing.longest(d, dtype, 10**6)
    tokens = data.draw(st.lists(st.integers(0, vocabulary - 1), min_size=n, max_size=n))
    for document in (tokens, [vocabulary - 1] * n):
        assert packing.unpack(packing.pack(document, d, dtype, vocabulary), n, vocabulary) == document


@given(widths, formats, st.integers(1000, 10**6))
def test_one_token_more_is_lost(d, dtype, vocabulary):
    n = packing.longest(d, dtype, vocabulary) + 1
    largest = [vocabulary - 1] * n
    assert packing.unpack(packing.pack(largest, d, dtype, vocabulary), n, vocabulary) != largest


def spiral(tokens, d, vocabulary, dtype):
    state = elman.run(packing.spiral_rnn(d, vocabulary, dtype), torch.tensor(tokens, dtype=dtype).unsqueeze(-1))[-1]
    return packing.read_spiral(state, len(tokens), vocabulary)


@given(widths, st.integers(0, 3), st.sampled_from([(torch.float32, 12, 2), (torch.float64, 16, 3)]), st.data())
def test_a_spiral_keeps_as_many_tokens_a_number_as_the_mantissa_holds(d, missing, room, data):
    dtype, bits, laps = room
    n = max(1, laps * d - missing)
    tokens = data.draw(st.lists(st.integers(0, 2**bits - 1), min_size=n, max_size=n))
    assert spiral(tokens, d, 2**bits, dtype) == tokens


def test_and_no_more():
    tokens = torch.randint(1, 2**12, (9,), generator=generator(0)).tolist()
    assert spiral(tokens, 4, 2**12, torch.float32) != tokens
    assert spiral(tokens[:8], 4, 2**12, torch.float32) == tokens[:8]
    assert spiral([2**16 - 1] * 8, 4, 2**16, torch.float32) != [2**16 - 1] * 8
