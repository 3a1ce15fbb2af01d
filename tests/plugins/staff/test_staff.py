"""700 Log on, 701 Log off, 703 Lock register."""

from __future__ import annotations

import pytest
from tests.plugins.counter import Counter

from kassa.errors import InvalidInput, LoggedOnWrong, NotAvailable
from kassa.operations import Place
from kassa.testing.store import CASHIER, CASHIER_PIN, MANAGER, MANAGER_PIN
from kassa_staff.at_the_till import LogOnParameters
from kassa_staff.locking import LockParameters


def test_staff_log_on_and_off(counter: Counter) -> None:
    """After log off the till takes nothing but a log on."""
    counter.run(701)
    assert counter.register.view().place is Place.LOGGED_OFF
    with pytest.raises(NotAvailable, match="Nobody is logged on"):
        counter.scan()
    result = counter.run(700, staff_id=f" {CASHIER} ", pin=CASHIER_PIN)
    assert result.message is not None
    assert result.message.words("sv") == "Välkommen, Elin Berg"
    assert counter.register.staff is not None
    assert counter.register.staff.staff_id == CASHIER


@pytest.mark.parametrize(("staff_id", "pin"), [(CASHIER, "9999"), ("4711", CASHIER_PIN)])
def test_a_wrong_pin_and_an_unknown_number_are_one_answer(counter: Counter, staff_id: str, pin: str) -> None:
    """Nobody learns from the refusal which of the two was wrong."""
    counter.run(701)
    with pytest.raises(LoggedOnWrong) as refused:
        counter.run(700, staff_id=staff_id, pin=pin)
    assert refused.value.hint is not None
    assert counter.register.staff is None


@pytest.mark.parametrize(("staff_id", "pin"), [("", "1"), (CASHIER, "")])
def test_log_on_needs_both(counter: Counter, staff_id: str, pin: str) -> None:
    """An empty field is no try: it does not count towards the lockout."""
    counter.run(701)
    with pytest.raises(InvalidInput):
        counter.run(700, staff_id=staff_id, pin=pin)


def test_nobody_logs_on_over_somebody(counter: Counter) -> None:
    """Somebody else logs on after log off, or after the till was locked."""
    with pytest.raises(NotAvailable, match="Elin Berg is logged on"):
        counter.run(700, staff_id=MANAGER, pin=MANAGER_PIN)


def test_log_off_waits_for_the_sale(counter: Counter) -> None:
    """With a sale in progress log off is refused, and says to suspend or void it."""
    counter.scan()
    with pytest.raises(NotAvailable, match="in progress") as refused:
        counter.run(701)
    assert "suspend it or void it" in str(refused.value.hint)
    assert counter.register.staff is not None


def test_a_locked_till_keeps_its_sale_and_takes_nothing(counter: Counter) -> None:
    """703 locks at once, with a sale in progress too; the PIN of whoever is logged on opens it again."""
    counter.scan()
    sale = counter.sale
    counter.run(703)
    with pytest.raises(NotAvailable, match="locked"):
        counter.scan()
    with pytest.raises(InvalidInput, match="locked"):
        counter.run(703)
    with pytest.raises(LoggedOnWrong):
        counter.run(703, pin="9999")
    assert counter.register.view().locked
    counter.run(703, pin=CASHIER_PIN)
    assert not counter.register.view().locked
    assert counter.sale == sale


def test_a_locked_till_is_opened_by_logging_on(counter: Counter) -> None:
    """Log on with the same number unlocks."""
    counter.scan()
    counter.run(703)
    counter.run(700, staff_id=CASHIER, pin=CASHIER_PIN)
    assert not counter.register.view().locked
    assert len(counter.sale.lines) == 1


def test_a_manager_goes_on_at_a_till_that_somebody_has_locked(counter: Counter) -> None:
    """The sale stays; whoever goes on is at the till from then on."""
    counter.scan()
    counter.run(703)
    counter.run(700, staff_id=MANAGER, pin=MANAGER_PIN)
    assert counter.register.staff is not None
    assert counter.register.staff.staff_id == MANAGER
    assert len(counter.sale.lines) == 1
    counter.run(703)
    with pytest.raises(NotAvailable, match="locked by Maja Lind"):
        counter.run(700, staff_id=CASHIER, pin=CASHIER_PIN)


def test_a_pin_is_in_no_representation() -> None:
    """What may end up in a log or a message does not hold the PIN."""
    assert "1234" not in repr(LogOnParameters("1001", "1234")) + repr(LockParameters("1234"))
