"""What goes in and out of the drawer without a sale (1200-1212), and counting it (1052)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.plugins.shift.conftest import ShiftTill

from kassa.errors import InvalidInput, NotAllowed, NotAvailable
from kassa.shift_report import ShiftFigures, TenderCount
from kassa.shift_report_words import sections
from kassa.testing.store import CASHIER, CASHIER_PIN


def amounts(figures: ShiftFigures) -> dict[str, Decimal]:
    return {movement.kind: movement.moved.amount for movement in figures.movements}


def test_the_drawer_by_hand(till: ShiftTill) -> None:
    """500 to start with, 200 put in, 69 sold in cash, 100 taken out, 150 to the safe, 19 to the bank: 500 are left."""
    till.run(1200, amount=Decimal(500))
    till.run(1201, amount=Decimal(200))
    till.sell("1005")
    till.run(1210, amount=Decimal(100))
    till.run(1211, amount=Decimal(150))
    till.run(1212, amount=Decimal(19), reference="P-1")
    figures = till.x().figures
    assert amounts(figures) == {
        "start_amount": 500, "float_entry": 200, "tender_removal": 100, "safe_drop": 150, "bank_drop": 19,
    }  # fmt: skip
    assert figures.expected("cash") == 500


def test_a_start_amount_is_corrected_by_declaring_it_again(till: ShiftTill) -> None:
    """Declared twice it is the second, where float entries add up."""
    for amount in (500, 600):
        till.run(1200, amount=Decimal(amount))
        till.run(1201, amount=Decimal(10))
    assert amounts(till.x().figures) == {"start_amount": 600, "float_entry": 20}


def test_more_than_there_is_cannot_be_taken_out(till: ShiftTill) -> None:
    """And nothing is noted; the words do not say how much there is, as it is still to be counted."""
    till.run(1200, amount=Decimal(500))
    for operation in (1210, 1211, 1212):
        with pytest.raises(NotAllowed) as refused:
            till.run(operation, amount=Decimal(501))
        assert "500" not in str(refused.value.what)
    assert amounts(till.x().figures) == {"start_amount": 500}


@pytest.mark.parametrize("amount", ["abc", "-1", "0", "0.50", "100000000", "12.345"])
def test_amounts_that_cannot_be(till: ShiftTill, amount: str) -> None:
    """Letters, signs, nothing, half a krona, far too much, thousandths: each has words, nothing is noted."""
    with pytest.raises(InvalidInput) as refused:
        till.register.run(1201, amount=amount)
    assert refused.value.hint is not None
    assert amounts(till.x().figures) == {}


def test_a_sale_in_progress_comes_first(till: ShiftTill) -> None:
    """Nothing is moved, counted or closed while a sale is in progress; the sale stays."""
    till.run(100, code="1001")
    for operation in (1052, 1053, 1054, 1055, 1056, 1057):
        with pytest.raises(NotAvailable, match="sale is in progress"):
            till.run(operation)
    with pytest.raises(NotAvailable, match="sale is in progress"):
        till.run(1200, amount=Decimal(1))
    assert till.register.transaction is not None


def test_counted_note_by_note(till: ShiftTill) -> None:
    """The window counts on; what was declared stands beside what should be there."""
    till.run(1200, amount=Decimal(700))
    window = till.register.run(1052).window
    assert window is not None
    for value, count in (("500", "1"), ("100", "1"), ("20", "4")):
        window = till.register.run(1052, action="count", denomination=value, count=count).window
        assert window is not None
    assert window.subtitle is not None
    assert "680" in str(window.subtitle)
    till.run(1052, action="declare")
    figures = till.x().figures
    assert figures.counts == (TenderCount("cash", "Kontant", Decimal(680)),)
    assert figures.over(figures.counts[0]) == -20


def test_counting_goes_on_after_a_restart(till: ShiftTill) -> None:
    """What was counted is kept: nobody counts the drawer twice because the window was closed."""
    till.run(1052, action="count", denomination="500", count=2)
    window = till.register.run(1052).window
    assert window is not None
    assert [str(row.value) for row in window.rows][1] == "2 · SEK\u00a01,000.00"
    till.run(1052, action="clear")
    with pytest.raises(InvalidInput, match="Nothing was counted"):
        till.run(1052, action="declare")


def test_the_count_leads_from_note_to_note(till: ShiftTill) -> None:
    """The window's primary action is the next note that is not counted, and declaring when all are."""
    seen = []
    window = till.register.run(1052).window
    while True:
        assert window is not None
        primary = next(action for action in window.actions if action.primary)
        if primary.entry is None:
            break
        seen.append(primary.parameters["denomination"])
        window = till.register.run(1052, count="0", **primary.parameters).window
    assert seen == ["1000", "500", "200", "100", "50", "20", "10", "5", "2", "1"]
    assert primary.parameters == {"action": "declare"}


