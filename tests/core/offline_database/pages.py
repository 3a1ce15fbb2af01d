"""Pages of items, and offline databases made of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import select

from kassa.masterdata import apply_page
from kassa.offline_database import OfflineDatabase
from kassa.requests.contact import ChangesPage
from kassa.schema.master import item

COLUMNS = ("item_number", "description", "search_text", "unit", "tax_code", "unit_price", "blocked", "row_version")


def page(*rows: tuple[str, str, int], more: bool = False) -> ChangesPage:
    """A page of items: number, price, row version."""
    values = tuple((number, number, number, "pcs", "25", price, False, version) for number, price, version in rows)
    return ChangesPage("item", COLUMNS, values, max(version for *_, version in rows), more, len(rows))


def graves(*rows: tuple[str, int]) -> ChangesPage:
    """A page of tombstones of items: number, row version."""
    values = tuple(("item", number, version) for number, version in rows)
    columns = ("table_name", "row_key", "row_version")
    return ChangesPage("tombstone", columns, values, max(version for _, version in rows), False, len(rows))


def prices(database: OfflineDatabase) -> dict[str, Decimal]:
    """What it says the items cost."""
    with database.reading() as connection:
        rows: Any = connection.execute(select(item.c.item_number, item.c.unit_price))
        return dict(rows.all())


def build(database: OfflineDatabase, *pages: ChangesPage) -> str:
    """A new copy beside the active one."""
    name = database.new_copy()
    with database.building(name) as connection:
        for one in pages:
            apply_page(connection, one)
    return name


def load(database: OfflineDatabase, *pages: ChangesPage) -> None:
    """A new copy, activated."""
    database.activate(build(database, *pages))
