"""The window to count a drawer in, note by note and currency by currency (1052)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from kassa.model import RegisterRecord, Tender
from kassa.operations import Entry
from kassa.requests.accounts import ACCOUNT_KINDS
from kassa.shift_report import ZERO
from kassa.text import Money, Text, literal, texts
from kassa.windows import Action, Row, Window

_, n_ = texts("kassa_shift")
NAME, TENDER_DECLARATION = "tender_declaration", 1052


def count_window(
    record: RegisterRecord, tender: Tender, counts: Mapping[str, int], known: tuple[Decimal, ...], shift_id: str
) -> Window:
    """The window with what was counted so far of a tender.

    :param known: its notes and coins, largest first; none: it is declared as one amount.
    :param shift_id: of a shift that is not the open one.
    """
    asked = {"shift_id": shift_id} if shift_id else {}
    window = _CountWindow(record, tender, counts, known, asked)
    total = Money(window.total, window.currency)
    subtitle = _("Counted so far: {total}", total=total) if known else _("Type what was counted of each.")
    return Window(NAME, _("Tender declaration"), subtitle, tuple(window.rows()), tuple(window.actions()))


class _CountWindow:
    """What it is made of."""

    def __init__(
        self,
        record: RegisterRecord,
        tender: Tender,
        counts: Mapping[str, int],
        known: tuple[Decimal, ...],
        shift: dict[str, str],
    ) -> None:
        self._record, self._tender, self._counts, self._known, self._shift = record, tender, counts, known, shift
        self.currency = tender.currency or record.store.currency
        self.total = sum((Decimal(value) * count for value, count in counts.items()), ZERO)

    def _name(self, value: Decimal) -> Text:
        return _("{amount}", amount=Money(value, self.currency))

    def rows(self) -> Iterator[Row]:
        """Each denomination with what was counted of it."""
        for value in self._known:
            count = self._counts.get(str(value))
            if count is None:
                yield Row(self._name(value), _("not counted"))
            else:
                worth = Money(value * count, self.currency)
                yield Row(self._name(value), _("{count} · {amount}", count=count, amount=worth))

    def actions(self) -> Iterator[Action]:
        """Close, a button for each denomination and each other tender, and what comes next as the primary one."""
        yield Action(_("Close"))
        for value in self._known:
            yield self._count(value, self._name(value))
        for tender in self._record.tenders:
            yield from self._other(tender)
        left = [value for value in self._known if str(value) not in self._counts]
        if self._counts:
            yield self._action(_("Begin again"), {"action": "clear"})
        if left and self._counts:
            yield self._action(_("That is all"), {"action": "declare"})
        if left:
            yield self._count(left[0], _("Count {denomination}", denomination=self._name(left[0])), primary=True)
        elif self._known:
            yield self._action(
                _("Declare {total}", total=Money(self.total, self.currency)), {"action": "declare"}, primary=True
            )

    def _other(self, tender: Tender) -> Iterator[Action]:
        """The way to another tender: what is counted note by note has a window of its own, the rest is an amount."""
        if tender.kind in ACCOUNT_KINDS:
            return  # nothing of it is in the drawer
        by_note = tender.kind in ("cash", "currency") and self._known
        if by_note and tender.tender_id == self._tender.tender_id:
            return
        if by_note:
            yield Action(literal(tender.name), TENDER_DECLARATION, {**self._shift, "tender": tender.tender_id})
            return
        entry = Entry("amount", "amount", _("Counted in {tender}", tender=literal(tender.name)))
        parameters = {"action": "declare", "tender": tender.tender_id, **self._shift}
        yield Action(literal(tender.name), TENDER_DECLARATION, parameters, entry=entry)

    def _count(self, value: Decimal, label: Text, *, primary: bool = False) -> Action:
        entry = Entry("count", "count", _("How many of {denomination}?", denomination=self._name(value)))
        return self._action(label, {"action": "count", "denomination": str(value)}, entry=entry, primary=primary)

    def _action(
        self, label: Text, parameters: dict[str, Any], *, entry: Entry | None = None, primary: bool = False
    ) -> Action:
        cash = next((tender.tender_id for tender in self._record.tenders if tender.kind == "cash"), "")
        own = {} if self._tender.tender_id == cash else {"tender": self._tender.tender_id}
        return Action(label, TENDER_DECLARATION, {**parameters, **own, **self._shift}, primary=primary, entry=entry)
