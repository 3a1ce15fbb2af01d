"""The whole contract between Kassa and its plugins (API level 1).

A plugin is a module, named by an entry point in the group ``kassa.plugins``. It has a ``PLUGIN`` of type
:class:`PluginInfo` and functions marked with :data:`hook`. A hook's implementation may take fewer arguments than
its spec, and gives them no defaults. All hooks are synchronous; what takes long runs on a thread of the plugin's own
or in an operation.

Each hook is one of three kinds:

*decide*
    implementations are asked in the order of the register's plugin list; the first that returns something other than
    None decides.
*collect*
    every implementation is asked; the answers are put together in plugin order.
*notify*
    every implementation is told; nothing is returned.

Whatever the kind, an implementation that raises is isolated: the failure is logged and named on the screen, that
plugin's part is left out, and the others go on. The sale is never touched by it. Where somebody waits for the answer
(``synchronise_now``, ``authorize_card``, ``reverse_card``, ``fiscal``, ``print_document``, ``open_drawer``) a
:class:`~kassa.errors.KassaError`, which has words for the cashier, is passed on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import pluggy

from kassa.connection import Connection, ConnectionChange, Gateway, RemoteGateway
from kassa.devices import CustomerMessage, DeviceStatus
from kassa.discounting import DiscountRequest, OfferedDiscount
from kassa.documents import Document
from kassa.fiscal import FiscalAnswer, FiscalRequest
from kassa.journal.entry import EntryBody
from kassa.journal.records import JournalPlace
from kassa.model import Staff, Transaction
from kassa.operations import Finished, Operation
from kassa.payment_terminal import CardAnswer, CardRequest
from kassa.plugin_tables import PluginTable
from kassa.runtime.request import Handler
from kassa.text import Text
from kassa.transaction_fields import TransactionField
from kassa.windows import StatusItem, Window

if TYPE_CHECKING:
    from kassa.register.face import RegisterFace, RegisterView, SyncStatus

PROJECT = "kassa"
API_LEVEL = 1
"""The level of this contract; a plugin states the level it was written for."""
SUPPORTED_API_LEVELS = frozenset({level for level in (API_LEVEL - 1, API_LEVEL) if level > 0})
"""The current level and the one before it."""
FIRST_PARTNER_OPERATION = 5000
"""Ids of operations below are Kassa's own."""

spec = pluggy.HookspecMarker(PROJECT)
hook = pluggy.HookimplMarker(PROJECT)


@dataclass(frozen=True)
class PluginInfo:
    """What a plugin says of itself: the module's ``PLUGIN``.

    :param name: its entry point's name.
    :param version: of its distribution.
    :param api_level: the contract's level it was written for.
    :param title: in plain English, for support.
    :param settings: what its settings on a register must read as; None: it has none that are checked. A register whose
        settings do not fit leaves the plugin out, and says what is wrong.
    :param permissions: those that its operations ask for, besides Kassa's own.
    """

    name: str
    version: str
    api_level: int
    title: str
    settings: type[msgspec.Struct] | None = None
    permissions: tuple[str, ...] = ()


@dataclass(frozen=True)
class ConnectionParts:
    """What a connection is made of: handed to ``provide_connection``."""

    register: RegisterFace
    remote: RemoteGateway
    local: Gateway


@spec
def register_operations() -> Sequence[Operation]:
    """The operations that the plugin has. *Collect*; once, while the register starts, on the main thread.

    Two plugins that claim one id: both are named and neither gets it.
    """


@spec
def register_handlers() -> Sequence[Handler]:
    """The requests that the plugin adds, with their handlers. *Collect*; once, while register or server starts.

    A request that is neither a query nor a command, or whose name is taken, is refused and its plugin named.
    """


@spec
def declare_tables() -> Sequence[PluginTable]:
    """The plugin's own tables. *Collect*; once, while register or server starts.

    They are made and changed in the channel database, tracked, packed, and held by the offline databases of registers
    that have the plugin; its handlers name them as any other table. A declaration that is wrong is refused and its
    plugin named.
    """


@spec
def declare_fields() -> Sequence[TransactionField]:
    """The fields that the plugin puts on transactions and lines. *Collect*; once, while the register starts.

    They ride in the sale: in its bytes and hash, in the channel database and in the journal's export. What is not
    declared, or is of another kind, is refused when the transaction is saved.
    """


@spec(firstresult=True)
def provide_connection(parts: ConnectionParts) -> Connection | None:
    """The connection that switches between store server and offline database. *Decide*; once at start.

    Without an answer the register is online only, and says so.
    """


@spec(firstresult=True)
def synchronisation_status(register: RegisterFace) -> SyncStatus | None:
    """The status of synchronisation for the header and the connection status window. *Decide*; at every redraw, on
    any thread: answer at once."""


@spec(firstresult=True)
def synchronise_now(register: RegisterFace) -> bool | None:
    """Start a synchronisation at once, without waiting for it. *Decide*; True: started."""


