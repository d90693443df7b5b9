"""Has pytest know claims: `python -m pytest claims`."""

from claims.testing.plugin import pytest_collect_file, pytest_configure, pytest_configure_node, pytest_report_header

__all__ = ["pytest_collect_file", "pytest_configure", "pytest_configure_node", "pytest_report_header"]
