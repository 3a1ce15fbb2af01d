"""Which price is in force: the store's own before one for every store; of several, the one that began last.

The same rule twice: in the select that finds a scanned item, and for the many items of a search.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ScalarSelect, bindparam, or_, select

from kassa.runtime.request import HandlerContext, Records
from kassa.schema.master import item, price
from kassa.schema.rules import LARGEST_IN

_VALID = (
    price.c.store_id.in_(("", bindparam("store_id"))),
    price.c.valid_from <= bindparam("today"),
    or_(price.c.valid_to.is_(None), price.c.valid_to >= bindparam("today")),
)
_OF_ITEMS = select(price).where(price.c.item_number.in_(bindparam("numbers", expanding=True)), *_VALID)


def price_in_force() -> ScalarSelect[Any]:
    """The price of the select's item, NULL if there is none. Parameters: ``store_id`` and ``today`` (:func:`place`)."""
    return (
        select(price.c.unit_price)
        .where(price.c.item_number == item.c.item_number, *_VALID)
        .order_by(price.c.store_id.desc(), price.c.valid_from.desc())
        .limit(1)
        .correlate(item)
        .scalar_subquery()
    )


def prices_in_force(records: Records, numbers: Sequence[str], where: Mapping[str, str]) -> dict[str, Decimal]:
    """The prices of these items by their number; none for those that have no price in force."""
    found: dict[str, tuple[tuple[str, str], Decimal]] = {}
    for row in _rows(records, numbers, where):
        rank = (row["store_id"], row["valid_from"])
        if row["item_number"] not in found or rank > found[row["item_number"]][0]:
            found[row["item_number"]] = (rank, row["unit_price"])
    return {number: unit_price for number, (_rank, unit_price) in found.items()}


def _rows(records: Records, numbers: Sequence[str], where: Mapping[str, str]) -> Iterable[Any]:
    for start in range(0, len(numbers), LARGEST_IN):
        yield from records.select(_OF_ITEMS, {"numbers": list(numbers[start : start + LARGEST_IN]), **where})


def place(context: HandlerContext) -> dict[str, str]:
    """Store and day of a request, by the store's own calendar."""
    today = context.environment.clock.utc().astimezone(ZoneInfo(context.store.timezone))
    return {"store_id": context.store.store_id, "today": today.date().isoformat()}
