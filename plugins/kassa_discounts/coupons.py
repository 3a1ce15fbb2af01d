"""643 Add coupon and 644 Remove coupon: a coupon makes a discount one that the sale may get."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from kassa.errors import InvalidInput, NotFound
from kassa.model import SaleCoupon, Transaction
from kassa.money import ZERO
from kassa.operations import OperationContext, OperationResult
from kassa.sale.cards import check_nothing_paid
from kassa.text import Money, Text, literal, texts
from kassa_discounts.coupon_requests import FindCoupon, ReleaseCoupon, UseCoupon

_, n_ = texts("kassa_discounts")

LONGEST_CODE = 40


class CouponCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The coupon's code, scanned or typed."""

    code: str


class ChosenCoupon(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which coupon; without a code, the last one."""

    code: str | None = None


def add(context: OperationContext) -> OperationResult:
    """643: with a coupon. One whose uses are counted is taken for this sale at once, at the store server where it is
    there.

    :raises kassa.errors.NotFound: there is no such coupon, or it does not hold today.
    :raises kassa.errors.NotAllowed: it has been used, or too many have been taken offline.
    :raises kassa.errors.InvalidInput: it is in the sale already.
    """
    transaction = context.transaction
    check_nothing_paid(transaction)
    code = context.parameters.code.strip().upper()
    if not code or len(code) > LONGEST_CODE:
        raise InvalidInput(_("This is no coupon."), hint=_("Scan it again, or type its code."))
    if any(coupon.code == code for coupon in transaction.coupons):
        raise InvalidInput(_("The coupon is in the sale already."), hint=_("Go on with the sale."))
    found = context.send(FindCoupon(code))
    if found.limited:
        limit = context.record.profile.max_offline_coupon_count
        context.send(
            UseCoupon(
                command_id=context.new_id(),
                code=code,
                transaction_id=transaction.transaction_id,
                day=found.day,
                offline_limit=limit,
            )
        )
    coupon = SaleCoupon(code, found.discount_id, found.limited)
    context.save(replace(context.transaction, coupons=(*transaction.coupons, coupon)))
    return OperationResult(message=_said(context.transaction, coupon, found.name), data=coupon)


def remove(context: OperationContext) -> OperationResult:
    """644: without a coupon, which may be used again.

    :raises kassa.errors.NotFound: it is not in the sale.
    """
    transaction = context.transaction
    check_nothing_paid(transaction)
    coupon = _chosen(transaction, context.parameters.code)
    if coupon.limited:
        context.send(
            ReleaseCoupon(command_id=context.new_id(), code=coupon.code, transaction_id=transaction.transaction_id)
        )
    context.save(replace(transaction, coupons=tuple(each for each in transaction.coupons if each != coupon)))
    return OperationResult(message=_("Coupon {code} is not used.", code=literal(coupon.code)), data=coupon)


def _chosen(transaction: Transaction, code: str | None) -> SaleCoupon:
    wanted = None if code is None or not code.strip() else code.strip().upper()
    for coupon in reversed(transaction.coupons):
        if wanted is None or coupon.code == wanted:
            return coupon
    raise NotFound(_("There is no such coupon in the sale."), hint=_("Go on with the sale."))


def _said(transaction: Transaction, coupon: SaleCoupon, name: str) -> Text:
    """What it comes to; a coupon whose goods are not there yet may wait for them."""
    given = [each.amount for line in transaction.lines for each in line.discount_lines
             if each.discount_id == coupon.discount_id]  # fmt: skip
    if not given:
        return _("{name}: nothing in the sale gets it yet.", name=literal(name))
    return _("{name}: {amount} off", name=literal(name), amount=Money(sum(given, ZERO), transaction.currency))
