"""Reason codes: what a cashier chooses among when something is taken back, changed or voided."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import msgspec

from kassa.runtime.request import HandlerContext, Query

ReasonKind = Literal["return", "price_override", "void_line", "void_transaction"]
MOST = 20


class Reason(msgspec.Struct, frozen=True):
    """A reason code with its words."""

    code: str
    name: str


class Reasons(msgspec.Struct, frozen=True):
    """The reason codes of a kind, by code; none: nobody is asked."""

    reasons: tuple[Reason, ...] = ()


class FindReasons(Query[Reasons], frozen=True):
    """The reason codes of a kind."""

    NAME: ClassVar[str] = "kassa.find_reasons"
    ANSWER: ClassVar[Any] = Reasons
    SEES_OWN_ROWS: ClassVar[bool] = False

    kind: ReasonKind


def find_reasons(request: FindReasons, context: HandlerContext) -> Reasons:
    """The reason codes of a kind."""
    rows = context.records.find("reason_code", limit=MOST, kind=request.kind)
    return Reasons(tuple(Reason(row["reason_code"], row["name"]) for row in rows))
