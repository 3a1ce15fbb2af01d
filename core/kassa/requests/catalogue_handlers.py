"""Handlers of :mod:`kassa.requests.catalogue`."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from kassa.errors import InvalidInput, NotAllowed, NotAvailable, NotFound
from kassa.model import Item
from kassa.requests.catalogue import FindItem, ItemsFound, SearchItems
from kassa.runtime.request import HandlerContext, Records, Row
from kassa.folding import fold
from kassa.text import literal, texts

_, n_ = texts("kassa")

LONGEST_CODE = 40
LARGEST_SEARCH = 200
_UPC, _EAN = 12, 13


def find_item(request: FindItem, context: HandlerContext) -> Item:
    """The item with that barcode or, if no barcode is that, that item number.

    :raises NotFound: there is none.
    :raises NotAllowed: it is blocked for sale.
    """
    code = request.code.strip()
    if not code or len(code) > LONGEST_CODE:
        raise _not_found(code)
    for barcode in _readings(code):
        row = context.records.get("barcode", barcode)
        if row is not None:
            return _item(context.records, row["item_number"], code, barcode, row["quantity"])
    return _item(context.records, code, code)


def _readings(code: str) -> Iterator[str]:
    """The ways in which a scanner may have read a barcode: a UPC-A is an EAN-13 with a leading 0."""
    yield code
    if code.isdecimal() and len(code) == _UPC:
        yield "0" + code
    elif code.isdecimal() and len(code) == _EAN and code.startswith("0"):
        yield code[1:]


def _item(records: Records, number: str, code: str, barcode: str | None = None, quantity: Decimal = Decimal(1)) -> Item:
    row = records.get("item", number)
    if row is None:
        raise _not_found(code)
    if row["blocked"]:
        raise NotAllowed(
            _("{item} may not be sold.", item=literal(row["description"])), hint=_("Ask the store manager.")
        )
    item = _as_item(row, records, barcode, quantity)
    if item is None:
        raise NotAvailable(
            _("{item} has no tax rate and cannot be sold.", item=literal(row["description"])),
            hint=_("Call support: tax code {tax_code} is missing.", tax_code=literal(row["tax_code"])),
        )
    return item


def _as_item(row: Row, records: Records, barcode: str | None = None, quantity: Decimal = Decimal(1)) -> Item | None:
    tax = records.get("tax_code", row["tax_code"])
    if tax is None:
        return None
    return Item(
        number=row["item_number"],
        description=row["description"],
        unit_price=row["unit_price"],
        tax_code=row["tax_code"],
        tax_rate=tax["rate"],
        unit=row["unit"],
        barcode=barcode,
        quantity=quantity,
    )


def _not_found(code: str) -> NotFound:
    return NotFound(
        _("Nothing has the number {code}.", code=literal(code[:LONGEST_CODE])),
        hint=_("Scan again, or search by name."),
    )


def search_items(request: SearchItems, context: HandlerContext) -> ItemsFound:
    """Items in whose number, description or barcode every word occurs; blocked ones and those without a tax rate are
    left out.

    :raises InvalidInput: there are no words.
    """
    words = fold(request.words)
    if not words:
        raise InvalidInput(_("Type what to search for."))
    limit = max(1, min(request.limit, LARGEST_SEARCH))
    rows = context.records.search("item", ("search_text",), words, limit=limit + 1)
    made = (_as_item(row, context.records) for row in rows[:limit] if not row["blocked"])
    return ItemsFound(tuple(item for item in made if item is not None), more=len(rows) > limit)
