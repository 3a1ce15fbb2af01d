"""A small store in a database file, with the records that handlers read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, Table, delete, insert

from kassa.environment import Environment
from kassa.folding import search_text
from kassa.model import Store
from kassa.runtime.channel_records import ChannelRecords, key_of
from kassa.runtime.request import HandlerContext, RequestContext, Row, Side
from kassa.runtime.sqlite_records import SQLiteRecords
from kassa.schema import make_engine, master

STORE = Store("S1", "Store", "SEK")
Contexts = Callable[..., AbstractContextManager[HandlerContext]]


def write(connection: Connection, table: Table, row: Row) -> None:
    """Insert or replace, as a store server does it."""
    remove(connection, table, str(row[key_of(table)]))
    connection.execute(insert(table).values(**row, row_version=1))


def remove(connection: Connection, table: Table, key: str) -> None:
    """Remove by primary key."""
    connection.execute(delete(table).where(table.c[key_of(table)] == key))


def item_row(number: str, description: str, price: str = "10", tax_code: str = "25", **more: Any) -> dict[str, Any]:
    """An item's row."""
    return {
        "item_number": number, "description": description, "search_text": search_text(number, description),
        "unit": "pcs", "tax_code": tax_code, "unit_price": Decimal(price), "blocked": False, **more,
    }  # fmt: skip


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An empty channel database."""
    made = make_engine(f"sqlite:///{tmp_path / 'channel.db'}")
    master.create_all(made)
    yield made
    made.dispose()


@pytest.fixture(params=[ChannelRecords, SQLiteRecords])
def asking(request: pytest.FixtureRequest, engine: Engine) -> Contexts:
    """What a handler is given, within one transaction: ``with asking(register="R1") as context``."""
    kind: type[ChannelRecords] = request.param

    @contextmanager
    def begin(
        register: str = "R1", side: Side = Side.STORE_SERVER, staff: str | None = "100"
    ) -> Iterator[HandlerContext]:
        with engine.begin() as connection:
            records = kind(connection, write, remove)
            caller = RequestContext("S1", register, staff)
            yield HandlerContext(side, records, None, caller, STORE, Environment())  # type: ignore[arg-type]

    return begin
