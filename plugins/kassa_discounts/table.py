"""The operations that this plugin declares."""

from __future__ import annotations

from kassa.operations import Entry, Offline, Operation, Place
from kassa.text import texts
from kassa_discounts import coupons

_, n_ = texts("kassa_discounts")

IN_SALE = frozenset({Place.SALE})

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        643,
        _("Add coupon"),
        coupons.add,
        coupons.CouponCode,
        IN_SALE,
        offline=Offline.LIMITED,
        offline_reason=_("Counted coupons only as many as the offline profile allows"),
        entries=(Entry("code", "code", _("Coupon")),),
    ),
    Operation(644, _("Remove coupon"), coupons.remove, coupons.ChosenCoupon, IN_SALE),
)
