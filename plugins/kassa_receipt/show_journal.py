"""115 Show journal: this register's receipts, online and offline, and the one copy of each."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

from kassa.documents import Columns, Document, Words
from kassa.errors import NotAvailable, NotFound
from kassa.journal.entry import EntryBody, SalePayload
from kassa.operations import OperationContext, OperationResult
from kassa.register.face import RegisterFace
from kassa.text import Moment, Money, Text, literal, texts
from kassa.windows import Action, Row, Window
from kassa_receipt.composing import receipt_of
from kassa_receipt.copies import COPY, check_no_copy, copy_of, payload_of
from kassa_receipt.paper import electronic, text_of
from kassa_receipt.pdf import pdf_of
from kassa_receipt.settings import settings_of

_, n_ = texts("kassa_receipt")

NUMBER = 115
SHOWN = 8
KINDS = ("sale", "void")


class JournalParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing: the newest receipts. ``before``: those older than a sequence number. ``receipt_number``: that receipt;
    ``reprint``: its copy; ``pdf``: as a file for a message."""

    receipt_number: str = ""
    before: int | None = None
    action: Literal["show", "reprint", "pdf"] = "show"


def show_journal(context: OperationContext) -> OperationResult:
    """115. ``data``: the entries shown, or of one receipt its text for a message, or the bytes of a PDF file.

    :raises kassa.errors.NotFound: there is no such receipt in this register's journal.
    :raises kassa.errors.NotAllowed: its copy has been printed.
    :raises kassa.errors.NotAvailable: there is no printer, or no library for PDF.
    """
    parameters, register = context.parameters, context.register
    number = parameters.receipt_number.strip()
    if not number:
        return _newest(register, parameters.before)
    sale = _find(register, number)
    if parameters.action == "reprint":
        return _reprint(context, sale)
    document = receipt_of(sale, register).document()
    if parameters.action == "pdf":
        return OperationResult(data=pdf_of(electronic(document), register))
    text = text_of(electronic(document), register)
    return OperationResult(window=_receipt_window(sale, document, register), data=text)


def _find(register: RegisterFace, number: str) -> EntryBody:
    entry = register.journal_entry(receipt_number=number)
    if entry is None:
        raise NotFound(
            _("This register's journal has no receipt {number}.", number=literal(number)),
            hint=_("It may be another register's, or too old to be kept here."),
        )
    return entry


def _reprint(context: OperationContext, sale: EntryBody) -> OperationResult:
    register = context.register
    if settings_of(register).printer is None:
        raise NotAvailable(_("This register has no receipt printer."), hint=_("Show the receipt instead (115)."))
    check_no_copy(sale, register)
    finished = context.journal(COPY, payload_of(sale))
    return OperationResult(
        _("A copy of receipt {number} is printed.", number=literal(sale.receipt_number or "")), data=finished
    )


def _newest(register: RegisterFace, before: int | None) -> OperationResult:
    entries = register.journal_entries(kinds=KINDS, before=before, newest_first=True, limit=SHOWN + 1)
    shown = entries[:SHOWN]
    rows = tuple(Row(_label(entry), _value(entry)) for entry in shown)
    actions = [
        Action(literal(entry.receipt_number), NUMBER, {"receipt_number": entry.receipt_number})
        for entry in shown
        if entry.receipt_number
    ]
    if len(entries) > SHOWN:
        actions.append(Action(_("Older"), NUMBER, {"before": shown[-1].sequence}))
    subtitle = None if rows else _("No receipts in this register's journal.")
    window = Window("journal", _("Journal"), subtitle, rows, (*actions, Action(_("Close"), primary=True)))
    return OperationResult(window=window, data=shown)


def _label(entry: EntryBody) -> Text:
    if entry.kind == "void":
        return _("{time} · voided", time=Moment(entry.at, "date"))
    return _("{time} · {number}", time=Moment(entry.at, "date"), number=literal(entry.receipt_number or ""))


def _value(entry: EntryBody) -> Text:
    payload = msgspec.json.decode(entry.payload, type=SalePayload)
    total: Decimal = payload.totals.total + payload.totals.rounding
    return _(
        "{amount} · {staff}", amount=Money(total, payload.transaction.currency), staff=literal(entry.staff_id or "")
    )


def _receipt_window(sale: EntryBody, document: Document, register: RegisterFace) -> Window:
    rows = []
    for row in document.rows:
        match row:
            case Columns():
                rows.append(Row(row.left, row.right))
            case Words():
                rows.append(Row(row.text, literal("")))
    made = copy_of(sale, register)
    reason = None if made is None else _("Its copy was printed {time}", time=Moment(made.at, "date"))
    reprint = Action(
        _("Print copy"), NUMBER, {"receipt_number": sale.receipt_number, "action": "reprint"}, enabled=made is None,
        reason=reason,
    )  # fmt: skip
    title = _("Receipt {number}", number=literal(sale.receipt_number or ""))
    return Window(
        "receipt", title, reason, tuple(rows), (Action(_("Back"), NUMBER), reprint, Action(_("Close"), primary=True))
    )
