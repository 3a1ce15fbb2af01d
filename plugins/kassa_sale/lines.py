"""Operations on one line: 102 void, 103 comment, 104 price override, 105 set quantity.

``line_id`` names the line; without it the last one that counts is meant.
"""

from __future__ import annotations

import msgspec

from kassa.operations import OperationContext
from kassa.sale import entered, lines
from kassa.sale.entered import Entered
from kassa_sale.limits import keep


class OfLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line."""

    line_id: str | None = None


class LineComment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A comment on a line; empty takes it away."""

    comment: str
    line_id: str | None = None


class Price(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A price per unit; None gives the item's own price back."""

    price: Entered
    line_id: str | None = None


class Quantity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A quantity, without a sign: a return stays a return."""

    quantity: Entered
    line_id: str | None = None


def void(context: OperationContext) -> None:
    """102: the line stays to be seen and counts for nothing.

    :raises kassa.errors.NotFound: there is no such line.
    """
    line = lines.find_line(context.transaction, context.parameters.line_id)
    keep(context, lines.void_line(context.transaction, line))


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
    price = None if context.parameters.price is None else entered.price(context.parameters.price)
    keep(context, lines.override_price(context.transaction, line, price, context.approved_by))


def set_quantity(context: OperationContext) -> None:
    """105: another quantity.

    :raises kassa.errors.NotFound: there is no such line.
    :raises kassa.errors.InvalidInput: 0, a million, ``1,5e3``.
    """
    line = lines.find_line(context.transaction, context.parameters.line_id)
    keep(context, lines.set_quantity(context.transaction, line, entered.quantity(context.parameters.quantity)))
