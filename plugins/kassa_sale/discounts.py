"""Discounts given by hand: 300 and 301 on a line, 302 and 303 on the whole sale. 0 takes a discount away."""

from __future__ import annotations

import msgspec

from kassa.operations import OperationContext
from kassa.sale import entered
from kassa.sale.discounts import discount_line, discount_total
from kassa.sale.entered import Entered
from kassa.sale.lines import find_line
from kassa_sale.limits import keep


class LineAmount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An amount off a line."""

    amount: Entered
    line_id: str | None = None
    reason: str | None = None


class LinePercent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A per cent off a line."""

    percent: Entered
    line_id: str | None = None
    reason: str | None = None


class TotalAmount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An amount off the whole sale."""

    amount: Entered
    reason: str | None = None


class TotalPercent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A per cent off the whole sale."""

    percent: Entered
    reason: str | None = None


def line_amount(context: OperationContext) -> None:
    """300: an amount off the line.

    :raises kassa.errors.InvalidInput: it is more than the line is worth.
    :raises kassa.errors.NotAllowed: it is over the limit.
    """
    _on_line(context, "amount", context.parameters.amount)


def line_percent(context: OperationContext) -> None:
    """301: a per cent off the line.

    :raises kassa.errors.InvalidInput: it is not between 0 and 100.
    :raises kassa.errors.NotAllowed: it is over the limit.
    """
    _on_line(context, "percent", context.parameters.percent)


def total_amount(context: OperationContext) -> None:
    """302: an amount off the whole sale.

    :raises kassa.errors.InvalidInput: it is more than the goods are worth.
    :raises kassa.errors.NotAllowed: it is over the limit.
    """
    _on_total(context, "amount", context.parameters.amount)


def total_percent(context: OperationContext) -> None:
    """303: a per cent off the whole sale.

    :raises kassa.errors.InvalidInput: it is not between 0 and 100.
    :raises kassa.errors.NotAllowed: it is over the limit.
    """
    _on_total(context, "percent", context.parameters.percent)


def _on_line(context: OperationContext, kind: str, value: Entered) -> None:
    transaction, parameters = context.transaction, context.parameters
    line = find_line(transaction, parameters.line_id)
    discount = entered.discount(kind, value, transaction.currency, parameters.reason)
    keep(context, discount_line(transaction, line, discount))


def _on_total(context: OperationContext, kind: str, value: Entered) -> None:
    transaction = context.transaction
    discount = entered.discount(kind, value, transaction.currency, context.parameters.reason)
    keep(context, discount_total(transaction, discount))
