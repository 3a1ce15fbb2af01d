"""Handlers of :mod:`kassa.requests.catalogue`. Finding an item by its code is the way of every scan: one select."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from sqlalchemy import bindparam, select

from kassa.errors import InvalidInput, NotAllowed, NotAvailable, NotFound
from kassa.folding import fold
from kassa.model import Item
from kassa.requests.barcode_masks import read_label
from kassa.requests.barcodes import other_readings
from kassa.requests.catalogue import FindItem, ItemsFound, SearchItems
from kassa.requests.prices import place, price_in_force, prices_in_force
from kassa.runtime.request import Handler, HandlerContext, Row
from kassa.runtime.sqlite_records import OFTEN
from kassa.schema.master import barcode, item, tax_code, unit_of_measure
from kassa.text import Text, literal, texts

_, n_ = texts("kassa")

LONGEST_CODE = 40
LONGEST_DESCRIPTION = 200
LARGEST_SEARCH = 200
PACKAGE = "pcs"
"""The unit of what is sold at the price on its label: one package."""
_ONE = Decimal(1)

_SOLD = (
    item.c.item_number,
    item.c.description,
    item.c.unit_price,
    item.c.unit,
    item.c.blocked,
    item.c.tax_code,
    item.c.sold_as_variants,
    item.c.variant,
    item.c.minimum_age,
    item.c.serial_numbered,
    tax_code.c.rate,
    unit_of_measure.c.decimals,
    price_in_force().label("price"),
)
_RATED = item.outerjoin(tax_code, tax_code.c.tax_code == item.c.tax_code).outerjoin(
    unit_of_measure, unit_of_measure.c.unit == item.c.unit
)
_BARCODED = (
    barcode.join(item, item.c.item_number == barcode.c.item_number)
    .outerjoin(tax_code, tax_code.c.tax_code == item.c.tax_code)
    .outerjoin(unit_of_measure, unit_of_measure.c.unit == item.c.unit)
)
_BY_BARCODE = select(*_SOLD, barcode.c.barcode, barcode.c.quantity).select_from(_BARCODED)
_BY_NUMBER = select(*_SOLD).select_from(_RATED)

EXACT_BARCODE = _BY_BARCODE.where(barcode.c.barcode == bindparam("code")).execution_options(**{OFTEN: True})
ONE_OF_BARCODES = _BY_BARCODE.where(barcode.c.barcode.in_(bindparam("codes", expanding=True)))
EXACT_NUMBER = _BY_NUMBER.where(item.c.item_number == bindparam("code"))
ONE_OF_NUMBERS = _BY_NUMBER.where(item.c.item_number.in_(bindparam("codes", expanding=True)))
"""The select that finds a scanned code, and those that follow when nothing has it."""


def find_item(request: FindItem, context: HandlerContext) -> Item:
    """The item with that barcode or, if no barcode is that, that item number.

    If nothing has exactly that code, other readings of the same barcode are tried (a UPC-A is an EAN-13 with a leading
    zero), and the item number in other case, where just one item has it; then the store's barcode masks, by which a
    label tells a price or a weight.

    :raises NotFound: there is none.
    :raises NotAllowed: it is blocked for sale, or sold in variants.
    :raises NotAvailable: its tax rate is missing.
    """
    code = request.code.strip()
    if not code:
        raise InvalidInput(_("Nothing was scanned or typed."), hint=_("Scan the item, or type its number."))
    row = _find(context, code)
    if row is None:
        raise NotFound(
            _("Nothing has the number {code}.", code=literal(code[:LONGEST_CODE])),
            hint=_("Scan again, or search by name."),
        )
    return _sellable(row)


def _find(context: HandlerContext, code: str) -> Row | None:
    records, where = context.records, place(context)
    if len(code) <= LONGEST_CODE:
        exactly = {"code": code, **where}
        rows = records.select(EXACT_BARCODE, exactly) or records.select(EXACT_NUMBER, exactly)
        if rows:
            return rows[0]
    readings = [reading for reading in other_readings(code) if len(reading) <= LONGEST_CODE]
    rows = records.select(ONE_OF_BARCODES, {"codes": readings, **where}) if readings else []
    if rows:
        return rows[0]
    cases = sorted({code.upper(), code.lower()} - {code})
    rows = records.select(ONE_OF_NUMBERS, {"codes": cases, **where}) if cases and len(code) <= LONGEST_CODE else []
    return rows[0] if len(rows) == 1 else _by_label(context, code, where)


def _by_label(context: HandlerContext, code: str, where: Mapping[str, str]) -> Row | None:
    """The item of a barcode that holds a price or a quantity, with what it holds."""
    records = context.records
    label = read_label(code, records.find("barcode_mask", limit=LARGEST_SEARCH)) if code.isdigit() else None
    if label is None:
        return None
    rows = records.select(EXACT_BARCODE, {"code": label.codes[0], **where})
    rows = rows or records.select(ONE_OF_NUMBERS, {"codes": list(label.codes), **where})
    if not rows:
        return None
    if not (label.price or label.quantity):
        raise InvalidInput(
            _("The label of {item} says 0.", item=literal(rows[0]["description"])),
            hint=_("Weigh it again, or type the item's number and the quantity."),
        )
    if label.price is not None:
        return {**rows[0], "barcode": code, "price": label.price, "unit": PACKAGE, "decimals": 0, "quantity": _ONE}
    return {**rows[0], "barcode": code, "quantity": label.quantity}


def _sellable(row: Row) -> Item:
    if row["blocked"]:
        raise NotAllowed(
            _("{item} may not be sold.", item=literal(row["description"])), hint=_("Ask the store manager.")
        )
    if row["sold_as_variants"]:
        raise NotAllowed(
            _("{item} is sold in variants.", item=literal(row["description"])),
            hint=_("Scan the variant, or search for its name and choose one."),
        )
    if row["rate"] is None:
        raise NotAvailable(
            _("{item} has no tax rate and cannot be sold.", item=literal(row["description"])),
            hint=_tax_missing(row["tax_code"]),
        )
    return _as_item(row, row["rate"])


def _as_item(row: Row, rate: Decimal) -> Item:
    return Item(
        number=row["item_number"],
        description=_described(row),
        unit_price=row["unit_price"] if row.get("price") is None else row["price"],
        tax_code=row["tax_code"],
        tax_rate=rate,
        unit=row["unit"],
        barcode=row.get("barcode"),
        quantity=row.get("quantity", _ONE),
        decimals=row.get("decimals"),
        minimum_age=row["minimum_age"],
        serial_numbered=bool(row["serial_numbered"]),
    )


def _described(row: Row) -> str:
    description: str = row["description"]
    return f"{description}, {row['variant']}"[:LONGEST_DESCRIPTION] if row["variant"] else description


def _tax_missing(code: str) -> Text:
    return _("Call support: tax code {tax_code} is missing.", tax_code=literal(code))


def search_items(request: SearchItems, context: HandlerContext) -> ItemsFound:
    """Items in whose number, description or barcode every word occurs; blocked ones, those without a tax rate and
    those sold in variants are left out.

    :raises InvalidInput: there are no words.
    """
    words = fold(request.words)
    if not words:
        raise InvalidInput(_("There is nothing to search for."), hint=_("Type a part of a name or number."))
    limit = max(1, min(request.limit, LARGEST_SEARCH))
    rows = context.records.search("item", ("search_text",), words, limit=limit + 1)
    if not rows:
        return _only(words, context)
    records = context.records
    rates = {row["tax_code"]: row["rate"] for row in records.find("tax_code", limit=LARGEST_SEARCH)}
    units = {row["unit"]: row["decimals"] for row in records.find("unit_of_measure", limit=LARGEST_SEARCH)}
    sold = [row for row in rows[:limit] if _is_sold(row, rates.get(row["tax_code"]))]
    prices = prices_in_force(records, [row["item_number"] for row in sold], place(context))
    items = (
        _as_item(
            {**row, "price": prices.get(row["item_number"]), "decimals": units.get(row["unit"])},
            rates[row["tax_code"]],
        )
        for row in sold
    )
    return ItemsFound(tuple(items), more=len(rows) > limit)


def _is_sold(row: Row, rate: Decimal | None) -> bool:
    return not row["blocked"] and not row["sold_as_variants"] and rate is not None


def _only(words: str, context: HandlerContext) -> ItemsFound:
    """The item with that barcode, where the folded text holds no barcodes."""
    row = None if " " in words else _find(context, words)
    if row is None or not _is_sold(row, row["rate"]):
        return ItemsFound(())
    return ItemsFound((_as_item(row, row["rate"]),))


HANDLERS: tuple[Handler, ...] = (Handler(FindItem, find_item), Handler(SearchItems, search_items))
