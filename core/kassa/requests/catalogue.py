"""Finding items: by barcode, by number, by words."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from kassa.model import Item
from kassa.runtime.request import Query


class FindItem(Query[Item], frozen=True):
    """The item with that barcode or item number, as it is sold now. Refused with ``not_found`` if there is none."""

    NAME: ClassVar[str] = "kassa.find_item"
    ANSWER: ClassVar[Any] = Item
    SEES_OWN_ROWS: ClassVar[bool] = False

    code: str


class ItemsFound(msgspec.Struct, frozen=True):
    """Items in the order of their number; ``more`` tells that there are others."""

    items: tuple[Item, ...]
    more: bool = False


class SearchItems(Query[ItemsFound], frozen=True):
    """Items in whose number, description or barcode every word occurs."""

    NAME: ClassVar[str] = "kassa.search_items"
    ANSWER: ClassVar[Any] = ItemsFound
    SEES_OWN_ROWS: ClassVar[bool] = False

    words: str
    limit: int = 50
