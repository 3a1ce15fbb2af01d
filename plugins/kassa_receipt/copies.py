"""The one copy of a receipt (115): what the law asks of it, and how it is kept to.

SKVFS 2014:9, 2 kap. 15 § and 7 kap.: printing a copy is registered like a sale; a copy is clearly marked with the word
*kopia*, in words that nobody can change and that are at least twice as large as the amounts. Kassa prints one copy of a
receipt and no second, in every country.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from kassa.documents import Columns, Document, DocumentRow, Feed, Words
from kassa.errors import NotAllowed
from kassa.fiscal import kept_answer
from kassa.journal.entry import CopyPayload, EntryBody, SalePayload
from kassa.register.face import RegisterFace
from kassa.text import Moment, literal, texts

_, n_ = texts("kassa_receipt")

COPY = "copy"


def payload_of(sale: EntryBody) -> CopyPayload:
    """What a copy of this sale's receipt is journalled with."""
    totals = msgspec.json.decode(sale.payload, type=SalePayload).totals
    return CopyPayload(sale.entry_id, sale.receipt_number or "", totals.total)


def copy_of(sale: EntryBody, register: RegisterFace) -> EntryBody | None:
    """The copy that was printed of a sale's receipt, if it was."""
    own = register.journal_entries(kinds=(COPY,), after=sale.sequence, series=sale.series)
    later = register.journal_entries(kinds=(COPY,))
    for entry in [*own, *(one for one in later if one.series != sale.series)]:
        if msgspec.json.decode(entry.payload, type=CopyPayload).entry_id == sale.entry_id:
            return entry
    return None


def check_no_copy(sale: EntryBody, register: RegisterFace) -> None:
    """There is none yet.

    :raises NotAllowed: there is.
    """
    made = copy_of(sale, register)
    if made is not None:
        raise NotAllowed(
            _("A copy of receipt {number} was printed {time}.", number=literal(sale.receipt_number or ""),
              time=Moment(made.at, "date")),
            hint=_("There is only one copy of a receipt. The receipt itself can be shown (115)."),
        )  # fmt: skip


def copy_document(copy: EntryBody, original: Document) -> Document:
    """The receipt, marked above and below, with what a fiscal unit says of the copy. The drawer stays shut."""
    mark = Words(_("COPY"), "center", bold=True, large=True)
    rows: tuple[DocumentRow, ...] = (mark, *original.rows, *_signed(copy), Feed(), mark)
    return Document(COPY, rows, copy.entry_id)


def _signed(copy: EntryBody) -> Iterator[DocumentRow]:
    payload: dict[str, Any] = msgspec.json.decode(copy.payload)
    answer = kept_answer(payload, "")
    if answer is None:
        return
    yield Feed()
    yield Words(_("Copy signed") if answer.outcome == "signed" else answer.message or _("Not signed"))
    for label, value in answer.printed:
        yield Columns(label, literal(value))
