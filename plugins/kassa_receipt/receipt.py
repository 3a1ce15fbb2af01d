"""A finished sale or return as a document: the receipt, part by part as the layout says.

What a Swedish cash register's receipt must say at least (SKVFS 2014:9, 7 kap. 1 §: who sells and their number, address,
time, a number of an unbroken series, the register, each item with its count and amount, the total, tax and its rates,
means of payment, the control unit) is in the default layout; company, number and address are the store's to give.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from kassa.documents import Code, Columns, Document, DocumentRow, Feed, Rule, Words
from kassa.fiscal import kept_answer
from kassa.journal.entry import EntryBody, SalePayload
from kassa.model import Line, Payment, Transaction
from kassa.money import minor_unit
from kassa.register.face import RegisterFace
from kassa.sale.allocation import own_discount
from kassa.sale.discount_lines import after_discount_lines
from kassa.sale.foreign import foreign_of, is_change
from kassa.text import Moment, Money, Number, Text, literal, texts
from kassa_receipt.layout import Layout, Part

_, n_ = texts("kassa_receipt")
_ZERO, _HUNDRED = Decimal(0), Decimal(100)


class Receipt:
    """The rows of one receipt."""

    def __init__(self, entry: EntryBody, payload: SalePayload, layout: Layout, register: RegisterFace) -> None:
        self._entry, self._layout, self._register = entry, layout, register
        self._sale: Transaction = payload.transaction
        self._totals = payload.totals

    def document(self) -> Document:
        """All of it. The drawer opens where cash changes hands."""
        cash = any(payment.kind in ("cash", "currency") for payment in self._sale.valid_payments)
        return Document("receipt", tuple(self.rows()), self._entry.entry_id, drawer=cash)

    def rows(self) -> Iterator[DocumentRow]:
        """The parts in the layout's order."""
        parts: dict[Part, Callable[[], Iterable[DocumentRow]]] = {
            "company": self._company,
            "header": lambda: _own_lines(self._layout.header),
            "title": self._title,
            "facts": self._facts,
            "lines": self._lines,
            "totals": self._sums,
            "payments": self._payments,
            "taxes": self._taxes,
            "customer": self._customer,
            "fiscal": self._fiscal,
            "footer": self._footer,
            "code": self._code,
        }
        for part in self._layout.parts:
            yield from parts[part]()

    def _money(self, amount: Decimal) -> Text:
        return _("{amount}", amount=Money(amount, self._sale.currency))

    def _company(self) -> Iterator[DocumentRow]:
        layout = self._layout
        yield Words(literal(layout.company or self._register.record.store.name), "center", bold=True)
        if layout.organisation_number:
            number = literal(layout.organisation_number)
            yield Words(_("Organisation number {number}", number=number), "center")
        for line in layout.address:
            yield Words(literal(line), "center")

    def _title(self) -> Iterator[DocumentRow]:
        sold = self._sale.sold_lines
        back = sum(line.quantity < 0 for line in sold)
        title = _("Receipt")
        if back:
            title = _("Return receipt") if back == len(sold) else _("Receipt, with returns")
        yield Feed()
        yield Words(title, "center", bold=True)

    def _facts(self) -> Iterator[DocumentRow]:
        entry = self._entry
        if entry.training:
            yield Words(_("TRAINING"), "center", large=True)
            yield Columns(_("Training number"), literal(str(self._sale.extra.get("training_number", ""))))
        else:
            yield Columns(_("Receipt number"), literal(entry.receipt_number or ""))
        yield Columns(_("Date"), _("{time}", time=Moment(entry.at, "date")))
        yield Columns(_("Register"), literal(entry.register_id))
        yield Columns(_("Served by"), literal(entry.staff_id or self._sale.staff_id))

    def _lines(self) -> Iterator[DocumentRow]:
        yield Rule()
        amounts = {line.line_id: line for line in self._totals.lines}
        for line in self._sale.sold_lines:
            yield from self._line(line, amounts[line.line_id].gross)

    def _line(self, line: Line, gross: Decimal) -> Iterator[DocumentRow]:
        item = line.item
        name = f"{item.number} {item.description}" if self._layout.item_numbers else item.description
        yield Columns(literal(name), self._money(gross))
        if line.quantity != 1:
            price = Money(line.unit_price, self._sale.currency)
            quantity = Number(line.quantity)
            yield Words(_("  {quantity} {unit} × {price}", quantity=quantity, unit=_unit(item.unit), price=price))
        sign = -1 if gross < 0 else 1
        for given in line.discount_lines:
            yield Columns(literal(f"  {given.name}"), self._money(-sign * given.amount))
        off = self._own_discount(line, gross)
        if off and line.discount is not None:
            yield Columns(_discount_words(line.discount.kind, line.discount.value), self._money(-off))
        if line.extra.get("serial_number"):
            yield Words(_("  Serial number {number}", number=literal(str(line.extra["serial_number"]))))
        if line.comment:
            yield Words(literal(f"  {line.comment}"))

    def _own_discount(self, line: Line, gross: Decimal) -> Decimal:
        """What was given by hand on the line, off what its other discounts leave."""
        return own_discount(line.discount, after_discount_lines(line, gross), minor_unit(self._sale.currency))

    def _total_discount(self) -> Decimal:
        """What the discount on everything came to: all discounts less the lines' own."""
        amounts = {line.line_id: line.gross for line in self._totals.lines}
        on_lines = _ZERO
        for line in self._sale.sold_lines:
            gross = amounts[line.line_id]
            on_lines += gross - after_discount_lines(line, gross) + self._own_discount(line, gross)
        return self._totals.discount - on_lines

    def _sums(self) -> Iterator[DocumentRow]:
        sale, totals = self._sale, self._totals
        yield Rule()
        if sale.discount is not None and self._total_discount():
            words = _discount_words(sale.discount.kind, sale.discount.value, whole=True)
            yield Columns(words, self._money(-self._total_discount()))
        if not sale.tax_included:
            yield Columns(_("Tax"), self._money(totals.tax))
        if totals.rounding:
            yield Columns(_("Rounding"), self._money(totals.rounding))
        yield Columns(_("Total"), self._money(totals.total + totals.rounding), bold=True)

    def _payments(self) -> Iterator[DocumentRow]:
        yield Feed()
        for payment in self._sale.valid_payments:
            if is_change(payment):
                yield Columns(_("Change"), self._money(-payment.tendered))
                continue
            yield Columns(literal(payment.name), self._money(payment.tendered))
            if payment.change:
                yield Columns(_("Change"), self._money(payment.change))
            yield from _reference(payment)

    def _taxes(self) -> Iterator[DocumentRow]:
        yield Feed()
        for tax in self._totals.taxes:
            rate = Number((tax.rate * _HUNDRED).normalize() + _ZERO)
            base = Money(tax.base, self._sale.currency)
            yield Columns(_("Tax {rate} % of {base}", rate=rate, base=base), self._money(tax.tax))

    def _customer(self) -> Iterator[DocumentRow]:
        customer = self._sale.customer
        if customer is not None:
            yield Feed()
            yield Columns(_("Customer"), literal(f"{customer.number} {customer.name}"))
        if self._sale.comment:
            yield Words(literal(self._sale.comment))

    def _fiscal(self) -> Iterator[DocumentRow]:
        answer = kept_answer(self._sale.extra)
        if answer is None:
            return
        yield Feed()
        if answer.outcome == "unsigned":
            yield Words(answer.message or _("Not signed"))
        for label, value in answer.printed:
            yield Columns(label, literal(value))

    def _footer(self) -> Iterator[DocumentRow]:
        if self._layout.footer:
            yield Feed()
            yield from _own_lines(self._layout.footer)

    def _code(self) -> Iterator[DocumentRow]:
        if self._layout.code and self._entry.receipt_number:
            yield Feed()
            yield Code(self._entry.receipt_number, self._layout.code)


