"""The register: a till's session over its journal, its plugins and its connection."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from kassa.connection import Connection, ConnectionChange, Reason, RemoteGateway
from kassa.credentials import RegisterCredentials, keep_verifiers
from kassa.declared_tables import declared_fields
from kassa.delivery import COPIED, Delivery
from kassa.device import DeviceKey, sign_for_plugin
from kassa.environment import Environment
from kassa.errors import NOTHING_LOST, SALE_KEPT, KassaError, NotAvailable
from kassa.gateway.download import Downloads
from kassa.hooks import Hooks
from kassa.journal import EntryBody, Journal, Waiting
from kassa.journal.overlay import OverlayMark
from kassa.model import RegisterRecord, Staff, Transaction
from kassa.offline_database import OfflineDatabase
from kassa.operations import Finished, Lane, ManagerApproval, Operation, OperationResult, Question
from kassa.packages.plugin_sets import PluginsReport
from kassa.plugins import PluginHost
from kassa.protocol import Head
from kassa.register.control import ControlChannel
from kassa.register.customer_display import CustomerDisplay
from kassa.register.devices import Devices
from kassa.register.exchange import Exchange
from kassa.register.face import Event, Readiness, RegisterView, SyncStatus
from kassa.register.heads import current_head
from kassa.register.lanes import Job, Lanes
from kassa.register.local_runtime import LocalRuntime
from kassa.register.pipeline import Pipeline
from kassa.register.plugin_folders import PluginFolders
from kassa.register.plugins_report import report_of
from kassa.register.questions import Questions
from kassa.register.readiness import readiness
from kassa.register.restarting import Restarting
from kassa.register.session import Session
from kassa.register.settling import came_back
from kassa.register.training import is_training
from kassa.register.uploads import Uploads
from kassa.register.view import Viewer
from kassa.requests.contact import AskCommand, Hello, HelloAnswer, ReadRecord
from kassa.requests.staff import ReadStaffVerifiers
from kassa.runtime.request import RequestContext
from kassa.text import Text, literal, texts
from kassa.transaction_fields import DeclaredFields
from kassa.windows import Window

_, n_ = texts("kassa")
Listener = Callable[[Event], None]


class Register:
    """A till at work; made by :func:`kassa.register.open_register`. Thread-safe."""

    connection: Connection
    delivery: Delivery
    uploads: Uploads
    downloads: Downloads
    remote: RemoteGateway
    device_key: DeviceKey

    def __init__(
        self,
        directory: Path,
        environment: Environment,
        journal: Journal,
        plugins: PluginHost,
        offline_database: OfflineDatabase,
        credentials: RegisterCredentials,
        local: LocalRuntime,
        plugin_folders: PluginFolders,
    ) -> None:
        self.directory = directory
        self.environment = environment
        self.journal = journal
        self.plugins = plugins
        self.plugin_folders = plugin_folders
        self.declared_fields = DeclaredFields(declared_fields(plugins))
        self.offline_database = offline_database
        self.credentials = credentials
        self.local = local
        self.operations: dict[int, tuple[Operation, str]] = {}
        self.session = Session(journal, environment)
        self.exchange = Exchange(self)
        self.pipeline = Pipeline(self)
        self.questions = Questions(environment.clock, lambda question: self.publish(Event("question", detail=question)))
        self.lanes = Lanes(environment.clock, self._lane_replaced, self._side_given_up)
        self.control = ControlChannel(self)
        self.devices = Devices(self)
        self.customer_display = CustomerDisplay(self)
        self.viewer = Viewer(self)
        self.restarting = Restarting(self)
        self._listeners: list[Listener] = []
        self._listeners_lock = threading.Lock()
        self._notices: dict[str, Text] = {}
        self._clock_offset_ms: int | None = None
        self._shift_id: str | None = None
        self._closed = False

    # -- facts ------------------------------------------------------------------------------------------------------

    @property
    def hooks(self) -> Hooks:
        """The plugins' hooks."""
        return self.plugins.hooks

    @property
    def record(self) -> RegisterRecord:
        """The register's record, as last fetched."""
        record = self.journal.record
        assert record is not None, "an open register has a record"
        return record

    @property
    def staff(self) -> Staff | None:
        """Who is logged on."""
        return self.session.staff

    @property
    def transaction(self) -> Transaction | None:
        """The transaction in progress."""
        return self.journal.sale

    @property
    def training(self) -> bool:
        """Whether this is training: by who is at the till, or by the sale in progress."""
        return self.session.training if self.journal.sale is None else is_training(self.journal.sale)

    @property
    def locked(self) -> bool:
        """Whether the till is locked."""
        return self.session.locked

    @property
    def language(self) -> str:
        """The language of whoever is logged on, else of the store."""
        staff = self.staff
        return (staff.language if staff is not None else None) or self.record.store.language

    def view(self) -> RegisterView:
        """Everything the screen draws; never waits."""
        return self.viewer.view()

    def waiting(self) -> Waiting:
        """What waits for delivery."""
        return self.journal.waiting

    def sync_status(self) -> SyncStatus:
        """The status of synchronisation."""
        status = self.hooks.synchronisation_status(self) or SyncStatus()
        uploads = self.uploads
        return replace(
            status, upload=uploads.last or status.upload, upload_success=uploads.success or status.upload_success
        )

    def readiness(self) -> Readiness:
        """Would this register sell right now if the server vanished?"""
        return readiness(self)

    def describe_window(self, name: str) -> Window | None:
        """An open window as it is now."""
        return self.hooks.describe_window(name, self)

    def notices(self) -> list[Text]:
        """What needs attention, beside plugin problems."""
        return list(self._notices.values())

    def notice(self, key: str, text: Text | None) -> None:
        """Show a notice until it is taken away (None)."""
        if text is None:
            self._notices.pop(key, None)
        elif self._notices.get(key) != text:
            self._notices[key] = text
            self.publish(Event("notice", text))

    def require_plugins(self) -> None:
        """No sale starts without the plugins marked required.

        :raises NotAvailable: one of them is missing.
        """
        for problem in self.plugins.missing_required:
            raise NotAvailable(
                _("No sale can start: plugin {name} is missing.", name=literal(problem.name)),
                hint=_("Call support."), where=problem.error,
            )  # fmt: skip

    # -- operations -------------------------------------------------------------------------------------------------

    def run(self, operation_id: int, *, approval: ManagerApproval | None = None, **parameters: Any) -> OperationResult:
        """Run an operation and wait for it."""
        if self.lanes.sale.on_worker:
            raise RuntimeError("an operation does not run another and wait for it")
        return self.submit(operation_id, approval=approval, **parameters).result()

    def submit(
        self, operation_id: int, *, approval: ManagerApproval | None = None, **parameters: Any
    ) -> Future[OperationResult]:
        """Queue an operation on its lane."""
        found = self.operations.get(operation_id)
        lane, budget, plugin = Lane.CONTROL, 60.0, "kassa"
        if found is not None:
            lane, budget, plugin = found[0].lane, found[0].budget_s, found[1]
        job = Job(partial(self._run, operation_id, parameters, approval), plugin, budget)
        if lane is Lane.SALE:
            return self.lanes.sale.submit(job)
        side = self.lanes.control if lane is Lane.CONTROL else self.lanes.search
        return side.submit(job, self.journal.generation)

    def _run(
        self, operation_id: int, parameters: dict[str, Any], approval: ManagerApproval | None, generation: int
    ) -> OperationResult:
        before = (self.journal.sale, self.staff, self.session.locked, self.session.training)
        try:
            return self.pipeline.run(operation_id, parameters, approval, generation)
        except KassaError as error:
            if error.kept == SALE_KEPT and before[0] is None and self.journal.sale is None:
                error.kept = NOTHING_LOST
            structlog.get_logger("kassa.register").info(
                "operation_said_no",
                operation=operation_id,
                error_code=error.code,
                where=error.where,
                what=str(error.what),
            )
            raise
        finally:
            after = (self.journal.sale, self.staff, self.session.locked, self.session.training)
            if after[0] is not before[0]:
                self.publish(Event("sale"))
            if after[1:] != before[1:]:
                self.publish(Event("staff"))

    def _lane_replaced(self, generation: int, job: Job) -> None:
        self.journal.generation = generation
        self._find_culprit(job)
        # Not on this thread: it holds the lane, and a listener may take its time.
        threading.Thread(target=self._given_up, args=(job,), name="kassa-given-up", daemon=True).start()

    def _find_culprit(self, job: Job) -> None:
        """The plugin that a job hangs in is not always the one whose operation it is."""
        hanging = self.hooks.calls.give_up(job.thread)
        if hanging is not None:
            job.plugin = hanging[0]
            self.plugins.failed(*hanging, TimeoutError(f"did not return within {job.budget_s:g} s"))

    def _side_given_up(self, job: Job) -> None:
        self._find_culprit(job)
        self._given_up(job)

    def _given_up(self, job: Job) -> None:
        text = _("{plugin} took too long and was stopped.", plugin=literal(job.plugin))
        self.log(job.plugin).error("took_too_long", generation=self.journal.generation)
        self.notice(f"lane-{job.plugin}", text)

    def transaction_over(self, finished: Finished) -> None:
        """A transaction has come to its end in the journal."""
        self.hooks.transaction_finished(finished, self)
        if finished.transaction is not None:
            self.customer_display.ended(finished.transaction)
        self.connection.transaction_ended()
        self.delivery.wake()
        self.publish(Event("finished", detail=finished))
        self._watch_clock()
        if self.journal.commands.pending():
            self.resolve_commands()

    def _watch_clock(self) -> None:
        text = _("This device's clock has been set back. Sales keep their order by number; set the clock right.")
        self.notice("clock", text if self.journal.clock_set_back else None)

    # -- events and questions ---------------------------------------------------------------------------------------

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Be told of events; returns the way to stop."""
        with self._listeners_lock:
            self._listeners.append(listener)

        def stop() -> None:
            with self._listeners_lock, suppress(ValueError):
                self._listeners.remove(listener)

        return stop

    def publish(self, event: Event) -> None:
        """Tell the listeners; one that fails is logged and does not stop the others."""
        with self._listeners_lock:
            listeners = list(self._listeners)
        for listener in listeners:
            try:
                listener(event)
            except Exception:
                self.log("kassa").exception("listener_failed", kind=event.kind)

    def ask(self, question: Question) -> str:
        """Ask the cashier and wait."""
        return self.questions.ask(question)

    def answer(self, choice: str) -> None:
        """Answer the open question."""
        self.questions.answer(choice)

    # -- the store server -------------------------------------------------------------------------------------------

    def request_context(self, *, plugin: str = "kassa") -> RequestContext:
        """Who asks."""
        record, staff, sale = self.record, self.staff, self.journal.sale
        loaded = self.plugins.loaded.get(plugin)
        return RequestContext(
            store_id=record.store.store_id,
            register_id=record.register_id,
            staff_id=None if staff is None else staff.staff_id,
            transaction_id=None if sale is None else sale.transaction_id,
            plugin=plugin,
            version="" if loaded is None else loaded.info.version,
            language=self.language,
        )

    def head(self) -> Head:
        """Where the journal stands, for the signed head that goes with each contact."""
        return current_head(self.journal, self.environment)

    def clock_offset_ms(self) -> int | None:
        """The last known offset of the store server's clock to this one."""
        offset = self.remote.clock_offset()
        return self._clock_offset_ms if offset is None else round(offset.total_seconds() * 1000)

    def hello(self) -> Hello:
        """The first request of a connection."""
        staff = self.staff
        return Hello(None if staff is None else staff.staff_id, self.session.assertions, self._shift_id)

    @property
    def shift_id(self) -> str | None:
        """The shift that is open; None: none is."""
        return self._shift_id

    def shift_is(self, shift_id: str | None) -> None:
        """Which shift is open."""
        self._shift_id = shift_id

    def hello_accepted(self, hello: Hello, answer: HelloAnswer) -> None:
        """The store server accepts device, shift and staff."""
        self.session.accepted(hello.assertions)
        self.check_head(self.journal.series.series, answer.known_sequence, bytes.fromhex(answer.known_hash))
        offset = answer.server_time - self.environment.clock.utc()
        self._clock_offset_ms = round(offset.total_seconds() * 1000)
        skewed = abs(self._clock_offset_ms) > 5 * 60 * 1000
        text = _("This device's clock and the store server's differ by more than 5 minutes.")
        self.notice("skew", text if skewed else None)

    def check_head(self, series: str, sequence: int, digest: bytes) -> None:
        """Stop numbering if the store server has an entry of the series that the journal has not."""
        if self.journal.series.stopped is not None or not self.journal.is_behind(series, sequence, digest):
            return
        self.journal.stop_series(series, f"the store server has entry {sequence} ({digest.hex()[:12]}…)")
        self.log("kassa").error("journal_behind", series=series, known=sequence)
        self.notice("journal", COPIED)
        self.delivery.wake()

    def connection_changed(self, change: ConnectionChange) -> None:
        """The connection state has changed."""
        self.log("kassa").info(
            "connection", before=change.before.name, after=change.after.name, request=change.request,
            cause=None if change.after.cause is None else str(change.after.cause),
        )  # fmt: skip
        self.hooks.connection_changed(change, self)
        self.publish(Event("connection", detail=change))
        came_online = change.after.online and not change.before.online
        if came_online:
            self.delivery.wake()
        if came_online or change.before.reason is Reason.STARTING:
            self.resolve_commands()

    def resolve_commands(self) -> None:
        """Find out, on the sale lane, what became of commands without an outcome."""
        work = partial(self._resolve)
        self.lanes.sale.submit(Job(work, "kassa", 60.0))

    def _resolve(self, generation: int) -> None:
        before = self.journal.sale
        self.exchange.resolve_pending(generation=generation)
        if self.journal.sale is not before:
            self.publish(Event("sale"))

    def deliver(self, *, max_kb: int) -> int:
        """Deliver one batch of journal entries now."""
        return self.delivery.deliver(max_kb=max_kb)

    def refresh_record(self) -> RegisterRecord:
        """Fetch record and staff verifiers, and put them in force."""
        context = self.request_context()
        record = self.remote.send(ReadRecord(), context)
        verifiers = self.remote.send(ReadStaffVerifiers(), context)
        if record != self.journal.record:
            self.journal.keep_record(record)
            self.publish(Event("record"))
        keep_verifiers(self.directory, verifiers)
        self.restarting.tell()
        return record

    def plugins_report(self) -> PluginsReport:
        """What headquarters is told of this register's plugins."""
        return report_of(self.plugins, self.plugin_folders)

    def may_download(self) -> bool:
        """Whether a download may go on: the register neither stops nor is disconnected by hand."""
        state = self.connection.state()
        return not self._closed and (state.online or state.reason is not Reason.MANUAL)

    def fetch_package(self, package_id: str, target: Path, size: int) -> None:
        """Fetch a data package's file, going on where it was cut off."""
        self.downloads.fetch(package_id, target, size)

    def own_rows(self) -> tuple[OverlayMark, ...]:
        """The rows that this register made and the store server has been handed."""
        return self.journal.overlay.delivered()

    def settle_own_rows(self, marks: tuple[OverlayMark, ...]) -> None:
        """Take away the rows that the offline database now holds itself."""
        context = self.request_context()
        settled = [
            mark
            for mark in came_back(self.offline_database, self.journal.overlay, marks)
            if mark.done or self.remote.send(AskCommand(mark.command_id), context).fate != "unknown"
        ]
        if settled:
            self.journal.overlay.settle(settled)

    def synchronise_now(self) -> bool:
        """Start a synchronisation at once."""
        return self.hooks.synchronise_now(self)

    # -- the journal ------------------------------------------------------------------------------------------------

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
        """Entries of the journal, in sequence."""
        return self.journal.reader.entries(
            kinds=kinds, after=after, before=before, newest_first=newest_first, limit=limit, series=series,
            containing=containing,
        )  # fmt: skip

    def journal_series(self) -> tuple[str, ...]:
        """The series in the journal, oldest first."""
        return self.journal.reader.all_series()

    def journal_entry(self, *, receipt_number: str | None = None, entry_id: str | None = None) -> EntryBody | None:
        """The entry with that receipt number, or that id."""
        return self.journal.reader.find(receipt_number=receipt_number, entry_id=entry_id)

    # -- settings, log, end -----------------------------------------------------------------------------------------

    def setting(self, plugin: str, name: str) -> str | None:
        """A value that the plugin kept."""
        return self.journal.setting(plugin, name)

    def keep_setting(self, plugin: str, name: str, value: str | None) -> None:
        """Keep a value, durably."""
        self.journal.keep_setting(plugin, name, value)

    def sign(self, plugin: str, text: bytes) -> tuple[bytes, bytes]:
        """Signature and public key."""
        return sign_for_plugin(self.device_key, plugin, text), self.device_key.public

    def log(self, plugin: str) -> structlog.stdlib.BoundLogger:
        """A logger that names the plugin."""
        logger: structlog.stdlib.BoundLogger = structlog.get_logger("kassa.register").bind(plugin=plugin)
        return logger

    def close(self) -> None:
        """Stop: plugins first, then delivery, lanes, connection, files. The sale in progress stays in the journal."""
        if self._closed:
            return
        self._closed = True
        self.control.close()
        self.hooks.register_stopping(self)
        self.delivery.close()
        self.uploads.close()
        self.connection.close()
        self.remote.close()
        self.lanes.close()
        self.offline_database.close()
        self.journal.close()

    def __enter__(self) -> Register:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
