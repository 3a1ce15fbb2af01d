"""Shifts of a store's registers: seen and finished at another one, and two that want one drawer at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from tests.plugins.shift.conftest import MakeShop, ShiftTill, store_with_shifts

from kassa.errors import KassaError, NotAvailable, NotFound
from kassa.testing.server import server_module
from kassa.testing.shop import Shop
from kassa.testing.store import SECOND_REGISTER


def two_tills(shop: Shop) -> tuple[ShiftTill, ShiftTill]:
    """Two registers with a manager at each, ready to sell alone."""
    tills = (
        ShiftTill(shop, shop.open_register()),
        ShiftTill(shop, shop.open_register(shop.activate(SECOND_REGISTER))),
    )
    for till in tills:
        till.log_on()
        shop.with_data(till.register)
    return tills


def offers(till: ShiftTill, action: str) -> list[str]:
    """The shifts that Manage shifts offers for an action."""
    window = till.register.run(918).window
    assert window is not None
    return [str(one.parameters["shift_id"]) for one in window.actions if one.parameters.get("action") == action]


def said(till: ShiftTill) -> list[str]:
    """What the window says, row by row."""
    window = till.register.run(918).window
    assert window is not None
    return [f"{row.label}: {row.value}" for row in window.rows]


def test_a_shift_goes_on_and_is_closed_at_another_register(make_shop: MakeShop) -> None:
    """Suspended at one, resumed at the other, and on the other's Z with what both have sold in it; then one is blind
    closed, and closed at the other while that one's own shift is open. What has gone on elsewhere is refused."""
    shop = make_shop(store=store_with_shifts({"at_log_on": "ask"}))
    here, there = two_tills(shop)
    here.run(918, action="open")
    here.run(1200, amount=Decimal(500))
    here.sell("1005")
    first = here.x().shift_id
    here.run(1054)
    shop.delivered(here.register)
    assert offers(there, "resume") == [first]
    assert any("Suspended: register R1, opened" in line for line in said(there))
    there.run(918, action="resume", shift_id=first)
    there.sell("1004", pay=201)
    here.log_on()
    with pytest.raises(NotFound, match="not put aside any more"):
        here.run(918, action="resume", shift_id=first)
    assert offers(here, "resume") == []
    z = there.z()
    assert (z.shift_id, z.drawer, z.figures.receipts, z.figures.total) == (first, "R2", 2, 968)
    assert z.figures.expected("cash") == 569
    # blind closed
    here.run(918, action="open")
    here.sell("1005")
    second = here.x().shift_id
    here.run(1053)
    there.log_on()
    there.run(918, action="open")
    there.sell("1004", pay=201)
    shop.delivered(here.register)
    assert offers(there, "take") == [second]
    there.run(918, action="take", shift_id=second)
    there.run(1052, action="declare", amount=Decimal(60), shift_id=second)
    closed = there.run(1055, shift_id=second)
    assert (closed.shift_id, closed.figures.total, closed.figures.over(closed.figures.counts[0])) == (second, 69, -9)
    own = there.z()
    assert (own.number, own.figures.total) == (3, 899)
    here.log_on()
    with pytest.raises(NotFound):
        here.run(1055, shift_id=second)
    shop.delivered(there.register)
    shop.delivered(here.register)
    rows = shop.server.query("SELECT agrees FROM shift_report")
    assert [bool(row["agrees"]) for row in rows] == [True, True, True]
    assert shop.server.query("SELECT * FROM open_shift") == []
    assert findings(shop) == []


def test_without_the_store_server_it_says_why_not(make_shop: MakeShop) -> None:
    """Offline the window says that other registers' shifts are not known; one's own goes on all the same. If another
    register has taken it over meanwhile, the store server says no at the next contact, and headquarters names what is
    on both Z."""
    shop = make_shop(store=store_with_shifts({"at_log_on": "ask"}), profile={"request_timeout_s": 5})
    here, there = two_tills(shop)
    here.run(918, action="open")
    here.sell("1005")
    shift = here.x().shift_id
    here.run(1054)
    shop.delivered(here.register)
    assert offers(there, "resume") == [shift]
    here.log_on()
    here.run(917, action="disconnect")
    assert "At other registers: not known: the store server is not connected" in said(here)
    with pytest.raises(NotFound):
        here.run(918, action="resume", shift_id="0" * 32)
    here.run(918, action="resume", shift_id=shift)
    here.sell("1004", pay=201)
    there.run(918, action="resume", shift_id=shift)
    shop.delivered(there.register)
    with pytest.raises(KassaError, match="gone on at register R2"):
        here.run(917, action="connect")
    assert not here.register.connection.state().online
    mine = here.z()
    here.log_on()
    here.run(917, action="connect")
    theirs = there.z()
    assert (mine.figures.total, theirs.figures.total) == (968, 69)
    shop.delivered(here.register)
    shop.delivered(there.register)
    assert {str(one.what).split(";")[1].strip() for one in findings(shop)} == {"1 receipt is on both, SEK\xa069.00"}


def test_two_registers_open_on_one_drawer_at_once(make_shop: MakeShop) -> None:
    """However close together they press, one gets the drawer and the other is told who has it."""
    shop = make_shop(store=store_with_shifts({"at_log_on": "ask", "drawer": "Front"}))
    tills = two_tills(shop)
    for _round in range(6):
        start = threading.Barrier(2)
        with ThreadPoolExecutor(2) as at_once:
            told = list(at_once.map(open_at, (start, start), tills))
        winner = told.index(None)
        assert told.count(None) == 1, told
        assert f"Register {('R1', 'R2')[winner]} has a shift open on drawer Front" in str(told[1 - winner])
        tills[winner].z()
        tills[winner].log_on()
        shop.delivered(tills[winner].register)


def open_at(start: threading.Barrier, till: ShiftTill) -> NotAvailable | None:
    start.wait()
    try:
        till.run(918, action="open")
    except NotAvailable as refused:
        return refused
    return None


def findings(shop: Shop) -> list[Any]:
    """What headquarters finds of Z reports."""
    channel = shop.server.channel()
    try:
        with channel.reading() as connection:
            now = channel.environment.clock.utc()
            found = server_module("headquarters.completeness").findings(connection, now)
    finally:
        channel.close()
    return [one for one in found if one.kind == "z_differs"]
