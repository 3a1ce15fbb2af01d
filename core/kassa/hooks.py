"""The typed face of the hooks: one method per hook, and the only caller of pluggy.

Every implementation is called by itself, so that one which raises is isolated and named while the others go on
(pluggy's own call would stop at the first exception and drop what was collected).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import pluggy

from kassa import hookspecs
from kassa.connection import Connection, ConnectionChange
from kassa.devices import CustomerMessage, DeviceStatus
from kassa.discounting import DiscountRequest, OfferedDiscount
from kassa.documents import Document
from kassa.fiscal import FiscalAnswer, FiscalRequest
from kassa.hook_calls import FailureListener, HookCalls
from kassa.journal.entry import EntryBody
from kassa.journal.records import JournalPlace
from kassa.model import Staff, Transaction
from kassa.operations import Finished, Operation
from kassa.payment_terminal import CardAnswer, CardRequest
from kassa.plugin_tables import PluginTable
from kassa.runtime.request import Handler
from kassa.text import Text, texts
from kassa.transaction_fields import TransactionField
from kassa.windows import StatusItem, Window

if TYPE_CHECKING:
    from kassa.register.face import RegisterFace, RegisterView, SyncStatus

_, n_ = texts("kassa")
Result = TypeVar("Result")


class Hooks:
    """Calls the hooks of the loaded plugins.

    :param manager: with the specs and the plugins registered.
    :param on_failure: told of each failure; the call itself goes on.
    """

    def __init__(self, manager: pluggy.PluginManager, on_failure: FailureListener) -> None:
        self._on_failure = on_failure
        self.calls = HookCalls(manager, on_failure)

    def _decide(self, hook: str, kind: type[Result], *, refusals: bool = False, **arguments: Any) -> Result | None:
        for plugin, answer in self.calls.each(hook, arguments, refusals=refusals):
            if answer is None:
                continue
            if _is(answer, kind):
                return answer  # type: ignore[no-any-return]
            self._wrong(plugin, hook, answer)
        return None

    def _collect(self, hook: str, kind: type[Result], **arguments: Any) -> list[tuple[str, Result]]:
        collected: list[tuple[str, Result]] = []
        for plugin, answer in self.calls.each(hook, arguments):
            if isinstance(answer, Sequence) and all(isinstance(part, kind) for part in answer):
                collected.extend((plugin, part) for part in answer)
            else:
                self._wrong(plugin, hook, answer)
        return collected

    def _notify(self, hook: str, **arguments: Any) -> None:
        for _ in self.calls.each(hook, arguments):
            pass

    def _wrong(self, plugin: str, hook: str, answer: object) -> None:
        self._on_failure(plugin, hook, TypeError(f"{hook} answered {type(answer).__name__}"))

    def register_operations(self) -> list[tuple[str, Operation]]:
        """Every plugin's operations, each with its plugin's name."""
        return self._collect("register_operations", Operation)

    def register_handlers(self) -> list[tuple[str, Handler]]:
        """Every plugin's handlers, each with its plugin's name."""
        return self._collect("register_handlers", Handler)

    def declare_tables(self) -> list[tuple[str, PluginTable]]:
        """Every plugin's tables, each with its plugin's name."""
        return self._collect("declare_tables", PluginTable)

    def declare_fields(self) -> list[tuple[str, TransactionField]]:
        """Every plugin's fields of transactions, each with its plugin's name."""
        return self._collect("declare_fields", TransactionField)

    def provide_connection(self, parts: hookspecs.ConnectionParts) -> Connection | None:
        """The switching connection, if a plugin provides one."""
        return self._decide("provide_connection", Connection, parts=parts)  # type: ignore[type-abstract]

    def synchronisation_status(self, register: RegisterFace) -> SyncStatus | None:
        """The status of synchronisation."""
        from kassa.register.face import SyncStatus

        return self._decide("synchronisation_status", SyncStatus, register=register)

    def synchronise_now(self, register: RegisterFace) -> bool:
        """Start a synchronisation; False if no plugin does."""
        return bool(self._decide("synchronise_now", bool, refusals=True, register=register))

    def status_items(self, view: RegisterView, register: RegisterFace) -> list[StatusItem]:
        """The status header's items, in plugin order."""
        return [item for _, item in self._collect("status_items", StatusItem, view=view, register=register)]

    def describe_window(self, name: str, register: RegisterFace) -> Window | None:
        """A window as it is now."""
        return self._decide("describe_window", Window, name=name, register=register)

    def authorize_card(self, request: CardRequest, register: RegisterFace) -> CardAnswer | None:
        """A card terminal's answer; None without a terminal."""
        return self._ask_terminal("authorize_card", request, register)

    def reverse_card(self, request: CardRequest, register: RegisterFace) -> CardAnswer | None:
        """A card terminal's answer to taking back a payment."""
        return self._ask_terminal("reverse_card", request, register)

    def fiscal(self, request: FiscalRequest, register: RegisterFace) -> FiscalAnswer | None:
        """The country's answer to a step; None: no plugin has any.

        :raises kassa.errors.KassaError: the country's plugin refuses the step.
        """
        unsigned = FiscalAnswer("unsigned", _("The fiscal plugin has failed."))
        arguments = {"request": request, "register": register}
        for plugin, answer in self.calls.each("fiscal", arguments, refusals=True, failed=unsigned):
            if answer is None:
                continue
            if _is(answer, FiscalAnswer):
                return answer  # type: ignore[no-any-return]
            self._wrong(plugin, "fiscal", answer)
            return unsigned
        return None

    def check_transaction(self, transaction: Transaction, register: RegisterFace) -> Text | None:
        """Why a transaction may not become so; None: it may."""
        return self._decide("check_transaction", Text, transaction=transaction, register=register)

    def compose_document(self, entry: EntryBody, register: RegisterFace) -> Document | None:
        """What is printed of a journal entry."""
        return self._decide("compose_document", Document, entry=entry, register=register)

    def print_document(self, document: Document, register: RegisterFace) -> bool:
        """Put a document on paper; False: no plugin has a printer."""
        return bool(self._decide("print_document", bool, refusals=True, document=document, register=register))

    def open_drawer(self, register: RegisterFace) -> bool:
        """Open the cash drawer; False: no plugin has one."""
        return bool(self._decide("open_drawer", bool, refusals=True, register=register))

    def check_devices(self, register: RegisterFace) -> list[DeviceStatus]:
        """How every device is, in plugin order."""
        return [status for _, status in self._collect("check_devices", DeviceStatus, register=register)]

    def show_to_customer(self, message: CustomerMessage, register: RegisterFace) -> None:
        """Show the customer two lines."""
        self._notify("show_to_customer", message=message, register=register)

    def _ask_terminal(self, hook: str, request: CardRequest, register: RegisterFace) -> CardAnswer | None:
        """A terminal that fails may have charged the card: that is no answer, and no other terminal is asked."""
        unknown = CardAnswer("unknown", _("The card terminal failed."))
        arguments = {"request": request, "register": register}
        for plugin, answer in self.calls.each(hook, arguments, refusals=True, failed=unknown):
            if answer is None:
                continue
            if _is(answer, CardAnswer):
                return answer  # type: ignore[no-any-return]
            self._wrong(plugin, hook, answer)
            return unknown
        return None

    def offer_discounts(self, request: DiscountRequest, register: RegisterFace) -> list[tuple[str, OfferedDiscount]]:
        """What lines of a sale get off, each with its plugin's name."""
        return self._collect("offer_discounts", OfferedDiscount, request=request, register=register)

    def register_ready(self, register: RegisterFace) -> None:
        """The register has started."""
        self._notify("register_ready", register=register)

    def register_stopping(self, register: RegisterFace) -> None:
        """The register is about to stop."""
        self._notify("register_stopping", register=register)

    def logged_on(self, staff: Staff, offline: bool, register: RegisterFace) -> None:
        """Somebody has logged on."""
        self._notify("logged_on", staff=staff, offline=offline, register=register)

    def logged_off(self, staff: Staff, register: RegisterFace) -> None:
        """Somebody has logged off."""
        self._notify("logged_off", staff=staff, register=register)

    def connection_changed(self, change: ConnectionChange, register: RegisterFace) -> None:
        """The connection state has changed."""
        self._notify("connection_changed", change=change, register=register)

    def transaction_started(self, transaction: Transaction, register: RegisterFace) -> None:
        """A transaction was created."""
        self._notify("transaction_started", transaction=transaction, register=register)

    def transaction_changed(self, transaction: Transaction, register: RegisterFace) -> None:
        """The transaction in progress was changed."""
        self._notify("transaction_changed", transaction=transaction, register=register)

    def transaction_finished(self, finished: Finished, register: RegisterFace) -> None:
        """A sale, return or void is in the journal."""
        self._notify("transaction_finished", finished=finished, register=register)

    def journal_needed(self, register: RegisterFace) -> list[JournalPlace]:
        """From where on plugins need the journal's entries."""
        return [place for _, place in self._collect("journal_needed", JournalPlace, register=register)]

    def entry_journalled(self, finished: Finished, register: RegisterFace) -> None:
        """An event is in the journal."""
        self._notify("entry_journalled", finished=finished, register=register)


def _is(answer: object, kind: type) -> bool:
    return isinstance(answer, kind)
