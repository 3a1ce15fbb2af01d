"""114 Return transaction: what a receipt's lines sold is taken back at what was paid for it, and never more of it.

Online the store server knows the receipts of all registers, and what was taken back of them. Without it this register
knows its own: from its journal, within the offline profile's limit. What two registers take back of one receipt at the
same time, or offline, is found at the store server afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import msgspec
from msgspec.structs import replace

from kassa.errors import InvalidInput, NotAllowed, NotAvailable, NotFound, NotServed, OfflineDatabaseUnavailable
from kassa.journal.entry import SalePayload
from kassa.model import DiscountLine, Line, Transaction
from kassa.money import ZERO, minor_unit
from kassa.operations import OperationContext, OperationResult
from kassa.requests.receipts import OF_LINE, FindReceipt, ReturnedLine, SoldReceipt, returned_lines
from kassa.sale import entered
from kassa.sale.allocation import round_half_up
from kassa.sale.entered import Entered
from kassa.sale.totals import compute
from kassa.text import Money, Number, Text, literal, texts
from kassa.windows import Action, Row, Window
from kassa_sale.asking import reason_for
from kassa_sale.serial_numbers import SERIAL_NUMBER, returned_of_line

_, n_ = texts("kassa_sale")

RETURN = 114
MOST_SHOWN = 12
GIVEN = "receipt"
"""The discount id of what a returned line had off when it was sold."""


class Receipt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is taken back. Without ``line_id`` the receipt is shown to choose from.

    :param quantity: of that line, without a sign; None: all that is left of it.
    :param everything: all that is left of the receipt.
    :param serial_number: of what that line sold, where it has one; else it is asked for.
    """

    receipt: str
    line_id: str | None = None
    quantity: Entered = None
    everything: bool = False
    reason: str | None = None
    serial_number: str | None = None


def take_back(context: OperationContext) -> OperationResult:
    """114. ``data`` is the receipt, or the new lines.

    :raises kassa.errors.NotFound: there is no such receipt here, or no such line on it.
    :raises kassa.errors.NotAllowed: more than is left of it, or, offline, more than may be without a manager; or
        another serial number than was sold, without a manager.
    """
    asked: Receipt = context.parameters
    number = asked.receipt.strip()
    if not number:
        raise InvalidInput(_("Nothing was scanned or typed."), hint=_("Scan the receipt, or type its number."))
    sold, alone = _find(context, number)
    left = _left(sold, context)
    if asked.line_id is None and not asked.everything:
        return OperationResult(window=_window(sold, left), data=sold)
    wanted = _wanted(asked, sold, left)
    serials = {line.line_id: returned_of_line(context, line, asked.serial_number) for line, _quantity in wanted}
    reason = reason_for(context, "return", asked.reason)
    lines = [
        _with_serial(_line(sold, line, quantity, context, reason), serials[line.line_id]) for line, quantity in wanted
    ]
    changed = replace(context.transaction, lines=(*context.transaction.lines, *lines))
    if alone:
        _check_alone(context, changed, number)
    context.save(changed)
    return OperationResult(data=context.transaction.lines[-len(lines) :])


def _find(context: OperationContext, number: str) -> tuple[SoldReceipt, bool]:
    """The receipt, and whether only this register was asked."""
    own = _own(context, number)
    try:
        found = context.send(FindReceipt(number))
    except NotFound:
        if own is None:
            raise
        return own, False
    except (NotAvailable, NotServed, OfflineDatabaseUnavailable):
        if own is None:
            raise NotFound(
                _("This register has no receipt {number}.", number=literal(number[:100])),
                hint=_("Without the store server only its own receipts can be taken back."),
            ) from None
        return own, True
    if own is None:
        return found, False
    known = {line.line_id: line for line in (*own.returned, *found.returned)}
    return replace(found, returned=tuple(known.values())), False


def _own(context: OperationContext, number: str) -> SoldReceipt | None:
    """The receipt out of this register's journal, with what that holds of its returns."""
    register = context.register
    entry = register.journal_entry(receipt_number=number)
    if entry is None or entry.kind != "sale":
        return None
    sale = msgspec.json.decode(entry.payload, type=SalePayload)
    mark = number.encode()
    returned: list[ReturnedLine] = []
    for series in register.journal_series():
        after = entry.sequence if series == entry.series else 0
        for later in register.journal_entries(kinds=("sale",), after=after, series=series):
            if mark in bytes(later.payload):
                payload = msgspec.json.decode(later.payload, type=SalePayload)
                returned += returned_lines(payload.transaction, payload.totals, number)
    return SoldReceipt(number, entry.at, sale.transaction, sale.totals, tuple(returned))


def _left(sold: SoldReceipt, context: OperationContext) -> dict[str, Decimal]:
    """How much of each sold line has not been taken back, in the sale in progress neither."""
    left = {line.line_id: line.quantity for line in sold.transaction.sold_lines if line.quantity > 0}
    for each in _returns(sold, context):
        if each.of_line in left:
            left[each.of_line] -= each.quantity
    return left


