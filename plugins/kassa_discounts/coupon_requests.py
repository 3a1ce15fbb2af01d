"""Requests about coupons."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from kassa.runtime.request import Command, Query


class FoundCoupon(msgspec.Struct, frozen=True):
    """A coupon that holds today. ``name`` is its discount's, ``day`` the store's today, ``limited``: its uses are
    counted, and it is taken by :class:`UseCoupon`."""

    code: str
    discount_id: str
    name: str
    day: str
    limited: bool


class FindCoupon(Query[FoundCoupon], frozen=True):
    """The coupon with that code. Refused with ``not_found`` if there is none, or it does not hold here today."""

    NAME: ClassVar[str] = "kassa_discounts.find_coupon"
    ANSWER: ClassVar[Any] = FoundCoupon
    SEES_OWN_ROWS: ClassVar[bool] = False

    code: str


class CouponTaken(msgspec.Struct, frozen=True):
    """A coupon is a sale's. ``uses``: in so many sales it is."""

    uses: int


class UseCoupon(Command[CouponTaken], frozen=True, kw_only=True):
    """Take a coupon for a sale.

    :param day: on which it was handed in: a register may tell the store server later.
    :param offline_limit: how many a register takes without its store server; None: any number.
    """

    NAME: ClassVar[str] = "kassa_discounts.use_coupon"
    ANSWER: ClassVar[Any] = CouponTaken

    code: str
    transaction_id: str
    day: str
    offline_limit: int | None = None


class ReleaseCoupon(Command[CouponTaken], frozen=True, kw_only=True):
    """The coupon is not that sale's any more."""

    NAME: ClassVar[str] = "kassa_discounts.release_coupon"
    ANSWER: ClassVar[Any] = CouponTaken

    code: str
    transaction_id: str
