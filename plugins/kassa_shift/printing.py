"""X, Z and copies of a Z as documents for a printer, made of their journal entries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from kassa.documents import Columns, Document, DocumentRow, Feed, Rule, Words
from kassa.journal import EntryBody
from kassa.shift_report import ShiftReport
from kassa.shift_report_words import sections, title
from kassa_shift.events import ReportCopy

if TYPE_CHECKING:
    from kassa.register.face import RegisterFace


def compose(entry: EntryBody, register: RegisterFace) -> Document | None:
    """The document; None: this entry is no report."""
    match entry.kind:
        case "x_report" | "z_report":
            return document_of(msgspec.json.decode(entry.payload, type=ShiftReport), entry.entry_id)
        case "report_copy":
            of = register.journal_entry(entry_id=msgspec.json.decode(entry.payload, type=ReportCopy).entry_id)
            if of is None:
                return None
            report = msgspec.json.decode(of.payload, type=ShiftReport)
            return document_of(replace(report, copy=True), entry.entry_id)
        case _:
            return None


def document_of(report: ShiftReport, entry_id: str) -> Document:
    """A report, row by row."""
    return Document(report.kind.lower(), tuple(_rows(report)), entry_id)


def _rows(report: ShiftReport) -> Iterator[DocumentRow]:
    yield Words(title(report), "center", bold=True)
    for section in sections(report):
        yield Rule()
        yield Words(section.title, bold=True)
        for row in section.rows:
            yield Columns(row.label, row.value)
    yield Feed()
