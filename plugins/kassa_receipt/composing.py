"""Which document is made of a journal entry: a receipt of a sale or return, its one copy, an X or a Z."""

from __future__ import annotations

import msgspec

from kassa.documents import Document
from kassa.journal import EntryBody
from kassa.journal.entry import SalePayload
from kassa.register.face import RegisterFace
from kassa_receipt.layout import layout_of
from kassa_receipt.receipt import Receipt


def compose(entry: EntryBody, register: RegisterFace) -> Document | None:
    """The document; None: this entry prints nothing."""
    match entry.kind:
        case "sale":
            return receipt_of(entry, register).document()
        case _:
            return None


def receipt_of(entry: EntryBody, register: RegisterFace) -> Receipt:
    """The receipt of a sale's entry."""
    payload = msgspec.json.decode(entry.payload, type=SalePayload)
    return Receipt(entry, payload, layout_of(register), register)
