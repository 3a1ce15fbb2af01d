"""A printer on the network."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kassa.testing.receipt_printer import ReceiptPrinter


@pytest.fixture
def printer() -> Iterator[ReceiptPrinter]:
    """One that works."""
    with ReceiptPrinter() as printer:
        yield printer
