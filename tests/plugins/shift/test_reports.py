"""X (1056), Z (1055) and a Z once more (1057): what they say, and where that comes from."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from tests.plugins.shift.conftest import ShiftTill

from kassa.documents import Columns, Words
from kassa.errors import InvalidInput, NotAllowed, NotAvailable, NotFound
from kassa.journal.entry import CopyPayload, DrawerPayload, raw
from kassa.journal.records import NewEntry
from kassa.operations import ManagerApproval
from kassa.shift_report import ShiftFigures, Tally, TaxTotal
from kassa.shift_report_words import sections
from kassa.testing.store import CASHIER, CASHIER_PIN, MANAGER, MANAGER_PIN


def test_a_new_shift_is_empty(till: ShiftTill) -> None:
    """Log on has opened a shift; nothing is sold, and X says so."""
    report = till.x()
    assert (report.kind, report.number, report.figures.receipts, report.figures.total) == ("X", None, 0, 0)
    assert report.opened_by == "2001"


def test_x_by_hand(till: ShiftTill) -> None:
    """54.90 + 899.00 by card, 69.00 in cash (whole kronor), one line taken off, one sale voided, 10 % off one, one
    taken back: each figure worked out by hand."""
    till.sell("1001", "1004", pay=201)
    till.sell("1005")
    till.run(100, code="1008")
    line = till.run(100, code="1012")
    till.run(102, line_id=line.line_id)
    till.run(303, percent=Decimal(10))
    till.run(200)
    till.run(100, code="1006")
    till.run(500)
    till.run(109, code="1005")
    till.run(200)
    figures = till.x().figures
    # 24.50 less 10 % is 22.05, 22 in cash. Tax within: 25 %: (899 + 22.05) / 5 = 184.21 by receipt: 179.80 + 4.41;
    # 12 %: 54.90 × 12 / 112 = 5.88; 6 %: sold and taken back.
    assert figures.total == Decimal("976.00") - Decimal("0.05")
    assert (figures.receipts, figures.sales, figures.returns) == (
        4, Tally(3, Decimal("1044.95")), Tally(1, Decimal("-69.00")),
    )  # fmt: skip
    assert figures.discounts == Tally(1, Decimal("2.45"))
    assert figures.rounding == Decimal("-0.05")
    assert figures.taxes == (
        TaxTotal("12", Decimal("0.12"), Decimal("49.02"), Decimal("5.88")),
        TaxTotal("25", Decimal("0.25"), Decimal("736.84"), Decimal("184.21")),
        TaxTotal("6", Decimal("0.06"), Decimal("0.00"), Decimal("0.00")),
    )
    paid = {tender.tender_id: tender.paid for tender in figures.tenders}
    assert paid == {"card": Tally(1, Decimal("953.90")), "cash": Tally(3, Decimal("22.00"))}
    assert (figures.voids, figures.voided_lines) == (Tally(1, Decimal("29.90")), Tally(1, Decimal("7.00")))


def test_x_changes_nothing(till: ShiftTill) -> None:
    """Two X after each other say the same, and the shift stays open."""
    till.sell("1001", pay=201)
    one, other = till.x(), till.x()
    assert (one.figures, one.shift_id, one.grand_totals) == (other.figures, other.shift_id, other.grand_totals)


def test_z_closes_the_shift(till: ShiftTill) -> None:
    """A Z says what the X said, takes the next number, and logs off; the next shift begins at nothing."""
    till.sell("1001", pay=201)
    x, z = till.x(), till.z()
    assert (z.figures, z.shift_id) == (x.figures, x.shift_id)
    assert till.register.staff is None
    till.log_on()
    again = till.z()
    assert again.number == (z.number or 0) + 1
    assert again.shift_id != z.shift_id
    assert again.figures == ShiftFigures()


def test_grand_totals_go_on_from_z_to_z(till: ShiftTill) -> None:
    """What was sold and taken back ever since: a Z adds its shift, and nothing takes it away."""
    before = till.x().grand_totals
    till.sell("1004", pay=201)
    first = till.z()
    till.log_on()
    till.run(109, code="1005")
    till.run(201)
    second = till.z()
    assert first.grand_totals.sales == before.sales + 899
    assert second.grand_totals.sales == first.grand_totals.sales
    assert second.grand_totals.returns == before.returns - 69
    assert second.grand_totals.net == before.net + 830
    assert second.grand_totals.since == before.since
    till.log_on()


def test_closing_twice_says_that_it_is_closed(till: ShiftTill) -> None:
    """A second Close finds no shift, and names the Z that closed it; a sale in progress stops it before."""
    till.run(100, code="1001")
    with pytest.raises(NotAvailable, match="sale is in progress"):
        till.z()
    till.run(201)
    number = till.z().number
    with pytest.raises(NotAvailable, match="Nobody is logged on"):
        till.z()
    till.log_on()
    till.z()
    assert till.register.staff is None
    assert number is not None


def test_a_z_is_printed_again(till: ShiftTill) -> None:
    """1057: the last Z, or one by its number, marked as a copy; letters and unknown numbers get words."""
    till.sell("1001", pay=201)
    first = till.z()
    till.log_on()
    till.z()
    till.log_on()
    last = till.run(1057)
    assert (last.copy, last.number) == (True, (first.number or 0) + 1)
    again = till.run(1057, number=str(first.number))
    assert again.figures == first.figures
    for number, error in (("x", InvalidInput), ("4711", NotFound)):
        with pytest.raises(error):
            till.run(1057, number=number)


@pytest.mark.parametrize(("operation", "kind"), [(1056, "x"), (1055, "z"), (1057, "z")])
def test_a_report_is_a_document_for_the_printer(till: ShiftTill, operation: int, kind: str) -> None:
    """Each report's entry in the journal is a document that says what the report says."""
    till.sell("1004", pay=201)
    if operation == 1057:
        till.z()
        till.log_on()
    report = till.run(operation)
    kinds = ("x_report", "z_report", "report_copy")
    (entry,) = till.register.journal_entries(kinds=kinds, newest_first=True, limit=1)
    document = till.register.hooks.compose_document(entry, till.register)
    assert document is not None
    assert (document.kind, document.entry_id) == (kind, entry.entry_id)
    printed = [(row.left, row.right) for row in document.rows if isinstance(row, Columns)]
    shown = [(row.label, row.value) for section in sections(report) for row in section.rows]
    assert printed == shown
    words = [str(row.text) for row in document.rows if isinstance(row, Words)]
    assert ("copy" in words[0]) == (operation == 1057)


