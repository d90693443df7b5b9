"""The page `site/libraries.html`: which equation each layer computes, a smallest case where it differs, and what was asked."""

from html import unescape

import msgspec
import pytest

from claims.evidence.store import Store
from claims.subjects.libraries import built, recordings
from reports.pages.pages import Pages
from reports.record.making import _answered
from reports.record.record import LayerRecord, LibrariesRecord
from tests.reports import made

CLAIM = made.claim("refuted", "libraries", lines=[])


@pytest.fixture(scope="module")
def libraries() -> LibrariesRecord:
    found = _answered(made.evidence(made.record(CLAIM), made.chart()), [CLAIM.id], Store(None))
    assert found is not None
    return found


@pytest.fixture(scope="module")
def page(libraries: LibrariesRecord) -> str:
    record = msgspec.structs.replace(made.record(CLAIM), libraries=libraries)
    return unescape(Pages(record, made.evidence(record, made.chart()), {}).libraries())


def of(libraries: LibrariesRecord, library: str, layer: str) -> LayerRecord:
    return next(one for one in libraries.layers if (one.library.split()[0], one.layer) == (library, layer))


def test_where_no_claim_of_theirs_is_drawn_there_is_no_page() -> None:
    assert _answered(made.evidence(made.record(made.claim("refuted")), made.chart()), [CLAIM.id], Store(None)) is None


def test_every_layer_of_every_recording_has_a_row(libraries: LibrariesRecord, page: str) -> None:
    assert [(one.library, one.layer) for one in libraries.layers] == [
        (str(recordings()[one.library]), one.what) for one in built()
    ]
    for one in libraries.layers:
        assert f'<th scope="row">{one.library}</th><td>{one.layer} ' in page


def test_torch_is_told_as_its_documents_have_it(libraries: LibrariesRecord) -> None:
    plain, lstm, gru = (of(libraries, "torch", name) for name in ("nn.RNN", "nn.LSTM", "nn.GRU"))
    assert (plain.computes["as printed"], lstm.computes["as printed"]) == (["as named"], ["as named"])
    assert gru.computes == {"reset before the product": [], "reset after the product": ["as named"]}
    assert (lstm.order, gru.order) == ("i f c o", "r z n")
    assert (plain.biases, lstm.biases, gru.biases) == (2, 8, 6)


def test_what_differs_has_a_smallest_case_that_differs_and_a_program(libraries: LibrariesRecord, page: str) -> None:
    printed = {"tanh": "as printed", "LSTM": "as printed", "GRU": "reset before the product"}
    for one in libraries.layers:
        if one.computes[printed[one.kind]]:
            assert one.differs is None
        elif one.differs:
            assert one.differs.printed != one.differs.library
            assert len(one.differs.printed) == 2
            assert {len(row) for row in one.differs.printed} == {2}
            assert "import " in one.differs.code
            assert one.differs.code in page


def test_the_page_says_which_version_was_asked_and_how_to_ask_again(libraries: LibrariesRecord, page: str) -> None:
    for one in libraries.libraries:
        assert f"{one.name}</th><td>" in page
    assert "tox run -e libraries" in page
