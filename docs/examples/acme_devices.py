"""A partner's plugin: a kitchen printer beside the receipt printer, its own cash drawer, and a customer display."""

from __future__ import annotations

from collections.abc import Sequence

from kassa.devices import CustomerMessage, DeviceFailed, DeviceStatus
from kassa.documents import Document, Words
from kassa.hookspecs import PluginInfo, hook
from kassa.journal.entry import EntryBody
from kassa.operations import Finished
from kassa.register.face import RegisterFace
from kassa.text import literal, texts

_, n_ = texts("acme_devices")

PLUGIN = PluginInfo(name="acme_devices", version="1.0", api_level=1, title="Acme devices")
NAME = "acme_devices"
KITCHEN = "acme_kitchen"
paper: list[Document] = []
shown: list[CustomerMessage] = []
drawer = {"connected": True, "opened": 0}


@hook
def compose_document(entry: EntryBody) -> Document | None:
    if entry.kind != "acme_order":
        return None  # receipts, copies and reports are another plugin's
    return Document(KITCHEN, (Words(_("Order {number}", number=str(entry.sequence)), large=True),), entry.entry_id)


@hook
def print_document(document: Document) -> bool | None:
    if document.kind != KITCHEN:
        return None  # the receipt printer's
    paper.append(document)
    return True


@hook
def open_drawer(register: RegisterFace) -> bool | None:
    if not drawer["connected"]:
        raise DeviceFailed(_("The drawer's cable is not in."))
    register.log(NAME).info("drawer_opened")
    drawer["opened"] += 1
    return True


@hook
def check_devices(register: RegisterFace) -> Sequence[DeviceStatus]:
    what = literal(register.record.register_id)
    return [DeviceStatus(_("Kitchen printer"), "ready", _("prints for {register}", register=what))]


@hook
def show_to_customer(message: CustomerMessage, register: RegisterFace) -> None:
    shown.append(message)


@hook
def entry_journalled(finished: Finished, register: RegisterFace) -> None:
    if finished.kind == "drawer":
        register.log(NAME).info("drawer_opening_journalled", sequence=finished.sequence)
        drawer["journalled"] = finished.sequence