def _unit(unit: str) -> Text:
    return _("pcs") if unit == "pcs" else literal(unit)


def _own_lines(lines: Iterable[str]) -> Iterator[DocumentRow]:
    return (Words(literal(line), "center") for line in lines)


def _discount_words(kind: str, value: Decimal, *, whole: bool = False) -> Text:
    if kind == "percent":
        rate = Number(value)
        return _("Discount {rate} % on everything", rate=rate) if whole else _("  Discount {rate} %", rate=rate)
    return _("Discount on everything") if whole else _("  Discount")


def _reference(payment: Payment) -> Iterator[DocumentRow]:
    """What a card terminal wants printed; whatever is simulated says so."""
    kept = payment.reference
    foreign = foreign_of(payment)
    if foreign is not None:
        handed, rate = Money(foreign.amount, foreign.currency), Number(foreign.rate)
        yield Words(_("  {handed} at {rate}", handed=handed, rate=rate))
    if kept.get("number"):
        yield Columns(_("  Card"), literal(kept["number"]))
    if kept.get("left"):
        yield Columns(_("  Left"), literal(kept["left"].replace(".", ",")))
    if kept.get("authorisation"):
        yield Columns(_("  Authorisation"), literal(kept["authorisation"]))
    if kept.get("simulated"):
        yield Words(_("  SIMULATED: nobody was charged"))
