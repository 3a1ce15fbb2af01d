"""The register's devices, as plugins and operations use them: each call is a hook's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kassa.devices import CustomerMessage, DeviceMissing, DeviceStatus
from kassa.documents import Document
from kassa.journal import EntryBody
from kassa.text import texts

if TYPE_CHECKING:
    from kassa.register.register import Register

_, n_ = texts("kassa")


class Devices:
    """Printer, cash drawer, customer display."""

    def __init__(self, register: Register) -> None:
        self._register = register

    def compose(self, entry: EntryBody) -> Document | None:
        """What is printed of a journal entry (hook ``compose_document``); None: nothing is."""
        return self._register.hooks.compose_document(entry, self._register)

    def print_document(self, document: Document) -> None:
        """Put a document on paper; it is there when this returns (hook ``print_document``). May take seconds.

        :raises kassa.devices.DeviceFailed: it is not, or not all of it; ``DeviceMissing``: there is no printer.
        """
        if not self._register.hooks.print_document(document, self._register):
            raise DeviceMissing(_("This register has no receipt printer."))

    def open_drawer(self) -> None:
        """Open the cash drawer (hook ``open_drawer``). May take seconds.

        :raises kassa.devices.DeviceFailed: it does not open; ``DeviceMissing``: there is none.
        """
        if not self._register.hooks.open_drawer(self._register):
            raise DeviceMissing(_("This register has no cash drawer."), hint=_("Open it with its key."))

    def check(self) -> list[DeviceStatus]:
        """How every device is (hook ``check_devices``). May take seconds."""
        return self._register.hooks.check_devices(self._register)

    @property
    def have_customer_display(self) -> bool:
        """Whether a plugin shows the customer anything."""
        return self._register.hooks.calls.is_implemented("show_to_customer")

    def show(self, message: CustomerMessage) -> None:
        """Show the customer something (hook ``show_to_customer``)."""
        self._register.hooks.show_to_customer(message, self._register)
