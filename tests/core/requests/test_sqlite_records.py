"""The select of a scan past SQLAlchemy: the same rows, the same types, the same errors."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy import Connection, Engine, exc
from tests.core.requests.conftest import item_row, write

from kassa.requests.catalogue_handlers import EXACT_BARCODE
from kassa.runtime.channel_records import ChannelRecords
from kassa.runtime.sqlite_records import SQLiteRecords
from kassa.schema import make_engine
from kassa.schema.master import barcode, item, price, tax_code, unit_of_measure

ASKED = {"code": "7310130006128", "store_id": "S1", "today": "2026-01-02"}
BARCODE = {"barcode": ASKED["code"], "item_number": "1", "quantity": Decimal("1.5")}
PRICE = {"item_number": "1", "store_id": "S1", "valid_from": "2026-01-01", "valid_to": None,
         "unit_price": Decimal("8.25")}  # fmt: skip


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """To a catalogue of one item."""
    with engine.begin() as writing:
        write(writing, item, item_row("1", "Kaffe", "54.90", minimum_age=18, serial_numbered=True))
        write(writing, barcode, BARCODE)
        write(writing, tax_code, {"tax_code": "25", "rate": Decimal("0.25"), "name": "25"})
        write(writing, unit_of_measure, {"unit": "pcs", "name": "Pieces", "decimals": 0})
    reader = make_engine(engine.url.render_as_string(), read_only=True)
    with reader.connect() as reading:
        yield reading
        reading.rollback()
    reader.dispose()


def both(connection: Connection) -> list[list[tuple[str, type, object]]]:
    """The rows each way, with their types."""
    found = []
    for kind in (ChannelRecords, SQLiteRecords):
        rows = kind(connection).select(EXACT_BARCODE, ASKED)
        found.append([(name, type(value), value) for row in rows for name, value in row.items()])
    return found


def test_a_scan_finds_the_same_row_past_sqlalchemy(engine: Engine, connection: Connection) -> None:
    """Names, values and types are those of SQLAlchemy, with a price in force and without; nothing where nothing is."""
    usual, fast = both(connection)
    assert usual == fast
    assert ("unit_price", Decimal, Decimal("54.90")) in fast
    connection.rollback()
    with engine.begin() as writing:
        write(writing, price, PRICE)
    usual, fast = both(connection)
    assert usual == fast
    assert ("price", Decimal, Decimal("8.25")) in fast
    assert SQLiteRecords(connection).select(EXACT_BARCODE, {**ASKED, "code": "0"}) == []


def test_it_reads_within_the_transaction(engine: Engine, connection: Connection) -> None:
    """What another connection changes between two selects of one request is not seen by it."""
    records = SQLiteRecords(connection)
    before = records.select(EXACT_BARCODE, ASKED)
    with engine.begin() as writing:
        write(writing, price, PRICE)
    assert records.select(EXACT_BARCODE, ASKED) == before


def test_damage_is_said_in_the_usual_error(engine: Engine, connection: Connection) -> None:
    """Who handles a damaged file knows SQLAlchemy's errors."""
    with engine.begin() as writing:
        writing.exec_driver_sql("DROP TABLE unit_of_measure")
    with pytest.raises(exc.DBAPIError, match="no such table"):
        SQLiteRecords(connection).select(EXACT_BARCODE, ASKED)
