"""What a foreign currency is worth in a store: master data with validity, the same rule on both sides."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

import msgspec
from sqlalchemy import bindparam, or_, select

from kassa.errors import NotFound
from kassa.requests.prices import place
from kassa.runtime.request import HandlerContext, Query
from kassa.schema.master import exchange_rate
from kassa.text import literal, texts

_, n_ = texts("kassa")

_IN_FORCE = (
    select(exchange_rate.c.rate, exchange_rate.c.valid_from)
    .where(
        exchange_rate.c.currency == bindparam("currency"),
        exchange_rate.c.store_currency == bindparam("store_currency"),
        exchange_rate.c.valid_from <= bindparam("today"),
        or_(exchange_rate.c.valid_to.is_(None), exchange_rate.c.valid_to >= bindparam("today")),
    )
    .order_by(exchange_rate.c.valid_from.desc())
    .limit(1)
)


class ExchangeRate(msgspec.Struct, frozen=True):
    """One unit of ``currency`` is worth ``rate`` of ``store_currency``, since the day ``valid_from``."""

    currency: str
    store_currency: str
    rate: Decimal
    valid_from: str


class FindExchangeRate(Query[ExchangeRate], frozen=True):
    """The rate of a currency that holds today in the store's own: of several the one that began last. Refused with
    ``not_found`` where none does."""

    NAME: ClassVar[str] = "kassa.find_exchange_rate"
    ANSWER: ClassVar[Any] = ExchangeRate
    SEES_OWN_ROWS: ClassVar[bool] = False

    currency: str


def find_exchange_rate(request: FindExchangeRate, context: HandlerContext) -> ExchangeRate:
    """The rate in force.

    :raises NotFound: there is none today.
    """
    own = context.store.currency
    asked = {"currency": request.currency, "store_currency": own, "today": place(context)["today"]}
    for row in context.records.select(_IN_FORCE, asked):
        return ExchangeRate(request.currency, own, row["rate"], row["valid_from"])
    raise NotFound(
        _("There is no exchange rate for {currency} today.", currency=literal(request.currency[:10])),
        hint=_("Take another payment. Headquarters enters rates."),
    )
