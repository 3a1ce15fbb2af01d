"""The largest discount that somebody may give: ``discount_percent`` of their permission group; without it, none.

A discount is measured by what it comes to on the goods as they are now. So an amount that was within the limit is
looked at again when its line becomes smaller; what a manager has approved stands as long as it does not grow.
"""

from __future__ import annotations

from decimal import Decimal

from kassa.errors import NotAllowed
from kassa.model import Staff, Transaction
from kassa.operations import OperationContext
from kassa.sale.discounts import approve, given
from kassa.text import Number, texts

_, n_ = texts("kassa_sale")

LIMIT = "discount_percent"
_NONE = Decimal(0)
_CENT = Decimal("0.01")


def keep(context: OperationContext, changed: Transaction) -> None:
    """Save ``changed`` as the transaction in progress, if its discounts are within the limits.

    :raises kassa.errors.NotAllowed: one is not; a manager may approve it, whose name is kept with it.
    """
    context.save(within_limits(context, changed))


def within_limits(context: OperationContext, changed: Transaction) -> Transaction:
    """``changed``, with the manager's name on each discount that needs it.

    :raises kassa.errors.NotAllowed: nobody who may has approved it.
    """
    discounts = given(changed)
    if not discounts:
        return changed
    before = {each.line_id: each for each in given(context.transaction)}
    for each in discounts:
        former = before.get(each.line_id)
        stands = former is not None and former.discount == each.discount and each.percent <= former.percent
        if (stands and each.discount.approved_by is not None) or each.percent <= limit_of(context.staff):
            continue
        approver = context.approver
        if approver is None or each.percent > limit_of(approver):
            raise _over_the_limit(each.percent, approver or context.staff)
        changed = approve(changed, each, approver.staff_id)
    return changed


def limit_of(staff: Staff) -> Decimal:
    """The largest discount, in per cent, that ``staff`` may give or approve."""
    return staff.limits.get(LIMIT, _NONE)


def _over_the_limit(percent: Decimal, staff: Staff) -> NotAllowed:
    return NotAllowed(
        _("A discount of {percent} % is more than {name} may give.",
          percent=Number(percent.quantize(_CENT).normalize() + 0), name=staff.name),
        hint=_("The largest is {limit} %. A manager may approve more.", limit=Number(limit_of(staff))),
        override=True,
    )  # fmt: skip
