"""The window to count a drawer in, note by note (1052)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from kassa.model import RegisterRecord
from kassa.operations import Entry
from kassa.requests.accounts import ACCOUNT_KINDS
from kassa.shift_report import ZERO
from kassa.text import Money, Text, literal, texts
from kassa.windows import Action, Row, Window

_, n_ = texts("kassa_shift")
NAME, TENDER_DECLARATION = "tender_declaration", 1052


def count_window(
    record: RegisterRecord, counts: Mapping[str, int], known: tuple[Decimal, ...], shift_id: str
) -> Window:
    """The window with what was counted so far.

    :param known: the notes and coins, largest first; none: the cash is declared as one amount.
    :param shift_id: of a shift that is not the open one.
    """
    window = _CountWindow(record, counts, known, {"shift_id": shift_id} if shift_id else {})
    total = Money(window.total, record.store.currency)
    subtitle = _("Counted so far: {total}", total=total) if known else _("Type what was counted of each.")
    return Window(NAME, _("Tender declaration"), subtitle, tuple(window.rows()), tuple(window.actions()))


class _CountWindow:
    """What it is made of."""

    def __init__(
        self, record: RegisterRecord, counts: Mapping[str, int], known: tuple[Decimal, ...], shift: dict[str, str]
    ) -> None:
        self._record, self._counts, self._known, self._shift = record, counts, known, shift
        self._currency = record.store.currency
        self.total = sum((Decimal(value) * count for value, count in counts.items()), ZERO)

    def _name(self, value: Decimal) -> Text:
        return _("{amount}", amount=Money(value, self._currency))

    def rows(self) -> Iterator[Row]:
        """Each denomination with what was counted of it."""
        for value in self._known:
            count = self._counts.get(str(value))
            if count is None:
                yield Row(self._name(value), _("not counted"))
            else:
                worth = Money(value * count, self._currency)
                yield Row(self._name(value), _("{count} · {amount}", count=count, amount=worth))

    def actions(self) -> Iterator[Action]:
        """Close, a button for each denomination and each other tender, and what comes next as the primary one."""
        yield Action(_("Close"))
        for value in self._known:
            yield self._count(value, self._name(value))
        for tender in self._record.tenders:
            if tender.kind in ACCOUNT_KINDS:
                continue  # nothing of it is in the drawer
            if tender.kind != "cash" or not self._known:
                entry = Entry("amount", "amount", _("Counted in {tender}", tender=literal(tender.name)))
                yield self._action(literal(tender.name), {"action": "declare", "tender": tender.tender_id}, entry=entry)
        left = [value for value in self._known if str(value) not in self._counts]
        if self._counts:
            yield self._action(_("Begin again"), {"action": "clear"})
        if left and self._counts:
            yield self._action(_("That is all"), {"action": "declare"})
        if left:
            yield self._count(left[0], _("Count {denomination}", denomination=self._name(left[0])), primary=True)
        elif self._known:
            yield self._action(
                _("Declare {total}", total=Money(self.total, self._currency)), {"action": "declare"}, primary=True
            )

    def _count(self, value: Decimal, label: Text, *, primary: bool = False) -> Action:
        entry = Entry("count", "count", _("How many of {denomination}?", denomination=self._name(value)))
        return self._action(label, {"action": "count", "denomination": str(value)}, entry=entry, primary=primary)

    def _action(
        self, label: Text, parameters: dict[str, Any], *, entry: Entry | None = None, primary: bool = False
    ) -> Action:
        return Action(label, TENDER_DECLARATION, {**parameters, **self._shift}, primary=primary, entry=entry)
