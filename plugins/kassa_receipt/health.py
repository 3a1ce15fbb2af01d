"""717 Health check: every device, the connection to the store server, and what waits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from kassa.devices import DeviceStatus
from kassa.errors import KassaError
from kassa.operations import OperationContext, OperationResult
from kassa.register.face import RegisterFace
from kassa.requests.contact import ReadRecord
from kassa.text import Moment, Text, literal, texts
from kassa.windows import Action, Row, Window
from kassa_receipt.queue import PrintQueue

_, n_ = texts("kassa_receipt")

NUMBER, NAME = 717, "health_check"


class HealthParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``check`` everything, ``retry`` printing at once, ``discard`` what waits for the printer."""

    action: Literal["check", "retry", "discard"] = "check"


def check(context: OperationContext, queue: PrintQueue | None) -> OperationResult:
    """717. ``data``: each device's :class:`~kassa.devices.DeviceStatus`."""
    action, register = context.parameters.action, context.register
    if queue is not None and action == "retry":
        queue.wake()
    if queue is not None and action == "discard":
        queue.discard()
    devices = register.devices.check()
    return OperationResult(window=_window(devices, register, queue), data=devices)


def _window(devices: list[DeviceStatus], register: RegisterFace, queue: PrintQueue | None) -> Window:
    ill = sum(status.state in ("failed", "warning") for status in devices)
    subtitle = n_("{count} device wants something.", "{count} devices want something.", count=ill)
    rows = (*(_device(status) for status in devices), *_connection(register), *_queue(queue))
    waits = queue is not None and queue.waiting > 0
    actions = (
        Action(_("Discard what waits"), NUMBER, {"action": "discard"}, enabled=waits),
        Action(_("Print now"), NUMBER, {"action": "retry"}, enabled=waits),
        Action(_("Check again"), NUMBER),
        Action(_("Close"), primary=True),
    )
    return Window(NAME, _("Health check"), subtitle if ill else _("Every device works."), rows, actions)


def _device(status: DeviceStatus) -> Row:
    name = _("{device} (simulator)", device=status.device) if status.simulated else status.device
    words = {
        "ready": _("Works: {what}", what=status.what),
        "warning": _("Look at it: {what}", what=status.what),
        "failed": _("Does not work: {what}", what=status.what),
        "missing": _("Not connected: {what}", what=status.what),
    }
    return Row(name, words[status.state])


def _connection(register: RegisterFace) -> Iterator[Row]:
    state = register.connection.state()
    if not state.online:
        yield Row(_("Store server"), _("Disconnected since {time}", time=Moment(state.since)))
    else:
        yield Row(_("Store server"), _answers(register))
    readiness = register.readiness()
    yield Row(_("Ready to sell offline"), _("yes") if readiness.ready else _("no: {cause}", cause=readiness.causes[0]))


def _answers(register: RegisterFace) -> Text:
    """By a real request, which changes no connection state."""
    clock = register.environment.clock
    begun = clock.monotonic()
    try:
        register.remote.send(ReadRecord(), register.request_context())
    except KassaError as error:
        return _("Does not answer: {what}", what=error.what)
    return _("Answers in {count} ms", count=round((clock.monotonic() - begun) * 1000))


def _queue(queue: PrintQueue | None) -> Iterator[Row]:
    if queue is not None:
        yield Row(_("Waiting for the printer"), literal(str(queue.waiting)))