def _returns(sold: SoldReceipt, context: OperationContext) -> Iterable[ReturnedLine]:
    if not context.has_transaction:
        return sold.returned
    sale = context.transaction
    return (*sold.returned, *returned_lines(sale, compute(sale), sold.receipt_number))


def _wanted(asked: Receipt, sold: SoldReceipt, left: dict[str, Decimal]) -> list[tuple[Line, Decimal]]:
    lines = {line.line_id: line for line in sold.transaction.sold_lines}
    if asked.everything:
        every = [(lines[line_id], quantity) for line_id, quantity in left.items() if quantity > 0]
        if not every:
            raise _nothing_left(sold.receipt_number)
        return every
    line = lines.get(asked.line_id or "")
    if line is None or line.line_id not in left:
        raise NotFound(_("That line is not on the receipt."), hint=_("Choose another line."))
    rest = left[line.line_id]
    if rest <= 0:
        raise _nothing_left(sold.receipt_number)
    quantity = rest if asked.quantity is None else entered.quantity(asked.quantity)
    if quantity > rest:
        raise NotAllowed(
            _("Only {count} of {item} can be taken back.", count=Number(rest), item=literal(line.item.description)),
            hint=_("{sold} were sold on receipt {number}.", sold=Number(line.quantity), number=sold.receipt_number),
        )
    if line.item.decimals is not None and quantity != round(quantity, line.item.decimals):
        raise InvalidInput(_("The quantity has too many decimals."), hint=_("Type it again."))
    return [(line, quantity)]


def _nothing_left(number: str) -> NotAllowed:
    return NotAllowed(
        _("Everything on receipt {number} has been taken back already.", number=literal(number)),
        hint=_("Look at the receipt, or ask a manager."),
    )


def _line(sold: SoldReceipt, line: Line, quantity: Decimal, context: OperationContext, reason: str | None) -> Line:
    """A line that gives back what was paid: part after part of a line come to all of it, to the last öre."""
    unit = minor_unit(sold.transaction.currency)
    amounts = next(each for each in sold.totals.lines if each.line_id == line.line_id)
    paid = amounts.net if sold.transaction.tax_included else amounts.net + amounts.tax
    before = [each for each in _returns(sold, context) if each.of_line == line.line_id]
    taken = sum((each.quantity for each in before), ZERO)
    net = amounts.net
    given = sum((each.amount for each in before), ZERO)
    if not sold.transaction.tax_included and paid:
        given = round_half_up(given * net / paid, unit)
    back = round_half_up(net * (taken + quantity) / line.quantity, unit) - given
    gross = round_half_up(line.unit_price * quantity, unit)
    off = max(gross - back, ZERO)
    extra = {OF_LINE: line.line_id} | ({} if reason is None else {"return_reason": reason})
    names = " + ".join(each.name for each in line.discount_lines) or "%"
    return Line(
        context.new_id(),
        line.item,
        -quantity,
        price_override=line.price_override,
        return_of=sold.receipt_number,
        approved_by=context.approved_by,
        extra=extra,
        discount_lines=(DiscountLine(GIVEN, names, off),) if off else (),
    )


def _with_serial(line: Line, serial: str | None) -> Line:
    return line if serial is None else replace(line, extra={**line.extra, SERIAL_NUMBER: serial})


def _check_alone(context: OperationContext, changed: Transaction, number: str) -> None:
    """Within what the offline profile lets a register take back by itself."""
    limit = context.record.profile.max_offline_return_amount
    amount = sum((each.amount for each in returned_lines(changed, compute(changed), number)), ZERO)
    if limit is not None and amount > limit and context.approver is None:
        currency = changed.currency
        raise NotAllowed(
            _("{amount} is more than may be taken back without the store server.", amount=Money(amount, currency)),
            hint=_("The largest is {limit}. A manager may approve more.", limit=Money(limit, currency)),
            override=True,
        )


def _window(sold: SoldReceipt, left: dict[str, Decimal]) -> Window:
    currency = sold.transaction.currency
    amounts = {each.line_id: each for each in sold.totals.lines}
    lines = [line for line in sold.transaction.sold_lines if line.line_id in left][:MOST_SHOWN]
    rows = tuple(
        Row(_face(line, left[line.line_id]), _("{amount}", amount=Money(amounts[line.line_id].net, currency)))
        for line in lines
    )
    actions = [
        Action(
            _("Return {item}", item=literal(line.item.description[:24])),
            RETURN,
            {"receipt": sold.receipt_number, "line_id": line.line_id},
            enabled=left[line.line_id] > 0,
            reason=None if left[line.line_id] > 0 else _("Taken back already"),
        )
        for line in lines
    ]
    rest = any(quantity > 0 for quantity in left.values())
    everything = Action(
        _("Return everything"), RETURN, {"receipt": sold.receipt_number, "everything": True}, primary=True, enabled=rest
    )
    title = _("Receipt {number}", number=literal(sold.receipt_number))
    return Window("return_transaction", title, rows=rows, actions=(*actions, everything, Action(_("Close"))))


def _face(line: Line, left: Decimal) -> Text:
    return _(
        "{quantity} × {item}, {left} left",
        quantity=Number(line.quantity), item=literal(line.item.description), left=Number(max(left, ZERO)),
    )  # fmt: skip
