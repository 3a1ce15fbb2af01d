"""101 Price check and 108 Product search: they read, and run beside the sale."""

from __future__ import annotations

import msgspec

from kassa.model import Item
from kassa.operations import OperationContext, OperationResult
from kassa.requests.catalogue import FindItem, SearchItems
from kassa.sale import entered
from kassa.text import Money, Number, literal, texts
from kassa.windows import Action, Row, Window

_, n_ = texts("kassa_sale")

PRODUCT_SALE = 100


class Code(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A barcode or item number."""

    code: str


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words that the item's number, description or barcode holds, in any order."""

    words: str
    limit: int = 50


def check_price(context: OperationContext) -> OperationResult:
    """101: what an item costs, without selling it. ``data`` is the item.

    :raises kassa.errors.NotFound: nothing has that code.
    """
    item = context.send(FindItem(context.parameters.code.strip()))
    currency = context.record.store.currency
    price = Money(item.unit_price, currency)
    message = _("{item} costs {price}.", item=literal(item.description), price=price)
    return OperationResult(message=message, window=_price_window(item, price), data=item)


def search(context: OperationContext) -> OperationResult:
    """108: the items found, as ``data`` (:class:`kassa.requests.catalogue.ItemsFound`).

    :raises kassa.errors.InvalidInput: there are no words.
    """
    words = entered.comment(context.parameters.words) or ""
    found = context.send(SearchItems(words, context.parameters.limit))
    message = None if found.items else _("Nothing matches “{words}”.", words=literal(words))
    return OperationResult(message=message, data=found)


def _price_window(item: Item, price: Money) -> Window:
    rows = [
        Row(_("Price"), _("{price} per {unit}", price=price, unit=literal(item.unit))),
        Row(_("Item number"), literal(item.number)),
    ]
    if item.barcode is not None:
        rows.append(Row(_("Barcode"), literal(item.barcode)))
    if item.quantity != 1:
        rows.append(Row(_("One scan sells"), _("{quantity}", quantity=Number(item.quantity))))
    rows.append(Row(_("Tax"), _("{rate} %", rate=Number(item.tax_rate * 100))))
    actions = (
        Action(_("Sell"), PRODUCT_SALE, {"code": item.barcode or item.number}, primary=True),
        Action(_("Close")),
    )
    return Window("price_check", literal(item.description), rows=tuple(rows), actions=actions)