@spec
def status_items(view: RegisterView, register: RegisterFace) -> Sequence[StatusItem]:
    """Items for the status header. *Collect*; at every redraw, on any thread: answer at once."""


@spec(firstresult=True)
def describe_window(name: str, register: RegisterFace) -> Window | None:
    """The window of that name as it is now. *Decide*; once a second while it is open: answer at once."""


@spec(firstresult=True)
def authorize_card(request: CardRequest, register: RegisterFace) -> CardAnswer | None:
    """Have a card terminal authorise an amount. *Decide*; on the sale worker; may take as long as the customer does.

    None: this plugin has no terminal. One that raises may have charged the card: no other is asked, and the payment is
    asked about again under its id.
    """


@spec(firstresult=True)
def reverse_card(request: CardRequest, register: RegisterFace) -> CardAnswer | None:
    """Take back an authorisation with the same payment id. *Decide*; on the sale worker."""


@spec(firstresult=True)
def fiscal(request: FiscalRequest, register: RegisterFace) -> FiscalAnswer | None:
    """Tell the country's fiscal device of a step: begin, finish or cancel of a sale, X, Z, copy, drawer. *Decide*; on
    the lane of the operation, before the step is in the journal.

    None: this plugin has nothing to do with it. A :class:`~kassa.errors.KassaError` refuses the step. One that raises
    anything else is taken for a device that fails: the step passes ``unsigned``, and no other plugin is asked.
    """


@spec(firstresult=True)
def check_transaction(transaction: Transaction, register: RegisterFace) -> Text | None:
    """Whether the transaction may become so. *Decide*; on the sale worker, before it is saved; a scan waits for it.

    A text refuses it, and says why; the transaction is as before.
    """


@spec(firstresult=True)
def compose_document(entry: EntryBody, register: RegisterFace) -> Document | None:
    """What is printed of a journal entry. *Decide*; on the printing thread, or in an operation. None: not mine."""


@spec(firstresult=True)
def print_document(document: Document, register: RegisterFace) -> bool | None:
    """Put a document on paper. *Decide*; on the printing thread; may take seconds.

    True: it is on paper. None: this plugin has no printer for it. A :class:`~kassa.devices.DeviceFailed`: it is not.
    """


@spec(firstresult=True)
def open_drawer(register: RegisterFace) -> bool | None:
    """Open the cash drawer. *Decide*; on an operation's lane or the printing thread. True: it was told to open."""


@spec
def check_devices(register: RegisterFace) -> Sequence[DeviceStatus]:
    """How the plugin's devices are. *Collect*; in an operation of the search lane; may take seconds."""


@spec
def show_to_customer(message: CustomerMessage, register: RegisterFace) -> None:
    """Show the customer two lines. *Notify*; on the sale worker: hand a slow device to a thread of your own."""


@spec
def offer_discounts(request: DiscountRequest, register: RegisterFace) -> Sequence[OfferedDiscount]:
    """What lines of a sale get off without anybody giving it. *Collect*; on the sale worker, each time lines,
    customer or coupons have changed and before that is saved; for a price check on another thread. Answer in
    milliseconds.

    All offers are taken, plugin after plugin, as long as something is left of the line; the plugin's earlier ones are
    replaced. Only sold lines get any. Discounts given by hand come after, on what is left.
    """


@spec
def register_ready(register: RegisterFace) -> None:
    """The register has started, before log on. *Notify*; once a run."""


@spec
def register_stopping(register: RegisterFace) -> None:
    """The register is about to stop: end threads. *Notify*; once a run."""


@spec
def logged_on(staff: Staff, offline: bool, register: RegisterFace) -> None:
    """Somebody has logged on. *Notify*; on the sale worker."""


@spec
def logged_off(staff: Staff, register: RegisterFace) -> None:
    """Somebody has logged off. *Notify*; on the sale worker."""


@spec
def connection_changed(change: ConnectionChange, register: RegisterFace) -> None:
    """The connection state has changed. *Notify*; on the thread that changed it."""


@spec
def transaction_started(transaction: Transaction, register: RegisterFace) -> None:
    """A transaction was created. *Notify*; on the sale worker, before the operation that caused it."""


@spec
def transaction_changed(transaction: Transaction, register: RegisterFace) -> None:
    """The transaction in progress was changed, durably. *Notify*; on the sale worker."""


@spec
def transaction_finished(finished: Finished, register: RegisterFace) -> None:
    """A sale, return or void is in the journal, with its number. *Notify*; on the sale worker."""


@spec
def journal_needed(register: RegisterFace) -> Sequence[JournalPlace]:
    """From where on the plugin still needs the journal's entries. *Collect*; before old entries are purged, on the
    delivery's thread: answer at once. Nothing goes from the first of these places on."""


@spec
def entry_journalled(finished: Finished, register: RegisterFace) -> None:
    """An event other than a transaction is in the journal: a report, a copy, an opening of the drawer, a log on, a
    plugin's own. *Notify*; on the lane of the operation that wrote it."""
