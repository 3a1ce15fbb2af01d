"""100 Product sale and 109 Return product: from what was scanned or typed to a line."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import msgspec

from kassa.errors import InvalidInput
from kassa.operations import OperationContext, OperationResult
from kassa.requests.catalogue import FindItem
from kassa.sale import entered
from kassa.sale.entered import Entered
from kassa.sale.lines import add_item
from kassa.text import texts
from kassa_sale.asking import AGE_CHECKED, check_age, reason_for
from kassa_sale.limits import keep
from kassa_sale.serial_numbers import SERIAL_NUMBER, returned_serial, sold_serial, told_twice

_, n_ = texts("kassa_sale")

_TIMES = re.compile(r"\s*([^*×]+?)\s*[*×]\s*(.+)", re.DOTALL)
_ONE = Decimal(1)


class Scanned(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is sold. ``code``: a barcode or item number, perhaps with a quantity before it (``3×code``, ``3*code``).
    ``quantity``: instead of that. ``serial_number``: of a serial-numbered item; else it is asked for."""

    code: str
    quantity: Entered = None
    serial_number: str | None = None


class Returned(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What comes back. ``quantity`` is entered without a sign; ``receipt`` is the number of the receipt, if shown.
    ``serial_number``: of a serial-numbered item; else it is asked for."""

    code: str
    quantity: Entered = None
    receipt: str | None = None
    reason: str | None = None
    serial_number: str | None = None


def sell(context: OperationContext) -> OperationResult:
    """100: a line with the item. ``data`` of the result is the new line.

    :raises kassa.errors.NotFound: nothing has that code.
    :raises kassa.errors.InvalidInput: the quantity cannot be sold.
    """
    scanned: Scanned = context.parameters
    code, quantity = read_scan(scanned.code, scanned.quantity)
    item = context.send(FindItem(code))
    age = check_age(context, item)
    serial = sold_serial(context, item, quantity * item.quantity, scanned.serial_number)
    extra: dict[str, Any] = {} if age is None else {AGE_CHECKED: age}
    if serial is not None:
        extra[SERIAL_NUMBER] = serial
    transaction = add_item(context.transaction, item, quantity, context.new_id(), extra=extra)
    keep(context, transaction)
    told = None if serial is None else told_twice(context, item, serial)
    return OperationResult(told, data=context.transaction.lines[-1])


def take_back(context: OperationContext) -> OperationResult:
    """109: a line that takes the item back. ``data`` of the result is the new line.

    :raises kassa.errors.NotFound: nothing has that code.
    :raises kassa.errors.InvalidInput: the quantity cannot be returned.
    :raises kassa.errors.NotAllowed: its serial number has not been sold here; a manager may approve.
    """
    returned: Returned = context.parameters
    code, quantity = read_scan(returned.code, returned.quantity)
    item = context.send(FindItem(code))
    serial = returned_serial(context, item, quantity * item.quantity, returned.serial_number)
    reason = reason_for(context, "return", returned.reason)
    extra = {"return_reason": reason, SERIAL_NUMBER: serial}
    transaction = add_item(
        context.transaction,
        item,
        quantity,
        context.new_id(),
        returned=True,
        return_of=(returned.receipt or "").strip() or None,
        approved_by=context.approved_by,
        extra={name: value for name, value in extra.items() if value is not None},
    )
    keep(context, transaction)
    return OperationResult(data=transaction.lines[-1])


def read_scan(code: str, quantity: Entered) -> tuple[str, Decimal]:
    """Code and quantity; without one, 1. A ``*`` at the very beginning belongs to the code.

    :raises kassa.errors.InvalidInput: there is no code, or what stands before the × is no quantity.
    """
    if quantity is None:
        match = _TIMES.fullmatch(code)
        if match is not None:
            return match[2].strip(), entered.quantity(match[1])
    if not code.strip():
        raise InvalidInput(_("Nothing was scanned or typed."), hint=_("Scan the item, or type its number."))
    return code.strip(), _ONE if quantity is None else entered.quantity(quantity)
