"""The register as plugins and the screen see it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import structlog

from kassa.connection import Connection, ConnectionChange, ConnectionState, RemoteGateway
from kassa.environment import Environment
from kassa.journal import EntryBody, Waiting
from kassa.journal.overlay import OverlayMark
from kassa.model import RegisterRecord, Staff, Transaction
from kassa.operations import ButtonFace, Entry, Finished, ManagerApproval, OperationResult, Place, Question
from kassa.requests.contact import Hello, HelloAnswer
from kassa.runtime.request import RequestContext
from kassa.sale.totals import Totals
from kassa.text import Text
from kassa.windows import StatusItem, Window

if TYPE_CHECKING:
    from kassa.offline_database import OfflineDatabase
    from kassa.packages.plugin_sets import PluginsReport
    from kassa.register.devices import Devices
    from kassa.register.plugin_folders import PluginFolders
    from kassa.requests.contact import Hello, HelloAnswer

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Attempt:
    """One attempt to synchronise, in one direction. ``packages`` counts packages or batches, ``rows`` rows or
    entries."""

    at: datetime
    succeeded: bool
    packages: int = 0
    rows: int = 0
    error: Text | None = None


@dataclass(frozen=True)
class GroupStatus:
    """Where one table group of the offline database stands.

    :param applied_at: when its last package was applied.
    :param error: why the next one is not; None: nothing is wrong.
    """

    table_group: str
    rows: int
    applied_at: datetime
    error: Text | None = None


@dataclass(frozen=True)
class SyncStatus:
    """Status of synchronisation (S4): the last attempt and the last success, down and up.

    :param checked_at: the last successful check for changes: the age of the data counts from it.
    :param promised_until: until when headquarters promised that its list of packages holds; once it has passed, that
        warns, and stops nothing.
    :param running: figures of the work going on, such as *12 of 40 pages*; None when idle.
    """

    download: Attempt | None = None
    download_success: Attempt | None = None
    upload: Attempt | None = None
    upload_success: Attempt | None = None
    checked_at: datetime | None = None
    running: Text | None = None
    groups: tuple[GroupStatus, ...] = ()
    promised_until: datetime | None = None


@dataclass(frozen=True)
class ReadinessCause:
    """Why a register would not sell if the server vanished.

    :param code: stays the same in every language and version; ``arguments`` are what it is about, by name.
    :param what: the same in words.
    """

    code: str
    what: Text
    arguments: Mapping[str, str] = field(default_factory=dict)

    def words(self, language: str) -> str:
        """In words of ``language``."""
        return self.what.words(language)


@dataclass(frozen=True)
class Readiness:
    """Would this register sell right now if the server vanished? If not, the named causes."""

    ready: bool
    causes: tuple[ReadinessCause, ...] = ()


@dataclass(frozen=True)
class GridButton:
    """A button of the grid as it is now: what it shows, and what pressing it runs; ``entries`` are the operation's.

    :param menu: the buttons of the sub menu that it opens; empty: it opens none.
    """

    operation: int
    parameters: Mapping[str, Any]
    face: ButtonFace
    needs_manager: bool = False
    entries: tuple[Entry, ...] = ()
    menu: tuple[GridButton, ...] = ()


@dataclass(frozen=True)
class RegisterView:
    """Everything the screen draws, at one moment. Taking one never waits for a database or the network."""

    record: RegisterRecord
    place: Place
    staff: Staff | None
    locked: bool
    transaction: Transaction | None
    totals: Totals | None
    connection: ConnectionState
    waiting: Waiting
    sync: SyncStatus
    status_items: tuple[StatusItem, ...]
    buttons: tuple[GridButton, ...]
    problems: tuple[Text, ...]
    now: datetime
    language: str
    question: Question | None = None
    busy: bool = False
    has_offline_data: bool = True
    training: bool = False


@dataclass(frozen=True)
class Event:
    """Something happened; ``kind`` is ``connection``, ``sale``, ``finished``, ``staff``, ``sync``, ``delivery``,
    ``question``, ``activity`` (somebody has touched the screen or a key), ``notice``, ``window`` (``detail`` is a
    :class:`~kassa.windows.Window` to open) or ``plugin``. ``text`` is one quiet line for the cashier."""

    kind: str
    text: Text | None = None
    detail: Any = None


class RegisterFace(Protocol):
    """What a plugin may use of the register. Thread-safe."""

    environment: Environment
    connection: Connection
    remote: RemoteGateway
    offline_database: OfflineDatabase
    devices: Devices
    plugin_folders: PluginFolders

    @property
    def record(self) -> RegisterRecord:
        """The register's record, as last fetched."""

    @property
    def staff(self) -> Staff | None:
        """Who is logged on."""

    @property
    def transaction(self) -> Transaction | None:
        """The transaction in progress."""

    @property
    def training(self) -> bool:
        """Whether this is training: by who is at the till, or by the transaction in progress."""

    @property
    def locked(self) -> bool:
        """Whether the till is locked: somebody is logged on, and their PIN opens it."""

    def run(self, operation_id: int, *, approval: ManagerApproval | None = None, **parameters: Any) -> OperationResult:
        """Run an operation and wait for it. Not from within an operation.

        :raises kassa.errors.KassaError: as the operation or the pipeline says.
        """

    def submit(
        self, operation_id: int, *, approval: ManagerApproval | None = None, **parameters: Any
    ) -> Future[OperationResult]:
        """Queue an operation on its lane."""

    def view(self) -> RegisterView:
        """Everything the screen draws; never waits."""

    def answer(self, choice: str) -> None:
        """Answer the open question."""

    def ask(self, question: Question) -> str:
        """Ask the cashier and wait at most the question's time; the choice, or the default."""

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Be told of events, on whatever thread they happen; returns the way to stop."""

    def publish(self, event: Event) -> None:
        """Tell the listeners."""

    def connection_changed(self, change: ConnectionChange) -> None:
        """Called by whatever provides the connection, after each change of its state and on the thread that changed
        it: tells the hook ``connection_changed`` and the listeners of events. Never waits for the network."""

    def hello(self) -> Hello:
        """The first request of a connection as it is due now: who is logged on, the staff assertions that the store
        server has not accepted yet, the open shift."""

    def hello_accepted(self, hello: Hello, answer: HelloAnswer) -> None:
        """Called by whatever provides the connection when the store server has accepted ``hello``: its assertions
        need not be shown again. Never waits for the network."""

    def shift_is(self, shift_id: str | None) -> None:
        """Called by whatever keeps shifts: which one is open here now, None for none. It goes with the next ``hello``:
        the store server says no if it has gone on at another register."""

    def own_rows(self) -> tuple[OverlayMark, ...]:
        """The rows that this register made and the store server has been handed; taken before a check for changes."""

    def settle_own_rows(self, marks: tuple[OverlayMark, ...]) -> None:
        """A complete check for changes that began after ``marks`` were taken has been applied: the offline database
        now holds those rows itself, wherever the store server has done their commands (which is asked).

        :raises kassa.errors.NoAnswer: the store server did not answer.
        """

    def synchronise_now(self) -> bool:
        """Start a synchronisation at once, without waiting for it (hook ``synchronise_now``). False: no plugin can."""

    def request_context(self, *, plugin: str = "kassa") -> RequestContext:
        """Who asks, for requests sent outside an operation."""

    def waiting(self) -> Waiting:
        """What waits for delivery."""

    def deliver(self, *, max_kb: int) -> int:
        """Deliver one batch of journal entries now, in sequence; how many entries were acknowledged (0: none left).

        :raises kassa.errors.NoAnswer: the store server did not answer.
        :raises kassa.errors.Refusal: it does not take them.
        """

    def refresh_record(self) -> RegisterRecord:
        """Fetch the register's record, staff verifiers and settings from the store server and put them in force.

        :raises kassa.errors.NoAnswer: the store server did not answer.
        """

    def plugins_report(self) -> PluginsReport:
        """What headquarters is told of this register's plugins, and of what it runs on."""

    def fetch_package(self, package_id: str, target: Path, size: int) -> None:
        """Bring ``target`` to the ``size`` bytes of a data package's file; what it holds already is not sent again.

        :raises kassa.errors.NoAnswer: cut off; what came is kept.
        :raises kassa.errors.Refusal: the answer is no.
        :raises OSError: the disk is full.
        """

    def journal_entries(
        self,
        *,
        kinds: Collection[str] = (),
        after: int = 0,
        before: int | None = None,
        newest_first: bool = False,
        limit: int = -1,
        series: str | None = None,
        containing: str | None = None,
    ) -> list[EntryBody]:
        """Entries of this register's journal, by default of its open series, in sequence
        (:meth:`kassa.journal.reading.JournalReader.entries`). Works in every connection state.

        :raises kassa.errors.JournalDamaged: an entry does not read.
        """

    def journal_series(self) -> tuple[str, ...]:
        """The ids of the series in this register's journal, oldest first; the last is the open one. Each activation
        opens one, and entries of those before it may have been purged."""

    def journal_entry(self, *, receipt_number: str | None = None, entry_id: str | None = None) -> EntryBody | None:
        """The entry with that receipt number, or that id; None: it is not in this register's journal."""

    def setting(self, plugin: str, name: str) -> str | None:
        """A value that the plugin kept in the journal."""

    def keep_setting(self, plugin: str, name: str, value: str | None) -> None:
        """Keep a value in the journal, durably; None removes it."""

    def sign(self, plugin: str, text: bytes) -> tuple[bytes, bytes]:
        """The device key's signature of a plugin's text, and the public key, raw
        (:func:`kassa.signatures.verify`). It can stand for nothing else that the register signs."""

    def sync_status(self) -> SyncStatus:
        """The status of synchronisation, as the sync plugin last reported it (hook ``synchronisation_status``)."""

    def readiness(self) -> Readiness:
        """Would this register sell right now if the server vanished?"""

    def describe_window(self, name: str) -> Window | None:
        """An open window as it is now."""

    def log(self, plugin: str) -> structlog.stdlib.BoundLogger:
        """A logger that names the plugin."""


__all__ = [
    "Attempt",
    "Event",
    "Finished",
    "GridButton",
    "GroupStatus",
    "Readiness",
    "RegisterFace",
    "RegisterView",
    "SyncStatus",
    "Waiting",
]
