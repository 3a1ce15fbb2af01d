"""Which document is made of a journal entry: a receipt of a sale or return, its one copy, an X or a Z."""

from __future__ import annotations

import msgspec

from kassa.documents import Document
from kassa.journal.entry import CopyPayload, EntryBody, SalePayload
from kassa.register.face import RegisterFace
from kassa_receipt.copies import copy_document
from kassa_receipt.layout import layout_of
from kassa_receipt.receipt import Receipt


def compose(entry: EntryBody, register: RegisterFace) -> Document | None:
    """The document; None: this entry prints nothing."""
    match entry.kind:
        case "sale":
            return receipt_of(entry, register).document()
        case "copy":
            return _copy(entry, register)
        case _:
            return None


def _copy(entry: EntryBody, register: RegisterFace) -> Document | None:
    made = msgspec.json.decode(entry.payload, type=CopyPayload)
    sale = register.journal_entry(entry_id=made.entry_id)
    return None if sale is None else copy_document(entry, receipt_of(sale, register).document())


def receipt_of(entry: EntryBody, register: RegisterFace) -> Receipt:
    """The receipt of a sale's entry."""
    payload = msgspec.json.decode(entry.payload, type=SalePayload)
    return Receipt(entry, payload, layout_of(register), register)
