"""Operations on one line: 102 void, 103 comment, 104 price override, 105 set quantity.

``line_id`` names the line; without it the last one that counts is meant.
"""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from kassa.errors import NotAllowed
from kassa.model import Line, Transaction
from kassa.operations import OperationContext
from kassa.requests.receipts import OF_LINE
from kassa.sale import entered, lines
from kassa.sale.entered import Entered
from kassa.text import texts
from kassa_sale.asking import reason_for
from kassa_sale.limits import keep
from kassa_sale.serial_numbers import check_one

_, n_ = texts("kassa_sale")


class OfLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line; ``reason``: a reason code, asked for where the store has some."""

    line_id: str | None = None
    reason: str | None = None


class LineComment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A comment on a line; empty takes it away."""

    comment: str
    line_id: str | None = None


class Price(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A price per unit; None gives the item's own price back. ``reason``: as for voiding."""

    price: Entered
    line_id: str | None = None
    reason: str | None = None


class Quantity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A quantity, without a sign: a return stays a return."""

    quantity: Entered
    line_id: str | None = None


def void(context: OperationContext) -> None:
    """102: the line stays to be seen and counts for nothing.

    :raises kassa.errors.NotFound: there is no such line.
    """
    line = lines.find_line(context.transaction, context.parameters.line_id)
    reason = reason_for(context, "void_line", context.parameters.reason)
    keep(context, _with_reason(lines.void_line(context.transaction, line), line.line_id, "void_reason", reason))


def comment(context: OperationContext) -> None:
    """103: a comment on the line.

    :raises kassa.errors.NotFound: there is no such line.
    :raises kassa.errors.InvalidInput: the comment is too long.
    """
    line = lines.find_line(context.transaction, context.parameters.line_id)
    context.save(lines.comment_line(context.transaction, line, entered.comment(context.parameters.comment)))


def override_price(context: OperationContext) -> None:
    """104: another price per unit. Needs the permission ``override_price``, or a manager.

    :raises kassa.errors.NotFound: there is no such line.
    :raises kassa.errors.InvalidInput: the price is below zero, too large, or no number.
    """
    line = lines.find_line(context.transaction, context.parameters.line_id)
    _check_no_receipt(line)
    price = None if context.parameters.price is None else entered.price(context.parameters.price)
    reason = None if price is None else reason_for(context, "price_override", context.parameters.reason)
    changed = lines.override_price(context.transaction, line, price, context.approved_by)
    keep(context, _with_reason(changed, line.line_id, "price_reason", reason))


def set_quantity(context: OperationContext) -> None:
    """105: another quantity.

    :raises kassa.errors.NotFound: there is no such line.
    :raises kassa.errors.InvalidInput: 0, a million, ``1,5e3``.
    """
    line = lines.find_line(context.transaction, context.parameters.line_id)
    _check_no_receipt(line)
    quantity = entered.quantity(context.parameters.quantity)
    check_one(line, quantity)
    keep(context, lines.set_quantity(context.transaction, line, quantity))


def _check_no_receipt(line: Line) -> None:
    """What comes back by its receipt comes back as it was sold."""
    if OF_LINE in line.extra:
        raise NotAllowed(
            _("This line takes back what is on a receipt."),
            hint=_("Void the line, and choose quantity and line from the receipt again."),
        )


def _with_reason(changed: Transaction, line_id: str, name: str, reason: str | None) -> Transaction:
    """With the reason in the line's ``extra``, where there is one."""
    if reason is None:
        return changed
    line = next(line for line in changed.lines if line.line_id == line_id)
    return lines.replace_line(changed, replace(line, extra={**line.extra, name: reason}))
