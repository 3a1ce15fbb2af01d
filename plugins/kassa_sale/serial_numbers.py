"""Serial-numbered items: each is sold under its number once, and comes back under the number that it was sold under.

What this register has sold is in its journal, with or without the store server; what another one has sold comes back by
its receipt (114), which names the numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import msgspec

from kassa.errors import InvalidInput, NotAllowed, NotAvailable
from kassa.journal.entry import SalePayload
from kassa.model import Item, Line
from kassa.operations import Entry, OperationContext, Question
from kassa.text import Text, literal, texts

_, n_ = texts("kassa_sale")

SERIAL_NUMBER = "serial_number"
"""In ``Line.extra``: the number of the very one that is sold or taken back."""
LONGEST_SERIAL = 60
PATIENCE_S = 45.0
_CANCEL = "cancel"
_SALE = msgspec.json.Decoder(SalePayload)


def sold_serial(context: OperationContext, item: Item, quantity: Decimal, given: str | None) -> str | None:
    """The serial number of what is sold: ``given``, or the one that is scanned or typed. None: the item has none.

    :raises kassa.errors.InvalidInput: more than one at once, or one that is in the sale already.
    :raises kassa.errors.NotAvailable: none is given.
    """
    if not item.serial_numbered:
        return None
    number = _one(context, item, quantity, given)
    _check_not_in_sale(context, item, number)
    return number


def returned_serial(context: OperationContext, item: Item, quantity: Decimal, given: str | None) -> str | None:
    """The same of what is taken back without its receipt.

    :raises kassa.errors.NotAllowed: this register has not sold it, or has taken it back already; a manager may approve.
    """
    if not item.serial_numbered:
        return None
    number = _one(context, item, quantity, given)
    _check_not_in_sale(context, item, number)
    if context.approver is None and sold_on(context, item, number) is None:
        raise NotAllowed(
            _("{item} {number} has not been sold here.", item=literal(item.description), number=literal(number)),
            hint=_("Take it back by its receipt (114), or have a manager approve it."),
            override=True,
        )
    return number


def returned_of_line(context: OperationContext, line: Line, given: str | None) -> str | None:
    """The same of what a line of a receipt sold. Sold without a number, it comes back without.

    :raises kassa.errors.NotAllowed: it is another one than was sold; a manager may approve.
    """
    sold = line.extra.get(SERIAL_NUMBER)
    if sold is None:
        return None
    number = given.strip()[:LONGEST_SERIAL] if given and given.strip() else _asked(context, line.item)
    if number != sold and context.approver is None:
        raise NotAllowed(
            _("{number} was not sold on this receipt: {sold} was.", number=literal(number), sold=literal(str(sold))),
            hint=_("Scan the number again, or have a manager approve it."),
            override=True,
        )
    return number


def check_one(line: Line, quantity: Decimal) -> None:
    """A line with a serial number is of one article.

    :raises kassa.errors.InvalidInput: it is to be another quantity.
    """
    if line.extra.get(SERIAL_NUMBER) is not None and quantity != 1:
        raise _one_at_a_time(line.item)


def told_twice(context: OperationContext, item: Item, number: str) -> Text | None:
    """What the cashier is told when this register has sold that very one before; None: it has not."""
    receipt = sold_on(context, item, number)
    if receipt is None:
        return None
    return _("{number} was sold before, on receipt {receipt}.", number=literal(number), receipt=literal(receipt))


def sold_on(context: OperationContext, item: Item, number: str) -> str | None:
    """The receipt that this register has sold that one on, if it has not come back since; by the journal."""
    for receipt, line in _lines(context, msgspec.json.encode(number).decode()):
        if line.extra.get(SERIAL_NUMBER) == number and line.item.number == item.number:
            return receipt if line.quantity > 0 else None
    return None


def _lines(context: OperationContext, mark: str) -> Iterator[tuple[str, Line]]:
    """Lines of this register's sales whose entries hold ``mark``, the latest first."""
    register = context.register
    for series in reversed(register.journal_series()):
        for entry in register.journal_entries(kinds=("sale",), series=series, newest_first=True, containing=mark):
            if not entry.training:
                sold = _SALE.decode(entry.payload).transaction.sold_lines
                yield from ((entry.receipt_number or "", line) for line in reversed(sold))


def _one(context: OperationContext, item: Item, quantity: Decimal, given: str | None) -> str:
    if quantity != 1:
        raise _one_at_a_time(item)
    return (given or _asked(context, item)).strip()[:LONGEST_SERIAL]


def _one_at_a_time(item: Item) -> InvalidInput:
    return InvalidInput(
        _("{item} is sold one at a time: each has its serial number.", item=literal(item.description)),
        hint=_("Scan each of them."),
    )


def _check_not_in_sale(context: OperationContext, item: Item, number: str) -> None:
    if any(line.extra.get(SERIAL_NUMBER) == number and line.item.number == item.number
           for line in context.transaction.sold_lines):  # fmt: skip
        raise InvalidInput(
            _("{number} is in the sale already.", number=literal(number)), hint=_("Scan the other one's number.")
        )


def _asked(context: OperationContext, item: Item) -> str:
    entry = Entry("serial_number", "code", _("Serial number"))
    question = Question(literal(item.description), ((_CANCEL, _("Cancel")),), _CANCEL, PATIENCE_S, entry)
    typed = context.ask(question)
    if typed == _CANCEL:
        raise NotAvailable(
            _("{item} is not sold or taken back without its serial number.", item=literal(item.description)),
            hint=_("Scan it again, then the number."),
        )
    return typed.strip()[:LONGEST_SERIAL]
