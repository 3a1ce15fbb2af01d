"""101 Price check, 108 Product search and 922 Product details: they read, and run beside the sale."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from kassa.model import Item, Line, Transaction
from kassa.operations import OperationContext, OperationResult
from kassa.requests.catalogue import FindItem, SearchItems
from kassa.sale import entered
from kassa.sale.lines import find_line
from kassa.sale.totals import compute
from kassa.text import Money, Number, literal, texts
from kassa.windows import Action, Row, Window

_, n_ = texts("kassa_sale")

PRODUCT_SALE = 100


class Code(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A barcode or item number."""

    code: str


class Product(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A barcode or item number; without it, the item of the line, by default of the last one."""

    code: str | None = None
    line_id: str | None = None


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words that the item's number, description or barcode holds, in any order."""

    words: str
    limit: int = 50


def check_price(context: OperationContext) -> OperationResult:
    """101: what an item costs, without selling it. ``data`` is the item.

    :raises kassa.errors.NotFound: nothing has that code.
    """
    item = context.send(FindItem(context.parameters.code.strip()))
    line, net = _priced(context, item)
    price = Money(net, context.record.store.currency)
    message = _("{item} costs {price}.", item=literal(item.description), price=price)
    return OperationResult(message=message, window=_price_window("price_check", line, net, context), data=item)


def show_details(context: OperationContext) -> OperationResult:
    """922: what is known of an item: by its code, or the one that a line of the sale sells. ``data`` is the item.

    :raises kassa.errors.NotFound: nothing has that code, or there is no such line.
    """
    code = (context.parameters.code or "").strip()
    if not code:
        code = find_line(context.transaction, context.parameters.line_id).item.number
    item = context.send(FindItem(code))
    line, net = _priced(context, item)
    return OperationResult(window=_price_window("product_details", line, net, context), data=item)


def _priced(context: OperationContext, item: Item) -> tuple[Line, Decimal]:
    """The line that one scan of the item would be in a sale of nothing else, with its discounts, and what it costs."""
    record = context.record
    alone = Transaction(
        context.new_id(), record.store.store_id, record.register_id, context.staff.staff_id, record.store.currency,
        record.store.tax_included, context.now(), lines=(Line("1", item, item.quantity),),
    )  # fmt: skip
    alone = context.discounted(alone)
    return alone.lines[0], compute(alone).lines[0].net


def search(context: OperationContext) -> OperationResult:
    """108: the items found, as ``data`` (:class:`kassa.requests.catalogue.ItemsFound`).

    :raises kassa.errors.InvalidInput: there are no words.
    """
    words = entered.comment(context.parameters.words) or ""
    found = context.send(SearchItems(words, context.parameters.limit))
    message = None if found.items else _("Nothing matches “{words}”.", words=literal(words))
    return OperationResult(message=message, data=found)


def _price_window(name: str, line: Line, net: Decimal, context: OperationContext) -> Window:
    item, currency = line.item, context.record.store.currency
    price = Money(item.unit_price, currency)
    rows = [
        Row(_("Price"), _("{price} per {unit}", price=price, unit=literal(item.unit))),
        Row(_("Item number"), literal(item.number)),
    ]
    rows += [
        Row(literal(each.name), _("{amount}", amount=Money(-each.amount, currency))) for each in line.discount_lines
    ]
    if line.discount_lines or item.quantity != 1:
        rows.append(Row(_("To pay"), _("{amount}", amount=Money(net, currency))))
    if item.minimum_age is not None:
        rows.append(Row(_("Minimum age"), _("{age} years", age=item.minimum_age)))
    if item.barcode is not None:
        rows.append(Row(_("Barcode"), literal(item.barcode)))
    if item.quantity != 1:
        rows.append(Row(_("One scan sells"), _("{quantity}", quantity=Number(item.quantity))))
    rows.append(Row(_("Tax"), _("{rate} %", rate=Number(item.tax_rate * 100))))
    actions = (
        Action(_("Sell"), PRODUCT_SALE, {"code": item.barcode or item.number}, primary=True),
        Action(_("Close")),
    )
    return Window(name, literal(item.description), rows=tuple(rows), actions=actions)
