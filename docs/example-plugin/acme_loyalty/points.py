"""Operation 81890: the points that the sale in progress gives its customer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

import msgspec
from kassa import (
    Handler,
    HandlerContext,
    Offline,
    Operation,
    OperationContext,
    OperationResult,
    Place,
    Query,
    Text,
    texts,
)
from kassa.errors import InvalidInput, NotAvailable
from kassa.model import Transaction
from kassa.runtime.request import Side
from kassa.sale.totals import compute

from acme_loyalty import settings

_, n_ = texts("acme_loyalty")

NUMBER = 81890


class Points(msgspec.Struct, frozen=True):
    """Points; ``limited``: it would have been more, had the store server been asked."""

    given: int
    limited: bool = False


class PointsOf(Query[Points], frozen=True):
    """How many points an amount gives. A query: it changes nothing, and may be answered offline."""

    NAME: ClassVar[str] = "acme_loyalty.points_of"
    ANSWER: ClassVar[Any] = Points

    amount: Decimal
    amount_per_point: int
    offline_limit: int


def points_of(request: PointsOf, context: HandlerContext) -> Points:
    """The handler: runs in the store server and, while that is away, in the register.

    :raises kassa.errors.InvalidInput: a return gives no points.
    """
    if request.amount < 0:
        raise InvalidInput(_("A return gives no points."), hint=_("Finish it without."))
    earned = int(request.amount // request.amount_per_point)
    if context.side is Side.REGISTER and earned > request.offline_limit:
        return Points(request.offline_limit, limited=True)
    return Points(earned)


def give_points(context: OperationContext) -> OperationResult:
    """The operation: what it saves is in the register's journal, and goes with the sale.

    :raises kassa.errors.NotAvailable: the sale has no customer.
    """
    sale = context.transaction
    if sale.customer is None:
        raise NotAvailable(_("Points need a customer."), hint=_("Put the customer on the sale first."))
    own = settings.read(context.settings)
    points = context.send(PointsOf(compute(sale).total, own.amount_per_point, own.offline_limit))
    fields = msgspec.to_builtins(points)
    context.save(msgspec.structs.replace(sale, extra={**sale.extra, "acme_loyalty": fields}))
    if points.limited:
        return OperationResult(_("{points}: the most without the store server.", points=words(points.given)))
    return OperationResult(words(points.given))


def points_on(sale: Transaction) -> int | None:
    """The points that a sale carries; None: nobody has asked for them."""
    fields = sale.extra.get("acme_loyalty")
    return None if fields is None else int(fields["given"])


def words(given: int) -> Text:
    """Points, in the reader's language."""
    return n_("{count} point", "{count} points", count=given)


OPERATION = Operation(
    NUMBER,
    _("Points"),
    give_points,
    places=frozenset({Place.SALE}),
    offline=Offline.LIMITED,
    offline_reason=_("Not more than a few points"),
)
HANDLER = Handler(PointsOf, points_of)
