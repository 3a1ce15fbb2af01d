"""The price in force: by store and day, alike for a scan and a search."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine, insert
from tests.core.requests.conftest import STORE, Contexts, item_row

from kassa.environment import Environment
from kassa.errors import NotAllowed
from kassa.requests.catalogue import FindItem, SearchItems
from kassa.requests.catalogue_handlers import find_item, search_items
from kassa.runtime.request import HandlerContext
from kassa.schema.master import price
from kassa.testing.clock import TestClock


@pytest.fixture(autouse=True)
def catalogue(asking: Contexts, engine: Engine) -> None:
    with asking() as context:
        put = context.records.put
        put("tax_code", {"tax_code": "25", "name": "VAT 25 %", "rate": Decimal("0.25")})
        put("unit_of_measure", {"unit": "kg", "name": "kilogram", "decimals": 3})
        put("item", item_row("1", "Coffee", "50"))
        put("item", item_row("2", "T-shirt", "100", sold_as_variants=True))
        put("item", item_row("2-M", "T-shirt", "100", master_item_number="2", variant="M"))
        put("item", item_row("3", "Shrimps", "300", unit="kg"))
        put("barcode", {"barcode": "7310865004703", "item_number": "1", "quantity": Decimal(1)})
    rows = [
        ("1", "", "", None, 49),
        ("1", "", "2026-12-01", "2026-12-24", 39),
        ("1", "S1", "2026-12-10", "2026-12-12", 29),
        ("1", "S2", "", None, 1),
        ("1", "S1", "2027-01-01", None, 55),
    ]
    names = ("item_number", "store_id", "valid_from", "valid_to", "unit_price")
    with engine.begin() as connection:
        connection.execute(insert(price), [dict(zip(names, (*row[:4], Decimal(row[4])), strict=True)) for row in rows])


def at(context: HandlerContext, moment: datetime, timezone: str = "Europe/Stockholm") -> HandlerContext:
    store = msgspec.structs.replace(STORE, timezone=timezone)
    return replace(context, environment=Environment(clock=TestClock(moment)), store=store)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 11, 30, 22, 59, tzinfo=UTC), 49),
        (datetime(2026, 11, 30, 23, 1, tzinfo=UTC), 39),  # the store's midnight, an hour before UTC's
        (datetime(2026, 12, 9, 12, tzinfo=UTC), 39),
        (datetime(2026, 12, 11, 12, tzinfo=UTC), 29),
        (datetime(2026, 12, 12, 22, 59, tzinfo=UTC), 29),
        (datetime(2026, 12, 12, 23, 1, tzinfo=UTC), 39),
        (datetime(2026, 12, 25, 12, tzinfo=UTC), 49),
        (datetime(2027, 6, 1, 12, tzinfo=UTC), 55),
    ],
)
def test_price_by_store_and_day(asking: Contexts, moment: datetime, expected: int) -> None:
    """The store's own price goes before one for every store, of several the one that began last; both days included, by
    the store's own calendar. A scan, a typed number and a search agree."""
    with asking() as context:
        here = at(context, moment)
        found: list[Any] = [
            find_item(FindItem("7310865004703"), here),
            find_item(FindItem("1"), here),
            search_items(SearchItems("coffee"), here).items[0],
        ]
    assert [one.unit_price for one in found] == [Decimal(expected)] * 3


def test_base_price_where_none_is_in_force(asking: Contexts) -> None:
    """An item without a price costs its base price; its unit of measure says how many decimals it is sold with."""
    with asking() as context:
        found = find_item(FindItem("3"), context)
        (searched,) = search_items(SearchItems("shrimps"), context).items
    assert (found.unit_price, found.unit, found.decimals) == (Decimal(300), "kg", 3)
    assert searched == found


def test_variant_is_sold_and_its_master_is_not(asking: Contexts) -> None:
    """A variant is an item of its own, named with what it differs in; its master is refused, with what to do, and no
    search offers it."""
    with asking() as context:
        assert find_item(FindItem("2-M"), context).description == "T-shirt, M"
        assert [one.number for one in search_items(SearchItems("t-shirt"), context).items] == ["2-M"]
        with pytest.raises(NotAllowed, match="variants") as caught:
            find_item(FindItem("2"), context)
    assert caught.value.hint is not None
