"""Receipts, reports and the devices at the till: layouts as data, a print queue, cash drawer, health check."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kassa.devices import DeviceStatus
from kassa.documents import Document
from kassa.hookspecs import PluginInfo, hook
from kassa.journal.entry import EntryBody
from kassa.operations import Finished, Operation, OperationContext, OperationResult
from kassa.text import texts
from kassa.windows import StatusItem
from kassa_receipt import devices, health
from kassa_receipt.composing import compose
from kassa_receipt.paper import put_on_paper
from kassa_receipt.queue import PrintQueue
from kassa_receipt.table import operations

if TYPE_CHECKING:
    from kassa.register.face import RegisterFace, RegisterView

PLUGIN = PluginInfo(name="receipt", version="0.1.0", api_level=1, title="Receipts and devices")

_, n_ = texts("kassa_receipt")
_queues: dict[int, PrintQueue] = {}


@hook
def register_operations() -> Sequence[Operation]:
    """Show journal, health check, open drawer."""
    return operations(_check)


def _check(context: OperationContext) -> OperationResult:
    """717."""
    return health.check(context, _queues.get(id(context.register)))


@hook
def register_ready(register: RegisterFace) -> None:
    """Print what an earlier run left, and from now on what comes."""
    queue = _queues[id(register)] = PrintQueue(register)
    queue.start()


@hook
def register_stopping(register: RegisterFace) -> None:
    """Stop printing; what waits is in the journal."""
    queue = _queues.pop(id(register), None)
    if queue is not None:
        queue.stop()


@hook
def transaction_finished(finished: Finished, register: RegisterFace) -> None:
    """A receipt may be due; nobody waits for it."""
    _wake(register)


@hook
def entry_journalled(finished: Finished, register: RegisterFace) -> None:
    """A report or a copy may be due."""
    _wake(register)


def _wake(register: RegisterFace) -> None:
    queue = _queues.get(id(register))
    if queue is not None:
        queue.wake()


@hook
def compose_document(entry: EntryBody, register: RegisterFace) -> Document | None:
    """Receipts, copies, X and Z."""
    return compose(entry, register)


@hook
def print_document(document: Document, register: RegisterFace) -> bool | None:
    """By the printer that the settings name."""
    return put_on_paper(document, register)


@hook
def open_drawer(register: RegisterFace) -> bool | None:
    """By the printer."""
    return devices.open_drawer(register)


@hook
def check_devices(register: RegisterFace) -> Sequence[DeviceStatus]:
    """Printer and drawer."""
    return list(devices.check(register))


@hook
def status_items(view: RegisterView, register: RegisterFace) -> Sequence[StatusItem]:
    """A printer that does not work, and how much waits for it."""
    queue = _queues.get(id(register))
    if queue is None or queue.problem is None:
        return []
    text = queue.problem
    if queue.waiting:
        waiting = n_("{count} waiting", "{count} waiting", count=queue.waiting)
        text = _("{problem} {waiting}", problem=text, waiting=waiting)
    return [StatusItem("text", text, "warning", "warning", health.NUMBER)]
