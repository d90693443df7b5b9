"""What these tests share with those of the report."""

from tests.reports.conftest import reports

__all__ = ["reports"]
