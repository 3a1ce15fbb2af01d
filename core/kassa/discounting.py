"""Discounts that nobody gives by hand: what master data says of periodic ones, and what goes over the hook
``offer_discounts``: a sale to look at, and what it gets off."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol, TypeVar

import msgspec

from kassa.model import Transaction
from kassa.runtime.request import Query

Answer = TypeVar("Answer")


DiscountType = Literal["simple", "quantity", "mix_and_match", "threshold"]
Concurrency = Literal["exclusive", "best_price", "compound"]
DiscountMethod = Literal["percent", "amount", "deal_price", "least_expensive"]


class DiscountLevel(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What it takes to get a discount.

    :param minimum: a quantity of the discount's products (``quantity``), what they come to (``threshold``), or how many
        of the group a mix and match takes.
    :param value: what is given from there on; None: the discount's own value.
    :param line_group: of ``mix_and_match``.
    """

    minimum: Decimal
    value: Decimal | None = None
    line_group: str = ""


class Asks(Protocol):
    """Asks the commerce runtime as an operation does: online at the store server, offline in the register."""

    def __call__(self, request: Query[Answer]) -> Answer:
        """The answer.

        :raises kassa.errors.Refusal: the answer is no.
        """


@dataclass(frozen=True)
class DiscountRequest:
    """A sale whose lines have changed.

    :param transaction: as it would be kept, with the discount lines that it had before.
    :param ask: for queries.
    """

    transaction: Transaction
    ask: Asks


class OfferedDiscount(msgspec.Struct, frozen=True):
    """What a discount takes off a line: ``amount``, above 0, in the currency's minor units (rounded half up if not).

    :param discount_id: the same on all lines that one discount is given on.
    :param name: what screen and receipt call it.
    """

    line_id: str
    discount_id: str
    name: str
    amount: Decimal
