"""The devices that the settings name, for the health check."""

from __future__ import annotations

from collections.abc import Iterator

from kassa.devices import DeviceStatus
from kassa.errors import SetupError
from kassa.register.face import RegisterFace
from kassa.text import texts
from kassa_receipt.paper import printer
from kassa_receipt.printers.state import PrinterState
from kassa_receipt.settings import Paper, SimulatedPrinter

_, n_ = texts("kassa_receipt")


def check(register: RegisterFace) -> Iterator[DeviceStatus]:
    """Printer and drawer; where the settings cannot be used, that."""
    try:
        device = printer(register)
    except SetupError as error:
        yield DeviceStatus(_("Receipt printer"), "failed", error.what)
        return
    if device is None:
        yield DeviceStatus(_("Receipt printer"), "missing", _("no printer in the settings"))
    else:
        simulated = isinstance(device.paper, SimulatedPrinter)
        state = device.check()
        yield DeviceStatus(_("Receipt printer"), state.state, state.what, simulated)
        yield _drawer(device.paper, state, simulated=simulated)


def open_drawer(register: RegisterFace) -> bool | None:
    """By the printer; None: there is none.

    :raises kassa.devices.DeviceFailed: it was not told to open.
    """
    device = printer(register)
    if device is None:
        return None
    device.open_drawer()
    return True


def _drawer(paper: Paper, printer: PrinterState, *, simulated: bool) -> DeviceStatus:
    """It opens by the printer, so it works if that does."""
    if not paper.drawer:
        return DeviceStatus(_("Cash drawer"), "missing", _("none at the printer"), simulated)
    return DeviceStatus(
        _("Cash drawer"), "failed" if printer.state == "failed" else "ready", _("opens by the printer"), simulated
    )