def test_copies_and_drawer_openings_are_counted(till: ShiftTill) -> None:
    """A receipt printed again counts with its total; the drawer opens by itself (1000) and for cash, out or in, and not
    for a card or a sale that is voided."""
    till.sell("1005")
    till.sell("1004", pay=201)
    till.run(109, code="1012")
    till.run(200)
    till.run(100, code="1001")
    till.run(500)
    copied = CopyPayload("0" * 32, "S1-R1-1-000001", Decimal("69.00"))
    for kind, payload in (("copy", copied), ("drawer", DrawerPayload("change"))):
        write(till, kind, payload)
    figures = till.x().figures
    assert figures.copies == Tally(1, Decimal("69.00"))
    assert figures.drawer_openings == 3


def test_the_manager_who_approved_stands_on_it(till: ShiftTill) -> None:
    """A cashier's X, Z, copy of a Z, tender removal and bank drop carry the manager's number; X and Z name seller and
    manager. A manager's own approval is refused, however the number is typed."""
    register, approval = till.register, ManagerApproval(MANAGER, MANAGER_PIN)
    till.sell("1005")
    with pytest.raises(NotAllowed, match="Another person must approve"):
        register.run(1056, approval=approval)
    till.run(701)
    till.shop.log_on(register, CASHIER, CASHIER_PIN)
    with pytest.raises(NotAllowed, match="Another person must approve"):
        register.run(1056, approval=ManagerApproval(CASHIER, CASHIER_PIN))
    for operation in (1210, 1212):
        register.run(operation, approval=approval, amount=Decimal(10))
    x = register.run(1056, approval=approval).data
    register.run(1055, approval=approval)
    till.shop.log_on(register, CASHIER, CASHIER_PIN)
    register.run(1057, approval=approval)
    made = register.journal_entries(kinds=("cash", "x_report", "z_report", "report_copy"), newest_first=True, limit=5)
    assert [msgspec.json.decode(entry.payload)["approved_by"] for entry in made] == [MANAGER] * 5
    said = {str(row.label): str(row.value) for section in sections(x) for row in section.rows}
    assert said["Approved by"] == "2001 Maja Lind"
    assert said["Report made"].endswith("by 1001 Elin Berg")
    assert said["Opened"].endswith("by 2001 Maja Lind")
    register.run(701)


def write(till: ShiftTill, kind: str, payload: Any) -> None:
    """What another plugin's operation would write."""
    journal = till.register.journal
    journal.append(NewEntry(kind, raw(payload)), generation=journal.generation)
