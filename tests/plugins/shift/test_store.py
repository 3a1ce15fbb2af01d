"""What a register asks its store server about shifts: who holds a shared drawer, and its own last Z on a new device."""

from __future__ import annotations

import pytest
from tests.plugins.shift.conftest import MakeShop, ShiftTill, store_with_shifts

from kassa.errors import NotAvailable
from kassa.register.face import Event
from kassa.testing.shop import wait_until
from kassa.testing.store import SECOND_REGISTER


def test_two_shifts_on_one_drawer(make_shop: MakeShop) -> None:
    """Two registers share a drawer: the second is told who has it, and may when it is free. Without the store server
    it is not held up."""
    shop = make_shop(store=store_with_shifts({"drawer": "Front"}))
    first = ShiftTill(shop, shop.open_register())
    first.log_on()
    shop.delivered(first.register)
    second = ShiftTill(shop, shop.open_register(shop.activate(SECOND_REGISTER)))
    said: list[str] = []
    second.register.subscribe(lambda event: said.append(str(event.text)) if _is_plugins(event) else None)
    second.log_on()
    with pytest.raises(NotAvailable, match="Register R1 has a shift open on drawer Front") as refused:
        second.run(918, action="open")
    assert str(refused.value.hint) == "Suspend or close it there first."
    assert said == ["Register R1 has a shift open on drawer Front."]
    first.run(1054)
    shop.delivered(first.register)
    second.run(918, action="open")
    assert second.x().drawer == "Front"
    shop.delivered(second.register)
    first.log_on()
    with pytest.raises(NotAvailable, match="Register R2 has a shift open"):
        first.run(918, action="open")
    shop.network.refuse()
    first.run(918, action="open")
    assert first.x().drawer == "Front"


def _is_plugins(event: Event) -> bool:
    return event.kind == "plugin" and event.text is not None


def test_a_new_device_goes_on_with_the_grand_totals(make_shop: MakeShop) -> None:
    """The register is replaced by a device with an empty journal: its first Z has the next number, and the grand
    totals go on from the last Z that the store server has."""
    shop = make_shop(store=store_with_shifts())
    old = ShiftTill(shop, shop.open_register())
    old.log_on()
    old.sell("1004", pay=201)
    closed = old.z()
    shop.delivered(old.register)
    old.register.close()
    new = ShiftTill(shop, shop.open_register(shop.activate(name="new device")))
    wait_until(lambda: new.register.connection.state().online, "the new device is connected")
    new.log_on()
    new.sell("1005", pay=201)
    report = new.z()
    assert (closed.number, report.number) == (1, 2)
    assert report.figures.total == 69
    assert report.grand_totals.sales == 968
    assert report.grand_totals.since == closed.grand_totals.since


def test_a_new_series_on_the_same_device_changes_nothing(make_shop: MakeShop) -> None:
    """Activated again, with its journal: the open shift is open still, with what was sold in the series before."""
    shop = make_shop(store=store_with_shifts())
    till = ShiftTill(shop, shop.open_register())
    till.log_on()
    till.sell("1004", pay=201)
    shift_id = till.x().shift_id
    shop.delivered(till.register)
    folder = till.register.directory
    till.register.close()
    shop.activate(name=folder.name)
    again = ShiftTill(shop, shop.open_register(folder))
    again.log_on()
    again.sell("1005", pay=201)
    report = again.z()
    assert (report.shift_id, report.figures.total, len(report.figures.parts)) == (shift_id, 968, 2)
