"""Contact between register and store server: the first word of each connection, the record, changes of master data,
the fate of a command."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Literal

import msgspec

from kassa.model import RegisterRecord
from kassa.requests.staff import StaffAssertion
from kassa.runtime.request import Query


class HelloAnswer(msgspec.Struct, frozen=True):
    """The store server accepts device, shift and staff. ``server_time`` sets the known offset of the clocks.

    ``known_sequence`` and ``known_hash`` (hexadecimal) are the last entry that it has of the register's series: a
    journal that has not come so far, or has another entry there, is a copy or an old backup.
    """

    server_time: datetime
    record_version: int
    known_sequence: int = 0
    known_hash: str = ""


class Hello(Query[HelloAnswer], frozen=True):
    """The first request of each connection (S3): a real request on the channel database, not a static page.

    Refused with ``device_not_trusted``, or ``not_allowed`` naming the staff member who is not valid any more.
    Store server only.
    """

    NAME: ClassVar[str] = "kassa.hello"
    ANSWER: ClassVar[Any] = HelloAnswer

    staff_id: str | None = None
    assertions: tuple[StaffAssertion, ...] = ()
    shift_id: str | None = None


class ReadRecord(Query[RegisterRecord], frozen=True):
    """The register's record as it is now. Store server only."""

    NAME: ClassVar[str] = "kassa.read_record"
    ANSWER: ClassVar[Any] = RegisterRecord


class ChangesPage(msgspec.Struct, frozen=True):
    """Rows of one table above a version, in version order, as lists of column values (decimals and times as text).

    ``next_after`` is where to go on; ``more`` whether there is more; ``total`` how many rows the table has in all.
    """

    table: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    next_after: int
    more: bool
    total: int


class ReadChanges(Query[ChangesPage], frozen=True):
    """One page of a master data table's rows with a row version above ``after``. A snapshot is the changes after 0,
    for which tombstones are not needed. Store server only."""

    NAME: ClassVar[str] = "kassa.read_changes"
    ANSWER: ClassVar[Any] = ChangesPage

    table: str
    after: int = 0
    limit: int = 2000


class CommandFate(msgspec.Struct, frozen=True):
    """What became of a command: ``answered`` (with the answer as JSON), ``refused`` (with the refusal as JSON:
    :class:`kassa.protocol.RefusalMessage`), or ``unknown`` here."""

    fate: Literal["answered", "refused", "unknown"]
    answer: msgspec.Raw = msgspec.Raw()


class AskCommand(Query[CommandFate], frozen=True):
    """What became of the command with that id. Store server only.

    ``or_never``: if it has not come, it is refused from now on, however late it arrives: it may still be on its way
    through a network that was frozen, and nobody would hear of what it did.
    """

    NAME: ClassVar[str] = "kassa.ask_command"
    ANSWER: ClassVar[Any] = CommandFate

    command_id: str
    or_never: bool = False
