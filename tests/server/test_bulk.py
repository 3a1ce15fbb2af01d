"""Many rows at once, past SQLAlchemy's handling of each row."""

from __future__ import annotations

from tests.server.conftest import Shop

from kassa_server.bulk import insert_rows
from kassa_server.schema import row_counter


def test_every_row_goes_in_once(shop: Shop) -> None:
    """However many rows there are, each is in the table once, with its own values."""
    inserted = []
    for count in (0, 1, 9, 10, 99, 100, 111, 250):
        rows = [(f"row {count} {number}", number * 10**12) for number in range(count)]
        with shop.server.channel.writing() as connection:
            insert_rows(connection, row_counter, rows)
        inserted += rows
    found = [(row["name"], row["value"]) for row in shop.rows(row_counter) if row["name"].startswith("row ")]
    assert sorted(found) == sorted(inserted)
