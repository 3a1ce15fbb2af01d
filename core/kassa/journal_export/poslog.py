"""XML in the style of POSLog 6 (OMG, formerly ARTS): element names and their nesting, one ``Transaction`` an entry.

It follows the standard's shape and is not validated against its schema. docs/journal-export.md says what each element
holds. Amounts are decimal text; a return's and a refund's are below zero, as in the journal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

import msgspec

from kassa.journal import EntryBody
from kassa.journal.entry import SalePayload
from kassa.model import Line, Payment, Transaction
from kassa.sale.totals import LineAmounts, Totals
from kassa.transaction_fields import KEPT_AS, value_text

NAMESPACE = "http://www.nrf-arts.org/IXRetail/namespace/"
VERSION = "6.0.0"
_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot say."""


def as_poslog(entries: Iterable[EntryBody]) -> Iterator[str]:
    """The document, part by part."""
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<POSLog xmlns="{NAMESPACE}" MajorVersion="6" MinorVersion="0">\n'
    for entry in entries:
        yield ElementTree.tostring(transaction(entry), encoding="unicode") + "\n"
    yield "</POSLog>\n"


def transaction(entry: EntryBody) -> Element:
    """One entry."""
    root = Element("Transaction")
    _text(root, "RetailStoreID", entry.store_id)
    _text(root, "WorkstationID", entry.register_id)
    _text(root, "SequenceNumber", str(entry.sequence))
    _text(root, "SeriesID", entry.series)
    _text(root, "TransactionID", entry.entry_id)
    _text(root, "BusinessDayDate", entry.local_time[:10])
    _text(root, "EndDateTime", entry.local_time)
    if entry.staff_id is not None:
        _text(root, "OperatorID", entry.staff_id)
    if entry.training:
        root.set("TrainingModeFlag", "true")
    if entry.kind in ("sale", "void"):
        _retail(root, entry)
    else:
        control = SubElement(root, "ControlTransaction", {"Kind": entry.kind})
        _text(control, "Payload", msgspec.json.encode(entry.payload).decode())
    return root


def _retail(root: Element, entry: EntryBody) -> None:
    payload = msgspec.json.decode(entry.payload, type=SalePayload)
    sale, totals = payload.transaction, payload.totals
    status = {"TransactionStatus": "Voided" if entry.kind == "void" else "Delivered"}
    retail = SubElement(root, "RetailTransaction", status)
    _text(root, "CurrencyCode", sale.currency)
    _text(root, "BeginDateTime", sale.started_at.isoformat())
    if entry.receipt_number is not None:
        _text(retail, "ReceiptNumber", entry.receipt_number)
    if sale.customer is not None:
        _text(SubElement(retail, "Customer"), "CustomerID", sale.customer.number)
    amounts = {line.line_id: line for line in totals.lines}
    for line in sale.lines:
        _line(retail, line, amounts[line.line_id])
    for payment in sale.payments:
        _tender(retail, payment)
    _sums(retail, sale, totals)


def _line(retail: Element, line: Line, amounts: LineAmounts) -> None:
    item = _line_item(retail, line.line_id, voided=line.voided)
    sold = SubElement(item, "Return" if line.quantity < 0 else "Sale")
    _text(sold, "ItemID", line.item.number)
    if line.item.barcode is not None:
        _text(sold, "POSIdentity", line.item.barcode)
    _text(sold, "Description", line.item.description)
    _amount(sold, "RegularSalesUnitPrice", line.item.unit_price)
    _amount(sold, "ActualSalesUnitPrice", line.unit_price)
    _amount(sold, "ExtendedAmount", amounts.net)
    _amount(sold, "DiscountAmount", amounts.discount)
    _amount(sold, "Quantity", line.quantity).set("UnitOfMeasureCode", line.item.unit)
    tax = SubElement(sold, "Tax", {"TaxGroupID": line.item.tax_code})
    _amount(tax, "Percent", line.item.tax_rate * 100)
    _amount(tax, "Amount", amounts.tax)
    _fields(sold, line)


def _tender(retail: Element, payment: Payment) -> None:
    item = _line_item(retail, payment.payment_id, voided=payment.voided)
    tender = SubElement(item, "Tender", {"TenderType": payment.kind})
    _text(tender, "TenderID", payment.tender_id)
    _amount(tender, "Amount", payment.amount)
    _amount(tender, "TenderedAmount", payment.tendered)
    if payment.change:
        _amount(SubElement(tender, "TenderChange"), "Amount", payment.change)
    if payment.rounding:
        _amount(tender, "Rounding", payment.rounding)


def _sums(retail: Element, sale: Transaction, totals: Totals) -> None:
    for tax in totals.taxes:
        summed = SubElement(retail, "Tax", {"TaxGroupID": tax.tax_code})
        _amount(summed, "Percent", tax.rate * 100)
        _amount(summed, "TaxableAmount", tax.base)
        _amount(summed, "Amount", tax.tax)
    sums = {
        "TransactionGrossAmount": totals.subtotal,
        "TransactionTotalDiscountAmount": totals.discount,
        "TransactionTaxAmount": totals.tax,
        "TransactionRoundingAmount": totals.rounding,
        "TransactionGrandAmount": totals.total,
    }
    for kind, amount in sums.items():
        _amount(retail, "Total", amount).set("TotalType", kind)
    if sale.comment:
        _text(retail, "Note", sale.comment)
    _fields(retail, sale)


def _line_item(retail: Element, identity: str, *, voided: bool) -> Element:
    item = SubElement(retail, "LineItem", {"VoidFlag": "true"} if voided else {})
    _text(item, "SequenceNumber", str(len(retail.findall("LineItem"))))
    _text(item, "LineItemID", identity)
    return item


def _fields(parent: Element, part: Transaction | Line) -> None:
    """What plugins have put on a transaction or a line."""
    for name, value in part.extra.get(KEPT_AS, {}).items():
        _text(parent, "Field", value_text(value)).set("Name", name)


def _text(parent: Element, name: str, value: str) -> Element:
    child = SubElement(parent, name)
    child.text = _UNFIT.sub("\ufffd", value)
    return child


def _amount(parent: Element, name: str, value: Decimal) -> Element:
    return _text(parent, name, f"{value:f}")
