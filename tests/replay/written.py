"""Files of invoice lines, written for a test."""

from __future__ import annotations

from pathlib import Path

from kassa.replay.invoices import Reading, sort_rows
from kassa.replay.rows import COLUMNS, read_rows

HEADINGS = ",".join(COLUMNS)


def written(folder: Path, *lines: str, headings: str = HEADINGS) -> Path:
    """A file with ``lines`` below ``headings``."""
    file = folder / "lines.csv"
    file.write_text("\r\n".join([headings, *lines]) + "\r\n", encoding="utf-8")
    return file


def reading(folder: Path, *lines: str) -> Reading:
    """What such a file comes to."""
    return sort_rows(read_rows(written(folder, *lines)))


def line(
    invoice: str = "536365",
    stock_code: str = "85123A",
    quantity: str = "6",
    unit_price: str = "2.55",
    *,
    description: str = "A LANTERN",
    customer_id: str = "17850",
    invoiced_at: str = "2010-12-01T08:26",
) -> str:
    """A line, ordinary where nothing else is said."""
    return f"{invoice},{stock_code},{description},{quantity},{invoiced_at},{unit_price},{customer_id},United Kingdom"
