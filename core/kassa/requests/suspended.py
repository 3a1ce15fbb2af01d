"""Suspended sales: put aside by 503, taken up again by 504, on this register or another of the store."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

import msgspec

from kassa.model import Transaction
from kassa.runtime.request import Command, Query


class Suspended(msgspec.Struct, frozen=True):
    """A suspended sale, as listed."""

    transaction_id: str
    register_id: str
    suspended_at: datetime
    label: str


class SuspendSale(Command[Suspended], frozen=True, kw_only=True):
    """Put a sale aside."""

    NAME: ClassVar[str] = "kassa.suspend_sale"
    ANSWER: ClassVar[Any] = Suspended
    TILL_EFFECT: ClassVar[str] = "set_aside"

    transaction: Transaction
    label: str = ""


class RecallSale(Command[Transaction], frozen=True, kw_only=True):
    """Take a suspended sale up. Once: refused with ``not_found`` for everybody after the first."""

    NAME: ClassVar[str] = "kassa.recall_sale"
    ANSWER: ClassVar[Any] = Transaction
    TILL_EFFECT: ClassVar[str] = "take_up"

    transaction_id: str


class SuspendedSales(msgspec.Struct, frozen=True):
    """The suspended sales of the store, oldest first."""

    sales: tuple[Suspended, ...]


class ListSuspended(Query[SuspendedSales], frozen=True):
    """The store's suspended sales; offline, those of this register."""

    NAME: ClassVar[str] = "kassa.list_suspended"
    ANSWER: ClassVar[Any] = SuspendedSales
