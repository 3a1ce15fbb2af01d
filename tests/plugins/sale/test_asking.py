"""What the cashier is asked: age, and the reason for what is taken back, changed or voided."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kassa.errors import InvalidInput, NotAllowed, NotAvailable
from kassa.operations import ManagerApproval, Question
from kassa.register import Register
from kassa.register.face import Event
from kassa.testing.shop import Shop
from kassa.testing.store import MANAGER, MANAGER_PIN, SMALL_STORE

APPROVAL = ManagerApproval(MANAGER, MANAGER_PIN)
ITEMS = [
    {"item_number": "18", "description": "Folköl", "unit_price": "15.00", "tax_code": "25", "minimum_age": 18},
    {"item_number": "20", "description": "Starköl", "unit_price": "25.00", "tax_code": "25", "minimum_age": 20},
    {"item_number": "SER", "description": "Telefon", "unit_price": "3999", "tax_code": "25", "serial_numbered": True},
]
REASONS = [
    {"reason_code": "BROKEN", "kind": "return", "name": "Trasig"},
    {"reason_code": "DAMAGED", "kind": "price_override", "name": "Skadad förpackning"},
    {"reason_code": "WRONG", "kind": "void_line", "name": "Fel vara"},
    {"reason_code": "LEFT", "kind": "void_transaction", "name": "Kunden gick"},
]
STORE = {**SMALL_STORE, "items": [*SMALL_STORE["items"], *ITEMS], "reason_codes": REASONS}


class Cashier:
    """Answers each question; remembers what was asked."""

    def __init__(self, register: Register, says: str) -> None:
        self.asked: list[Question] = []
        self.says = says
        self._register = register
        register.subscribe(self._told)

    def _told(self, event: Event) -> None:
        if event.kind == "question" and event.detail is not None:
            self.asked.append(event.detail)
            self._register.answer(self.says)


@pytest.fixture(params=["online", "offline", "slow", "switched"])
def till(request: pytest.FixtureRequest, make_shop: Callable[..., Shop]) -> tuple[Shop, Register]:
    """A register in each state of its connection."""
    shop = make_shop(store=STORE, profile={"request_timeout_s": 1.5, "reconnect_interval_min": 0.25})
    register = shop.open_register()
    shop.log_on(register)
    shop.with_data(register)
    if request.param == "offline":
        shop.network.refuse()
    elif request.param == "slow":
        shop.network.slow(0.05)
    register.run(100, code="1001")
    if request.param == "switched":
        shop.network.refuse()
    return shop, register


def line(register: Register, place: int = -1) -> Any:
    assert register.transaction is not None
    return register.transaction.lines[place]


def test_age(till: tuple[Shop, Register]) -> None:
    """Asked before the first such item of a sale, and again for a higher age only; *No* sells nothing; what was seen to
    is journalled with the line."""
    _shop, register = till
    cashier = Cashier(register, "no")
    with pytest.raises(NotAllowed, match="18"):
        register.run(100, code="18")
    assert line(register).item.number == "1001"
    cashier.says = "yes"
    register.run(100, code="18")
    register.run(100, code="18")
    register.run(100, code="20")
    register.run(100, code="18")
    assert len(cashier.asked) == 3
    assert "20" in cashier.asked[-1].text.words("sv")
    assert [each.extra for each in register.transaction.lines[1:]] == [  # type: ignore[union-attr]
        {"age_checked": 18}, {"age_checked": 18}, {"age_checked": 20}, {"age_checked": 18},
    ]  # fmt: skip
    finished = register.run(200).data
    assert finished.transaction.lines[1].extra == {"age_checked": 18}


def test_reasons(till: tuple[Shop, Register]) -> None:
    """Chosen from the store's, or handed in; Cancel changes nothing; what is no reason is refused; all are kept."""
    _shop, register = till
    cashier = Cashier(register, "cancel")
    with pytest.raises(NotAvailable):
        register.run(102)
    assert not line(register).voided
    with pytest.raises(InvalidInput):
        register.run(102, reason="BROKEN")
    cashier.says = "DAMAGED"
    register.run(104, price="40", approval=APPROVAL)
    register.run(102, reason="WRONG")
    assert line(register).extra == {"price_reason": "DAMAGED", "void_reason": "WRONG"}
    cashier.says = "BROKEN"
    register.run(109, code="1002", approval=APPROVAL)
    assert line(register).extra == {"return_reason": "BROKEN"}
    cashier.says = "LEFT"
    voided = register.run(500).data.transaction
    assert voided.extra["void_reason"] == "LEFT"
    assert len(cashier.asked) == 4


def test_a_serial_numbered_item_is_sold_with_its_number(till: tuple[Shop, Register]) -> None:
    """Scanned or typed when it is asked for; the same one is not in a sale twice, more than one at once is refused, and
    without a number nothing is sold."""
    _shop, register = till
    cashier = Cashier(register, "IMEI-4711")
    line = register.run(100, code="SER").data
    assert line.extra["serial_number"] == "IMEI-4711"
    (question,) = cashier.asked
    assert question.entry is not None
    with pytest.raises(InvalidInput, match="already"):
        register.run(100, code="SER")
    with pytest.raises(InvalidInput, match="one at a time"):
        register.run(100, code="SER", quantity=2)
    cashier.says = "cancel"
    with pytest.raises(NotAvailable, match="without its serial number"):
        register.run(100, code="SER")
    assert register.transaction is not None
    assert [sold.item.number for sold in register.transaction.sold_lines] == ["1001", "SER"]
    assert register.run(100, code="SER", serial_number=" IMEI-2 ").data.extra["serial_number"] == "IMEI-2"


def test_a_serial_numbered_item_comes_back_under_its_number(till: tuple[Shop, Register]) -> None:
    """With the receipt another number than was sold is refused; without it one that was not sold here, or is back
    already. A manager may approve. Sold once more it is told; the quantity of such a line stays one."""
    _shop, register = till
    register.run(100, code="SER", serial_number="A-1")
    with pytest.raises(InvalidInput, match="one at a time"):
        register.run(105, quantity=2)
    first = register.run(200).data.receipt_number
    again = register.run(100, code="SER", serial_number="A-1").message
    assert str(again) == f"A-1 was sold before, on receipt {first}."
    register.run(500, reason="LEFT")
    register.run(701)
    register.run(700, staff_id=MANAGER, pin=MANAGER_PIN)
    for operation, asked in ((109, {"code": "SER"}), (114, {"receipt": first, "everything": True})):
        register.run(100, code="1002")
        with pytest.raises(NotAllowed, match=r"not been sold here|not sold on this receipt") as refused:
            register.run(operation, serial_number="B-2", reason="BROKEN", **asked)
        assert refused.value.override
        register.run(operation, serial_number="A-1", reason="BROKEN", **asked)
        assert line(register).extra["serial_number"] == "A-1"
        if operation == 109:
            register.run(500, reason="LEFT")
    register.run(200)
    with pytest.raises(NotAllowed, match="not been sold here"):
        register.run(109, code="SER", serial_number="A-1", reason="BROKEN")
    assert register.run(100, code="SER", serial_number="A-1").message is None
