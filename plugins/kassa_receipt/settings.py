"""The plugin's settings on a register, as headquarters lists them: which printer, and how much may wait for it."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

from kassa.errors import SetupError
from kassa.register.face import RegisterFace
from kassa.text import texts

_, n_ = texts("kassa_receipt")

NAME = "receipt"


class Paper(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind"):
    """What every printer has.

    :param width: characters in a line; 42 on 80 mm paper, 32 on 58 mm.
    :param profile: python-escpos' name of the printer's abilities (its code pages among them).
    :param drawer: a cash drawer is connected to the printer, and opens by its pin 2 or 5.
    """

    width: int = 42
    profile: str = "default"
    cut: bool = True
    drawer: bool = True
    drawer_pin: int = 2


class FilePrinter(Paper, frozen=True, tag="file"):
    """ESC/POS to a file: a printer's device (``/dev/usb/lp0``), or a file that grows."""

    path: str


class NetworkPrinter(Paper, frozen=True, tag="network"):
    """ESC/POS over TCP. ``status``: it tells its state, and when it is done; some old ones do not."""

    host: str
    port: int = 9100
    timeout_s: float = 5
    status: bool = True


class UsbPrinter(Paper, frozen=True, tag="usb"):
    """ESC/POS over USB, by vendor and product number in hexadecimal (``04b8``, ``0e15``)."""

    vendor: str
    product: str
    timeout_s: float = 5


class SimulatedPrinter(Paper, frozen=True, tag="simulator"):
    """No printer at all: what would be printed, as text at the end of a file, marked as simulated."""

    path: str


class OtherPrinter(Paper, frozen=True, tag="other"):
    """Another plugin's (hook ``print_document``)."""


AnyPrinter: TypeAlias = FilePrinter | NetworkPrinter | UsbPrinter | SimulatedPrinter | OtherPrinter


class ReceiptSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of them.

    :param layout: what this register's receipts say otherwise than the store's.
    :param most_waiting: how many documents may wait for a printer that is off; the oldest are given up first.
    """

    printer: AnyPrinter | None = None
    layout: dict[str, Any] = {}
    most_waiting: int = 50


def settings_of(register: RegisterFace) -> ReceiptSettings:
    """The settings in force.

    :raises kassa.errors.SetupError: they cannot be used.
    """
    given = next((plugin.settings for plugin in register.record.plugins if plugin.name == NAME), {})
    try:
        return msgspec.convert(given, ReceiptSettings)
    except msgspec.ValidationError as error:
        raise SetupError(
            _("The settings of the receipt printer cannot be used."),
            hint=_("Ask headquarters to look at the plugin's settings."), where=str(error),
        ) from error  # fmt: skip
