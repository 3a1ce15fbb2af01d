"""X (1056), Z (1055) and a Z once more (1057)."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec.structs import replace

from kassa import shift_report_words
from kassa.errors import NOTHING_LOST, InvalidInput, NotFound
from kassa.operations import OperationContext, OperationResult
from kassa.shift_report import X_REPORT, Z_REPORT, ShiftFigures, ShiftReport
from kassa.text import literal, texts
from kassa.windows import Action, Row, Window
from kassa_shift.book import OpenShift, ShiftBook, book_of
from kassa_shift.elsewhere import not_aside, take_over
from kassa_shift.events import REPORT_COPY, ReportCopy
from kassa_shift.opening import needed_shift

_, n_ = texts("kassa_shift")


class Which(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which shift; none: the open one."""

    shift_id: str = ""


class Number(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which Z; none: the last."""

    number: str = ""


def print_x(context: OperationContext) -> OperationResult:
    """1056: what the open shift has come to. Changes nothing.

    :raises kassa.errors.NotAvailable: no shift is open.
    """
    book, shift = needed_shift(context)
    report = _report(context, "X", None, book, shift, book.figures())
    figures = replace(report.figures, sold=())
    context.journal(X_REPORT, replace(report, figures=figures))
    return OperationResult(window=report_window(report), data=report)


def close_with_z(context: OperationContext) -> OperationResult:
    """1055: close the open shift, or one that was suspended or blind closed here. Its Z is in the journal when this
    returns; whoever closes the open one is logged off.

    :raises kassa.errors.NotAvailable: no shift is open.
    :raises kassa.errors.NotFound: that one is closed already, or another register has taken it over.
    """
    if context.parameters.shift_id:
        report = _close_away(context, context.parameters.shift_id)
        return OperationResult(window=report_window(report), data=report)
    book, shift = needed_shift(context)
    report = _make_z(context, book, shift, book.figures())
    context.log_off()
    return OperationResult(window=report_window(report), data=report)


def _close_away(context: OperationContext, shift_id: str) -> ShiftReport:
    book = book_of(context.register).follow()
    if shift_id not in book.away:
        raise not_aside()
    left = take_over(context, shift_id)
    shift = OpenShift(left.shift_id, left.drawer, left.opened_at, left.opened_by, left.opened_by_name)
    return _make_z(context, book, shift, book.figures_away(left))


def _make_z(context: OperationContext, book: ShiftBook, shift: OpenShift, figures: ShiftFigures) -> ShiftReport:
    """Close a shift: its Z is in the journal, and the shift is over."""
    report = _report(context, "Z", book.z_number + 1, book, shift, figures)
    context.journal(Z_REPORT, report)
    book.follow()
    book.keep_mark()
    return report


def print_z_again(context: OperationContext) -> OperationResult:
    """1057: a Z once more, marked as a copy: the last, or the one of that number, as far as the journal goes back.

    :raises NotFound: there is none in the journal.
    :raises InvalidInput: that is no number.
    """
    entered = context.parameters.number.strip()
    if entered and not (entered.isascii() and entered.isdigit()):
        raise InvalidInput(
            _("“{entered}” is no number of a Z.", entered=literal(entered[:40])),
            kept=NOTHING_LOST,
            hint=_("Type digits, or leave it empty for the last one."),
        )
    entry_id, found = _find_z(context, int(entered) if entered else None)
    report = replace(found, copy=True)
    context.journal(REPORT_COPY, ReportCopy(entry_id, report.number or 0, context.approved_by))
    return OperationResult(window=report_window(report), data=report)


def _find_z(context: OperationContext, number: int | None) -> tuple[str, ShiftReport]:
    register = context.register
    for series in reversed(register.journal_series()):
        limit = 1 if number is None else -1
        for entry in register.journal_entries(kinds=(Z_REPORT,), newest_first=True, limit=limit, series=series):
            report = msgspec.json.decode(entry.payload, type=ShiftReport)
            if number in (None, report.number):
                return entry.entry_id, report
    if number is None:
        raise NotFound(_("This register has made no Z yet."), kept=NOTHING_LOST, hint=_("Close a shift first."))
    raise NotFound(
        _("Z {number} is not in this register's journal.", number=literal(str(number))),
        kept=NOTHING_LOST,
        hint=_("Headquarters has every Z."),
    )


def _report(
    context: OperationContext,
    kind: Literal["X", "Z"],
    number: int | None,
    book: ShiftBook,
    shift: OpenShift,
    figures: ShiftFigures,
) -> ShiftReport:
    store, now, approver = context.record.store, context.now(), context.approver
    before = book.grand_totals
    grand_totals = (before if before.since is not None else replace(before, since=now)).with_shift(figures)
    return ShiftReport(
        kind=kind, number=number, shift_id=shift.shift_id, store_id=store.store_id, store_name=store.name,
        register_id=context.record.register_id, drawer=shift.drawer, currency=store.currency,
        opened_at=shift.opened_at, opened_by=shift.opened_by, made_at=now,
        made_by=context.staff.staff_id, figures=figures, grand_totals=grand_totals,
        opened_by_name=shift.opened_by_name, made_by_name=context.staff.name, approved_by=context.approved_by,
        approved_by_name="" if approver is None else approver.name,
    )  # fmt: skip


def report_window(report: ShiftReport) -> Window:
    """A report on the screen."""
    rows: list[Row] = []
    for section in shift_report_words.sections(report):
        rows.append(Row(section.title, literal("")))
        rows.extend(section.rows)
    close = Action(_("Close"), primary=True)
    return Window("shift_report", shift_report_words.title(report), rows=tuple(rows), actions=(close,))
