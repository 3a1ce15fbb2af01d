"""Requests: what a register asks the commerce runtime. Each is a *query* or a *command* (system.md).

A query changes nothing and may be answered from the offline database. A command changes something, carries a UUIDv7
that is in the journal before it is first sent, and is done once however often it is sent.

Declaring one::

    class FindItem(Query[Item], frozen=True):
        NAME: ClassVar[str] = "kassa.find_item"
        ANSWER: ClassVar[type] = Item
        code: str
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import msgspec

from kassa.environment import Environment
from kassa.model import Store

Answer_co = TypeVar("Answer_co", covariant=True)
RequestType = TypeVar("RequestType", bound="Request[Any]", contravariant=True)


class Request(msgspec.Struct, Generic[Answer_co], frozen=True):
    """Base of both kinds. A class that is neither a query nor a command is refused when its plugin is loaded."""

    NAME: ClassVar[str] = ""
    """The name in ``POST /v1/requests/<name>``: the package, a dot, what it does."""
    ANSWER: ClassVar[Any] = None
    """The type of the answer, for decoding."""
    SEES_OWN_ROWS: ClassVar[bool] = True
    """Whether the answer may depend on rows that commands of this register write. What it did while the store server
    was away is then delivered before this request is sent."""


class Query(Request[Answer_co], Generic[Answer_co], frozen=True):
    """Asks and changes nothing: may fall back to the offline database."""


class Command(Request[Answer_co], Generic[Answer_co], frozen=True, kw_only=True):
    """Changes something, once. ``command_id`` is a UUIDv7 given by the register."""

    ONLINE_ONLY: ClassVar[bool] = False
    """True: never taken offline. Without an answer it ends as an unknown outcome, asked by its id (system.md)."""

    TILL_EFFECT: ClassVar[str] = ""
    """What the answer does to the sale in progress, in the same journal write that keeps the answer: ``set_aside``
    takes the sale off the till, ``take_up`` makes the answer (a Transaction) the sale in progress. So a register that
    is killed at any step neither loses nor doubles the sale."""

    command_id: str

    def repeats(self, earlier: Command[Any]) -> bool:
        """Whether this is ``earlier`` once more: pressed again while its outcome is not known. It then goes on under
        the earlier id. Override it where something else of the command is made from its id."""
        return msgspec.structs.replace(self, command_id=earlier.command_id) == earlier


class RequestContext(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who asks, sent beside each request. ``plugin`` and ``version`` name the plugin whose request it is."""

    store_id: str
    register_id: str
    staff_id: str | None = None
    transaction_id: str | None = None
    plugin: str = "kassa"
    version: str = ""
    language: str = "en"


class Side(Enum):
    """Where a handler runs."""

    STORE_SERVER = "store_server"
    REGISTER = "register"


BOTH_SIDES = frozenset(Side)

Row = Mapping[str, Any]


class Records(Protocol):
    """The rows a handler reads and writes: the channel database's, or the offline database's with the register's own
    rows laid over them. Tables are named as in :mod:`kassa.schema`; a row is a mapping of column to value."""

    def get(self, table: str, key: str, *, to_change: bool = False) -> Row | None:
        """The row with that primary key. ``to_change``: nobody else changes it before this command is done."""

    def find(self, table: str, *, limit: int = 50, **equals: Any) -> list[Row]:
        """Rows whose columns equal the given values, in primary key order."""

    def search(self, table: str, columns: tuple[str, ...], words: str, *, limit: int = 50) -> list[Row]:
        """Rows in which every word of ``words`` occurs in one of ``columns`` (which hold folded text)."""

    def put(self, table: str, row: Row) -> None:
        """Insert, or replace by primary key. Commands only. In a register it is kept in the journal, as an overlay,
        until headquarters' own row arrives.

        :raises TypeError: from a query's handler.
        """

    def remove(self, table: str, key: str) -> None:
        """Remove by primary key. Commands only.

        :raises TypeError: from a query's handler.
        """

    def select(self, statement: Any, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        """Rows of a SQLAlchemy select on master data tables (:mod:`kassa.schema`), without overlay: for joins."""


class Credentials(Protocol):
    """Staff PIN verifiers: the channel database's own, or the register's, keyed with its secret."""

    def check(self, staff_id: str, pin: str) -> bool:
        """Whether ``pin`` is that staff member's. Takes the same time for an unknown id."""

    def failed_tries(self, staff_id: str) -> tuple[int, datetime | None]:
        """Failed tries since the last success, and until when it is locked."""

    def note_try(self, staff_id: str, tries: int, locked_until: datetime | None) -> None:
        """Remember failed tries durably."""

    def version(self, staff_id: str) -> str:
        """Which verifier was used: goes into a staff assertion."""


class NextNumber(Protocol):
    """How a handler is given the next number of a series."""

    def __call__(self, series: str, *, after: int = 0) -> int | None:
        """The next one, above ``after``: the series goes on from there."""


def no_series(series: str, *, after: int = 0) -> int | None:
    """Headquarters is elsewhere."""
    return None


@dataclass(frozen=True)
class HandlerContext:
    """What a handler is given, alike on both sides."""

    side: Side
    records: Records
    credentials: Credentials
    caller: RequestContext
    store: Store
    environment: Environment
    done_online: bool = field(default=False, kw_only=True)
    """In a register: the store server has done the command already. What it wrote is laid over the offline database,
    and nothing is to be refused."""
    server_answer: Any = field(default=None, kw_only=True)
    """Then what it answered: rows are laid over under the numbers that it gave."""
    next_number: NextNumber = field(default=no_series, kw_only=True)
    """The next of a number series of headquarters (``customer``; at most 18 letters), from 1. For commands: it is taken
    in their transaction. None where headquarters is elsewhere: in a register, and in a store server that has joined."""


@dataclass(frozen=True)
class Handler:
    """A request's handler: written once, run where the request is answered.

    :param handle: called with the request and a :class:`HandlerContext`; returns the answer or raises a
        :class:`~kassa.errors.Refusal`. Synchronous; inside one database transaction.
    """

    request: type[Request[Any]]
    handle: Callable[[Any, HandlerContext], Any]
    sides: frozenset[Side] = BOTH_SIDES
