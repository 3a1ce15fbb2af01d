"""801 Inventory lookup: what there is of an item here and in other stores, by the store server's word."""

from __future__ import annotations

import msgspec

from kassa.operations import OperationContext, OperationResult
from kassa.requests.catalogue import FindItem
from kassa.requests.inventory import FindInventory, StoreInventory
from kassa.text import Number, Text, literal, texts
from kassa.windows import Action, Row, Window

_, n_ = texts("kassa_sale")

SHOWN = 8


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A barcode or an item number."""

    code: str


def look_up(context: OperationContext) -> OperationResult:
    """801: the item's inventory in a window, and as ``data``. An item that no store has counted is said to be so.

    :raises kassa.errors.NotFound: nothing has that code.
    :raises kassa.errors.NotAvailable: the store server is away.
    """
    item = context.send(FindItem(context.parameters.code))
    found = context.send(FindInventory(item.number))
    rows = tuple(Row(literal(store.name), _on_hand(store, item.unit)) for store in found.stores[:SHOWN])
    subtitle = None if rows else _("No store has counted it.")
    window = Window("inventory", literal(item.description), subtitle, rows, (Action(_("Close")),))
    return OperationResult(window=window, data=found)


def _on_hand(store: StoreInventory, unit: str) -> Text:
    shown = _("pcs") if unit == "pcs" else literal(unit)
    return _("{count} {unit}, counted {day}", count=Number(store.on_hand), unit=shown, day=literal(store.counted_on))
