"""What there is of an item, in the asking store and in the others. Only the store server knows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

import msgspec

from kassa.runtime.request import Query


class StoreInventory(msgspec.Struct, frozen=True):
    """What a store has of an item: what was counted on a day, less what was sold after it."""

    store_id: str
    name: str
    on_hand: Decimal
    counted_on: str


class Inventory(msgspec.Struct, frozen=True):
    """An item's inventory, the asking store first; stores that have counted none are not in it."""

    item_number: str
    stores: tuple[StoreInventory, ...]


class FindInventory(Query[Inventory], frozen=True):
    """The inventory of an item by its number. Store server only."""

    NAME: ClassVar[str] = "kassa.find_inventory"
    ANSWER: ClassVar[Any] = Inventory

    item_number: str
