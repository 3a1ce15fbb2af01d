"""Suspended (1054), blind closed (1053) and taken up again (918)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.plugins.shift.conftest import MakeShop, ShiftTill, store_with_shifts

from kassa.errors import NotAvailable, NotFound
from kassa.windows import Window


def actions(till: ShiftTill) -> list[tuple[int | None, dict[str, Any]]]:
    window = till.register.run(918).window
    assert window is not None
    return [(action.operation, dict(action.parameters)) for action in window.actions]


def resume_of(till: ShiftTill) -> dict[str, Any]:
    return next(given for operation, given in actions(till) if given.get("action") == "resume")


def test_a_suspended_shift_goes_on_where_it_was(till: ShiftTill) -> None:
    """Suspended, another is opened, sold in and closed; then the first is resumed with all that it had."""
    till.sell("1001", pay=201)
    first = till.x()
    till.run(1054)
    assert till.register.staff is None
    till.log_on()
    till.sell("1004", pay=201)
    other = till.z()
    assert other.figures.total == 899
    till.log_on()
    till.run(1055)
    till.register.run(700, staff_id="2001", pin="867530")
    till.run(1054)
    till.log_on()
    with pytest.raises(NotAvailable, match="open on this drawer"):
        till.run(918, action="resume", shift_id=first.shift_id)
    till.z()


def test_resumed_counts_on(make_shop: MakeShop) -> None:
    """With the choice at log on: a resumed shift's Z has what was sold before and after; resuming twice is refused."""
    shop = make_shop(store=store_with_shifts({"at_log_on": "ask"}))
    till = ShiftTill(shop, shop.open_register())
    asked: list[Window] = []
    till.register.subscribe(lambda event: asked.append(event.detail) if event.kind == "window" else None)
    till.log_on()
    with pytest.raises(NotAvailable, match="No shift is open"):
        till.run(1056)
    assert [str(action.label) for window in asked for action in window.actions] == ["No drawer", "New shift"]
    till.run(918, action="open")
    with pytest.raises(NotAvailable, match="open on this drawer"):
        till.run(918, action="open")
    till.run(1200, amount=Decimal(100))
    till.sell("1005")
    till.run(1054)
    till.log_on()
    resume = resume_of(till)
    till.run(918, **resume)
    till.sell("1004", pay=201)
    with pytest.raises(NotAvailable):
        till.run(918, **resume)
    report = till.z()
    assert (report.figures.total, report.figures.receipts) == (968, 2)
    assert report.figures.expected("cash") == 169
    till.log_on()
    with pytest.raises(NotFound, match="not put aside any more"):
        till.run(918, **resume)


def test_blind_closed_is_counted_and_closed_later(till: ShiftTill) -> None:
    """Nothing more goes into it; its count and its Z come while the next shift sells, and change nothing of that."""
    till.run(1200, amount=Decimal(500))
    till.sell("1005")
    till.run(1053)
    till.log_on()
    till.sell("1004", pay=201)
    shift_id = next(given["shift_id"] for operation, given in actions(till) if operation == 1055 and given)
    till.run(1052, action="declare", shift_id=shift_id, counts={"500": 1, "50": 1, "10": 1})
    report = till.run(1055, shift_id=shift_id)
    assert report.shift_id == shift_id
    assert report.figures.total == 69
    assert report.figures.over(report.figures.counts[0]) == -9
    assert till.register.staff is not None, "whoever closes an earlier shift stays at the till"
    with pytest.raises(NotFound, match="any more"):
        till.run(1055, shift_id=shift_id)
    assert till.x().figures.total == 899


def test_what_is_away_survives_a_restart(make_shop: MakeShop) -> None:
    """A blind closed and a suspended shift, and the open one, are there after a restart, to the öre."""
    shop = make_shop(store=store_with_shifts())
    till = ShiftTill(shop, shop.open_register())
    till.log_on()
    for leave in (1053, 1054):
        till.sell("1005")
        till.run(leave)
        till.log_on()
    till.sell("1004", pay=201)
    before = actions(till)
    x = till.x()
    till.register.close()
    again = ShiftTill(shop, shop.open_register())
    again.log_on()
    assert actions(again) == before
    assert again.x().figures == x.figures
    blind = next(given["shift_id"] for operation, given in before if operation == 1055 and given)
    assert again.run(1055, shift_id=blind).figures.total == 69


def test_the_retailer_may_require_a_shift(make_shop: MakeShop) -> None:
    """Then no sale begins without one, in words that say what to do; with one it sells."""
    shop = make_shop(store=store_with_shifts({"at_log_on": "ask", "require_shift": True}))
    till = ShiftTill(shop, shop.open_register())
    till.log_on()
    with pytest.raises(NotAvailable, match="No shift is open"):
        till.run(100, code="1001")
    assert till.register.transaction is None
    till.run(918, action="open")
    till.sell("1001", pay=201)
    assert till.x().figures.receipts == 1


def test_what_is_sold_without_a_shift_is_on_the_next(make_shop: MakeShop) -> None:
    """Unless a shift is required, a sale needs none; it is on the Z of the shift that is opened next, once."""
    shop = make_shop(store=store_with_shifts({"at_log_on": "ask"}))
    till = ShiftTill(shop, shop.open_register())
    till.log_on()
    till.sell("1005")
    till.run(918, action="open")
    till.sell("1004", pay=201)
    assert till.z().figures.total == 968
    till.log_on()
    till.run(918, action="open")
    assert till.z().figures.total == 0
