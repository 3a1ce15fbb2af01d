"""Whose a drawer and a shift are, on every engine: claimed and taken once, however many ask at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
from tests.server.conftest import Shop
from tests.server.device import Device
from tests.server.z_reports import z_of

from kassa.environment import new_id
from kassa.errors import NotAllowed, NotFound
from kassa.requests.contact import Hello
from kassa.requests.shifts import ClaimDrawer, ListShifts, TakeShift
from kassa.shift_report import ShiftAction, ShiftEvent
from kassa_server.schema import open_shift

DRAWER = "Front"


def claim(till: Device, shift_id: str) -> str | None:
    """Who has the drawer; None: this till, now."""
    request = ClaimDrawer(command_id=new_id(), drawer=DRAWER, shift_id=shift_id, opened_at=till.clock.utc())
    return till.ask(request, staff_id="1001").register_id


def tell(till: Device, action: ShiftAction, shift_id: str) -> None:
    """What the till's journal says of a shift."""
    till.add("shift", ShiftEvent(action, shift_id, DRAWER, till.clock.utc(), "1001"), staff_id="1001")
    till.deliver()


@pytest.fixture
def tills(shop: Shop) -> tuple[Device, Device]:
    """Two registers of the store."""
    return shop.device("R1"), shop.device("R2")


def test_one_of_many_at_once_gets_the_drawer(shop: Shop, tills: tuple[Device, Device]) -> None:
    """Whoever asks first in the database has it; the same register may ask again, and its earlier claim is gone."""
    with ThreadPoolExecutor(4) as at_once:
        told = list(at_once.map(claim, (*tills, *tills), [new_id() for _ask in range(4)]))
    (holder,) = {one for one in told if one is not None}
    assert told.count(None) == 2
    (row,) = shop.rows(open_shift)
    assert (row["register_id"], row["status"]) == (holder, "claimed")
    winner, loser = tills if holder == "R1" else tills[::-1]
    shift_id = new_id()
    assert claim(winner, shift_id) is None
    tell(winner, "open", shift_id)
    assert claim(loser, new_id()) == holder
    tell(winner, "suspend", shift_id)
    assert claim(loser, new_id()) is None


def test_a_shift_is_taken_once(shop: Shop, tills: tuple[Device, Device]) -> None:
    """It is listed for the others, goes to one of those that ask at once, and to nobody afterwards; the one that had it
    hears that it is gone, and may not come back online with it."""
    first, second = tills
    shift_id = new_id()
    tell(first, "open", shift_id)
    assert second.ask(ListShifts()).shifts == ()
    tell(first, "suspend", shift_id)
    (listed,) = second.ask(ListShifts()).shifts
    assert (listed.shift_id, listed.register_id, listed.status) == (shift_id, "R1", "suspended")
    taken = second.ask(TakeShift(command_id=new_id(), shift_id=shift_id, drawer="R2"))
    assert taken.left is not None
    assert taken.left.action == "suspend"
    again = second.ask(TakeShift(command_id=new_id(), shift_id=shift_id, drawer="R2"))
    assert again == taken, "until its journal says so, the same register may ask again"
    with pytest.raises(NotFound, match="not put aside any more"):
        first.ask(TakeShift(command_id=new_id(), shift_id=shift_id, drawer="R1"))
    tell(second, "resume", shift_id)
    assert first.ask(ListShifts((shift_id,))).gone == (shift_id,)
    with pytest.raises(NotAllowed, match="gone on at register R2"):
        first.ask(Hello(shift_id=shift_id))
    second.ask(Hello(shift_id=shift_id))
    tell(first, "resume", shift_id)
    (row,) = shop.rows(open_shift)
    assert (row["register_id"], row["status"]) == ("R2", "open"), "what comes late takes nothing back"


def test_a_closed_shift_stays_closed(shop: Shop, tills: tuple[Device, Device]) -> None:
    """After the Z nobody takes it, and a register that has it open still is told who closed it."""
    first, second = tills
    report = msgspec.structs.replace(z_of(second, [second.sell()]), shift_id=new_id())
    tell(first, "blind_close", report.shift_id)
    second.ask(TakeShift(command_id=new_id(), shift_id=report.shift_id))
    second.add("z_report", report, staff_id="2001")
    second.deliver()
    assert shop.rows(open_shift) == []
    with pytest.raises(NotFound):
        first.ask(TakeShift(command_id=new_id(), shift_id=report.shift_id))
    assert first.ask(ListShifts((report.shift_id,))).gone == (report.shift_id,)
    tell(first, "resume", report.shift_id)
    assert shop.rows(open_shift) == []
    with pytest.raises(NotAllowed, match="gone on at register R2"):
        first.ask(Hello(shift_id=report.shift_id))
