"""What the tests of the report share."""

import pytest

from tests.reports.running import Reports


@pytest.fixture
def reports(tmp_path, monkeypatch, capsys):
    """The command line on toy claims, with a folder of its own."""
    return Reports(tmp_path / "reports", monkeypatch, capsys)
