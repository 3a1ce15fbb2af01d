"""The certificate of a register as people read it on a terminal, and as other programs read it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from babel.numbers import format_percent
from rich.console import Console, ConsoleRenderable
from rich.padding import Padding
from rich.table import Table

from kassa.text import LOCALES, Moment, Money, Text, literal, show, texts
from kassa_server.headquarters.proof.examination import SeriesPart
from kassa_server.headquarters.proof.figures import CurrencyFigures
from kassa_server.headquarters.proof.findings import Finding
from kassa_server.headquarters.proof.period_certificate import PeriodCertificate

_, n_ = texts("kassa_server")
CANNOT_SHOW = _(
    "What no certificate can show: entries cut off at the end before the register had told of them, by somebody who"
    " holds both its disk and its key."
)


def plain(value: Any, language: str) -> Any:
    """A structure as JSON has it: amounts as text, texts in words, times in ISO 8601."""
    match value:
        case Text():
            return value.words(language)
        case msgspec.Struct():
            return {name: plain(getattr(value, name), language) for name in value.__struct_fields__}
        case list() | tuple():
            return [plain(one, language) for one in value]
        case Decimal():
            return str(value)
        case datetime() | date():
            return value.isoformat()
    return value


class CertificatePrinter:
    """Prints certificates and findings in one language; times in ``zone``."""

    def __init__(self, console: Console, language: str, zone: str = "UTC") -> None:
        self._console = console
        self._language = language
        self._zone = ZoneInfo(zone)
        self._locale = LOCALES.get(language, LOCALES["en"])

    def certificate(self, told: PeriodCertificate) -> None:
        """All that a certificate says."""
        self._line(self._title(told))
        self._line(self._verdict(told), style="bold green" if told.complete else "bold red")
        self.findings(_("Why not:"), told.obstacles)
        for part in told.series:
            self._console.print(Padding(self._series(part), (1, 0, 0, 0)))
        for figures in told.figures:
            self._console.print(Padding(self._figures(figures), (1, 0, 0, 0)))
        self._counts(told)
        self.findings(_("Noted:"), told.remarks)
        self._line(CANNOT_SHOW, style="dim")

    def findings(self, title: Text, found: tuple[Finding, ...] | list[Finding]) -> None:
        """Findings under a title; nothing if there are none."""
        if not found:
            return
        self._line(title, style="bold")
        for one in found:
            self.finding(one)

    def finding(self, one: Finding) -> None:
        """One finding: its id, what it is, the receipts, and what to do or what was done."""
        self._console.print(one.finding_id, style="cyan", highlight=False, markup=False, soft_wrap=True)
        for text in self._finding_lines(one):
            self._console.print(Padding(text.words(self._language, self._zone), (0, 0, 0, 2)), markup=False)

    def _finding_lines(self, one: Finding) -> Iterator[Text]:
        yield one.what
        facts = [one.place, *one.receipt_numbers]
        facts.extend(self._show(Money(told.amount, told.currency)) for told in one.amounts)
        if one.staff_id is not None:
            facts.append(one.staff_id)
        if one.at is not None:
            facts.append(self._show(Moment(one.at, "date")))
        yield literal("  ".join(facts))
        if one.handled is None:
            yield one.hint
        else:
            yield _(
                "Handled by {author} {at}: {note}",
                author=one.handled.author, at=Moment(one.handled.at, "date"), note=one.handled.note,
            )  # fmt: skip

    def _title(self, told: PeriodCertificate) -> Text:
        names = {
            "register": literal(f"{told.register_id} ({told.register_name})"),
            "store": literal(f"{told.store_id} ({told.store_name})"),
        }
        if told.first is None and told.last is None:
            return _("Register {register} in store {store}", **names)
        first, last = (literal("" if day is None else day.isoformat()) for day in (told.first, told.last))
        return _("Register {register} in store {store}, {first} to {last}", **names, first=first, last=last)

    def _verdict(self, told: PeriodCertificate) -> Text:
        until = Moment(told.until, "date")
        if told.complete:
            return _("COMPLETE: everything up to {until} is in.", until=until)
        if told.unknown_since is not None:
            return _("NOT COMPLETE: unknown since {since}.", since=Moment(told.unknown_since, "date"))
        return _("NOT COMPLETE up to {until}.", until=until)

    def _series(self, part: SeriesPart) -> ConsoleRenderable:
        closed = "" if part.closed_at is None else f" - {self._show(Moment(part.closed_at, 'date'))}"
        title = _("Series {number}", number=literal(str(part.number)))
        table = self._table(f"{self._words(title)}, {self._show(Moment(part.opened_at, 'date'))}{closed}")
        self._row(table, _("Entries in the period"), self._show(part.entries))
        if part.first_sequence is not None:
            self._row(table, _("First entry and hash"), f"{part.first_sequence}  {part.first_hash}")
            self._row(table, _("Last entry and hash"), f"{part.last_sequence}  {part.last_hash}")
        for receipts in part.receipts:
            count = n_("{count} receipt", "{count} receipts", count=receipts.count)
            self._row(table, _("Receipts"), f"{receipts.first} - {receipts.last}  ({self._words(count)})")
        self._row(table, _("Stored to"), f"{part.stored}  {part.stored_hash}")
        if part.rests_on is not None:
            sequence, digest, at, received = part.rests_on
            self._row(table, _("Signed by the register"), f"{sequence}  {digest}")
            clocks = _("{at} by its clock, came {received}", at=Moment(at, "date"), received=Moment(received, "date"))
            self._row(table, _("Signed when"), self._words(clocks))
        self._row(table, _("Known to"), self._show(Moment(part.known_to, "date")))
        return table

    def _figures(self, one: CurrencyFigures) -> ConsoleRenderable:
        table = self._table(one.currency)
        for column in table.columns[1:]:
            column.justify = "right"

        def amount(name: str, value: Decimal, count: int | None = None) -> None:
            counted = "" if count is None else self._show(count)
            table.add_row(name, counted, self._show(Money(value, one.currency)))

        for name, tally in (
            (_("Sales"), one.sales), (_("Returns"), one.returns),
            (_("Voided before they were finished"), one.voids), (_("Training, in no other figure"), one.training),
        ):  # fmt: skip
            amount(self._words(name), tally.amount, tally.count)
        for name, value in (
            (_("Discounts given"), one.discount), (_("Net"), one.net), (_("Tax"), one.tax),
        ):  # fmt: skip
            amount(self._words(name), value)
        for tax in one.taxes:
            rate = format_percent(tax.rate, locale=self._locale, decimal_quantization=False)
            base = Money(tax.base, one.currency)
            words = _("  tax {code} {rate} on {base}", code=literal(tax.tax_code), rate=literal(rate), base=base)
            amount(self._words(words), tax.tax)
        amount(self._words(_("Total, tax included")), one.total)
        amount(self._words(_("Cash rounding")), one.rounding)
        for tender in one.tenders:
            paid = _("  paid: {tender}", tender=literal(tender.name))
            amount(self._words(paid), tender.amount, tender.count)
        return table

    def _counts(self, told: PeriodCertificate) -> None:
        for count, text in (
            (told.parked, n_("{count} entry is parked.", "{count} entries are parked.", count=told.parked)),
            (told.waiting, n_("{count} entry is not posted yet.", "{count} entries are not posted yet.",
                              count=told.waiting)),
            (told.set_back, n_("{count} entry was made after the register's clock had been set back.",
                               "{count} entries were made after the register's clock had been set back.",
                               count=told.set_back)),
        ):  # fmt: skip
            if count:
                self._line(text)

    def _table(self, title: str) -> Table:
        table = Table(title=title, title_justify="left", show_header=False, box=None, pad_edge=False)
        for _number in range(3):
            table.add_column(overflow="fold")
        return table

    def _row(self, table: Table, name: Text, value: str) -> None:
        table.add_row(self._words(name), value)

    def _line(self, text: Text, style: str = "") -> None:
        self._console.print(self._words(text), style=style, markup=False, highlight=False)

    def _words(self, text: Text) -> str:
        return text.words(self._language, self._zone)

    def _show(self, value: Money | Moment | int) -> str:
        return show(value, self._language, self._zone)