@pytest.mark.parametrize("count", ["abc", "3,5", "-1", "1000000", ""])
def test_counts_with_letters(till: ShiftTill, count: str) -> None:
    """A count is a whole number; anything else has words, and what was counted before is kept."""
    till.run(1052, action="count", denomination="100", count=3)
    with pytest.raises(InvalidInput) as refused:
        till.run(1052, action="count", denomination="500", count=count)
    assert refused.value.hint is not None
    with pytest.raises(InvalidInput, match="no note or coin"):
        till.run(1052, action="count", denomination="7", count=1)
    till.run(1052, action="declare")
    assert till.x().figures.counts[0].amount == 300


def test_another_tender_is_declared_as_an_amount(till: ShiftTill) -> None:
    """Card slips are not notes; the latest declaration is the one that counts."""
    till.sell("1001", pay=201)
    for amount in ("50.00", "54.90"):
        till.run(1052, action="declare", tender="card", amount=amount)
    figures = till.x().figures
    assert [(count.tender_id, figures.over(count)) for count in figures.counts] == [("card", 0)]
    with pytest.raises(InvalidInput, match="no tender"):
        till.run(1052, action="declare", tender="gold", amount="1")


def test_each_currency_is_counted_in_its_own_notes(till: ShiftTill) -> None:
    """Euro are counted by euro notes beside the kronor that are half counted, taken to the safe in euro, and over or
    short in euro: 30 EUR were paid with, 5 went to the safe, 20 are there. The change went out of the cash drawer."""
    till.run(1052, action="count", denomination="500", count=1)
    till.run(100, code="1001")
    till.run(203, tender_id="eur", amount="30")
    change = till.x().figures.tenders[0].paid.amount
    till.run(1211, amount=Decimal(5), tender="eur")
    window = till.register.run(1052, tender="eur").window
    assert window is not None
    assert [row.label.words("sv") for row in window.rows][:2] == ["200,00\xa0€", "100,00\xa0€"]
    with pytest.raises(InvalidInput, match="no note or coin"):
        till.run(1052, tender="eur", action="count", denomination="1000", count=1)
    till.run(1052, tender="eur", action="count", denomination="20", count=1)
    till.run(1052, tender="eur", action="declare")
    till.run(1052, action="declare")
    report = till.x()
    cash, euro = report.figures.counts
    assert (euro.amount, euro.currency, report.figures.over(euro)) == (Decimal(20), "EUR", Decimal(-5))
    assert (cash.amount, cash.currency, report.figures.over(cash)) == (Decimal(500), "", 500 - change)
    said = {str(section.title): [row.value.words("sv") for row in section.rows] for section in sections(report)}
    assert said["Counted"][1] == "20,00\xa0€ · 5,00\xa0€ saknas"
    assert said["Cash drawer"] == ["1 · 5,00\xa0€"]
    with pytest.raises(NotAllowed, match="more than there should be"):
        till.run(1211, amount=Decimal(26), tender="eur")


def test_a_cashier_needs_a_manager_for_what_shows_the_figures(till: ShiftTill) -> None:
    """X, Z and what leaves the shop need `manage`, or a manager's word; counting and floats do not."""
    till.run(701)
    till.shop.log_on(till.register, CASHIER, CASHIER_PIN)
    till.run(1200, amount=Decimal(100))
    till.run(1052, action="declare", counts={"100": 1})
    for operation in (1055, 1056, 1057):
        with pytest.raises(NotAllowed) as refused:
            till.run(operation)
        assert refused.value.override
    till.run(701)
