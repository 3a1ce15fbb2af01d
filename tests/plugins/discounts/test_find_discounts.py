"""Which discounts are in force: by store, day, item and category."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kassa.environment import Environment
from kassa.model import Store
from kassa.runtime.channel_records import ChannelRecords
from kassa.runtime.request import HandlerContext, RequestContext, Side
from kassa.schema import make_engine, master
from kassa.schema.master import discount, discount_product, item
from kassa.testing.clock import TestClock
from kassa_discounts.handlers import find_discounts
from kassa_discounts.requests import FindDiscounts

NOON = datetime(2026, 12, 11, 12, tzinfo=UTC)
HERE = Store("S1", "Store", "SEK", timezone="Europe/Stockholm")


def row(discount_id: str, first: str = "", last: str | None = None, store: str = "") -> dict[str, Any]:
    return {
        "discount_id": discount_id, "name": discount_id, "store_id": store, "kind": "percent", "value": Decimal(10),
        "valid_from": first, "valid_to": last, "levels": '[{"minimum": 3, "value": "10.5"}]', "row_version": 1,
    }  # fmt: skip


def product(discount_id: str, number: str = "", category: str = "", line: int = 1) -> dict[str, Any]:
    return {
        "discount_id": discount_id, "line_number": line, "store_id": "", "item_number": number, "category": category,
        "line_group": "", "row_version": 1,
    }  # fmt: skip


@pytest.fixture
def found(tmp_path: Path) -> Any:
    """Asks for the discounts on items at a moment; the ids."""
    engine = make_engine(f"sqlite:///{tmp_path / 'channel.db'}")
    master.create_all(engine)
    items = [
        {"item_number": number, "description": number, "search_text": number, "unit": "pcs", "tax_code": "25",
         "unit_price": Decimal(10), "blocked": False, "category": category, "row_version": 1}
        for number, category in (("1", "tea"), ("2", "tea"), ("3", None))
    ]  # fmt: skip
    with engine.begin() as connection:
        connection.execute(item.insert(), items)
        connection.execute(discount.insert(), [
            row("always"), row("december", "2026-12-01", "2026-12-24"), row("here", store="S1"),
            row("there", store="S2"), row("tea"), row("all", "2026-12-11", "2026-12-11"), row("nothing"),
        ])  # fmt: skip
        connection.execute(discount_product.insert(), [
            product("always", "1"), product("always", "3", line=2), product("december", "1"), product("here", "1"),
            product("there", "1"), product("tea", category="tea"), product("all"),
        ])  # fmt: skip

    def ask(*numbers: str, at: datetime = NOON) -> dict[str, list[str]]:
        with engine.begin() as connection:
            context = HandlerContext(
                Side.STORE_SERVER, ChannelRecords(connection), None, RequestContext("S1", "R1"), HERE,  # type: ignore[arg-type]
                replace(Environment(), clock=TestClock(at)),
            )  # fmt: skip
            answer = find_discounts(FindDiscounts(numbers), context)
        again = msgspec.json.decode(msgspec.json.encode(answer), type=FindDiscounts.ANSWER)
        assert again == answer
        on: dict[str, list[str]] = {}
        for each in answer.items:
            on.setdefault(each.discount_id, []).append(each.item_number)
        assert [each.discount_id for each in answer.discounts] == sorted(on)
        return on

    return ask


def test_by_item_category_and_store(found: Any) -> None:
    """An item's own discounts, its category's, those on everything; not another store's, and none without products."""
    assert found("1") == {
        "all": [""], "always": ["1"], "december": ["1"], "here": ["1"], "tea": ["1"],
    }  # fmt: skip
    assert found("2", "3") == {"all": [""], "always": ["3"], "tea": ["2"]}


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 12, 10, 22, 59, tzinfo=UTC), False),
        (datetime(2026, 12, 10, 23, 1, tzinfo=UTC), True),  # the store's midnight
        (datetime(2026, 12, 11, 22, 59, tzinfo=UTC), True),
        (datetime(2026, 12, 11, 23, 1, tzinfo=UTC), False),
    ],
)
def test_days_are_the_store_s(found: Any, moment: datetime, expected: bool) -> None:
    """First and last day are included, by the calendar of the store's time zone."""
    assert ("all" in found("3", at=moment)) == expected
