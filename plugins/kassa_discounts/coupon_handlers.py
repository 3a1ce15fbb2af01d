"""Handlers of :mod:`kassa_discounts.coupon_requests`.

What a register took while its store server was away is done there on delivery, by the same handler. Where another
register has used the coupon meanwhile, the command is refused there and parked: a finding for a person, with the sale's
number; the sale stays as it is.
"""

from __future__ import annotations

from sqlalchemy import bindparam, column, exists, select
from sqlalchemy import table as named

from kassa.errors import NotAllowed, NotFound
from kassa.requests.prices import place
from kassa.runtime.request import Handler, HandlerContext, Row, Side
from kassa.schema.master import coupon_use
from kassa.text import literal, texts
from kassa_discounts.coupon_requests import CouponTaken, FindCoupon, FoundCoupon, ReleaseCoupon, UseCoupon

_, n_ = texts("kassa_discounts")

TABLE = "coupon_use"
MOST = 10_000
_POSTED = named("sales_transaction", column("transaction_id"), column("kind"))
VOIDED = select(coupon_use.c.use_id).where(
    coupon_use.c.coupon_code == bindparam("code"),
    exists().where(_POSTED.c.transaction_id == coupon_use.c.transaction_id, _POSTED.c.kind == "void"),
)
"""Uses in sales that were voided, which the store server knows: they do not count."""


def find_coupon(request: FindCoupon, context: HandlerContext) -> FoundCoupon:
    """The coupon, if it holds here today."""
    where = place(context)
    row = _valid(context, request.code, where["today"])
    discount = context.records.get("discount", row["discount_id"])
    if discount is None or not discount["coupon_required"]:
        raise _unknown(request.code)
    limited = row["usage_limit"] is not None
    return FoundCoupon(row["coupon_code"], row["discount_id"], discount["name"], where["today"], limited)


def use_coupon(request: UseCoupon, context: HandlerContext) -> CouponTaken:
    """Take a coupon for a sale.

    :raises NotFound: there is no such coupon.
    :raises NotAllowed: it has been used as often as it may, or the register has taken too many by itself.
    """
    row = _valid(context, request.code, request.day)
    others = [use for use in _uses(context, request.code) if use["transaction_id"] != request.transaction_id]
    if row["usage_limit"] is not None and len(others) >= row["usage_limit"]:
        raise NotAllowed(
            _("Coupon {code} has been used already.", code=literal(request.code)),
            hint=_("Ask the customer for another one."),
            where=", ".join(sorted(use["transaction_id"] for use in others)[:3]),
        )
    here = context.side is Side.REGISTER
    if here:
        _check_offline(request, context)
    context.records.put(
        TABLE,
        {
            "use_id": f"{request.transaction_id}:{request.code}",
            "coupon_code": request.code,
            "transaction_id": request.transaction_id,
            "store_id": context.store.store_id,
            "register_id": context.caller.register_id,
            "used_at": context.environment.clock.utc().isoformat(),
            "offline": here,
        },
    )
    return CouponTaken(len(others) + 1)


def release_coupon(request: ReleaseCoupon, context: HandlerContext) -> CouponTaken:
    """The coupon may be used again."""
    uses = _uses(context, request.code)
    mine = [use for use in uses if use["transaction_id"] == request.transaction_id]
    for use in mine:
        context.records.remove(TABLE, use["use_id"])
    return CouponTaken(len(uses) - len(mine))


def _check_offline(request: UseCoupon, context: HandlerContext) -> None:
    """Within the offline profile's limit: what has not been delivered yet is counted."""
    if request.offline_limit is None:
        return
    taken = context.records.find(TABLE, limit=MOST, register_id=context.caller.register_id, offline=True)
    if len(taken) >= request.offline_limit:
        raise NotAllowed(
            _("No more coupons of this kind are taken without the store server."),
            hint=_("Try again when the register is connected."),
        )


def _uses(context: HandlerContext, code: str) -> list[Row]:
    uses = context.records.find(TABLE, limit=MOST, coupon_code=code)
    if context.side is Side.REGISTER or not uses:
        return uses
    voided = {row["use_id"] for row in context.records.select(VOIDED, {"code": code})}
    return [use for use in uses if use["use_id"] not in voided]


def _valid(context: HandlerContext, code: str, day: str) -> Row:
    row = context.records.get("coupon", code)
    if row is None or row["store_id"] not in ("", context.store.store_id):
        raise _unknown(code)
    if day < row["valid_from"] or (row["valid_to"] is not None and day > row["valid_to"]):
        raise NotFound(
            _("Coupon {code} does not hold today.", code=literal(code)), hint=_("Ask the customer for another one.")
        )
    return row


def _unknown(code: str) -> NotFound:
    return NotFound(_("There is no coupon {code}.", code=literal(code)), hint=_("Scan it again, or type its code."))


COUPON_HANDLERS: tuple[Handler, ...] = (
    Handler(FindCoupon, find_coupon),
    Handler(UseCoupon, use_coupon),
    Handler(ReleaseCoupon, release_coupon),
)
