"""The simulated control unit: codes for receipts and copies, and what happens when it is down."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.plugins.receipt.paper import PROFILE, Maker, receipt, sell, simulated, store

from kassa.errors import NotAvailable
from kassa.register import Register
from kassa.testing.forked_till import ForkedTill
from kassa.testing.shop import Shop, wait_until
from kassa.testing.store import MANAGER, MANAGER_PIN
from kassa.testing.till import TillKilled
from kassa_card_simulator.simulator import charged
from kassa_fiscal_simulator_se.unit import ControlMessage, signed


def unit(**settings: Any) -> dict[str, Any]:
    return {"name": "fiscal_simulator_se", "required": True, "settings": settings}


def open_shop(make_shop: Maker, *plugins: dict[str, Any]) -> tuple[Shop, Register]:
    shop = make_shop(store=store(*plugins), profile=PROFILE)
    register = shop.open_register()
    shop.log_on(register, MANAGER, MANAGER_PIN)
    return shop, register


def answers(register: Register) -> list[dict[str, Any]]:
    """What the unit said of each sale, as the journal has it."""
    payloads = [msgspec.json.decode(entry.payload) for entry in register.journal_entries(kinds=("sale",))]
    return [payload["transaction"]["extra"]["fiscal"]["finish"] for payload in payloads]


def test_receipt_and_copy_have_a_control_code_that_says_it_is_simulated(make_shop: Maker, tmp_path: Path) -> None:
    """A receipt's code and unit are in the journal and on paper, a copy has a code of its own; both say *simulated*."""
    paper = tmp_path / "paper.txt"
    shop, register = open_shop(make_shop, unit(), simulated(paper))
    number = sell(shop, register)
    register.run(115, receipt_number=number, action="reprint")
    (answer,) = answers(register)
    assert answer["reference"]["simulated"] == "yes"
    (copy,) = register.journal_entries(kinds=("copy",))
    assert msgspec.json.decode(copy.payload)["fiscal"]["reference"]["code"] != answer["reference"]["code"]
    assert signed(register) == 2
    wait_until(lambda: paper.exists() and paper.read_text("utf-8").count("K O P I A") == 2, "both are printed")
    first = paper.read_text("utf-8").partition("K O P I A")[0]
    assert "SIMULATED-0001" in first
    assert answer["reference"]["code"][:8] in first
    assert "Simulerad" in first


def test_the_message_says_what_a_control_unit_is_told() -> None:
    """Time, seller, register, number, kind, sums and tax per rate, as one line with decimal commas."""
    message = ControlMessage(
        "202603021000", "556000-0000", "R1", "S1-R1-1-000001", "normal", Decimal("54.90"), Decimal(0),
        {"12": Decimal("5.88")},
    )  # fmt: skip
    assert message.canonical() == "202603021000;556000-0000;R1;S1-R1-1-000001;normal;54,90;0,00;12;5,88"


def test_a_unit_that_is_down_starts_no_sale_and_ends_the_one_in_progress(make_shop: Maker, tmp_path: Path) -> None:
    """The default: the customer who has shopped pays, without a code, which is shown and in the journal; the next sale
    is refused, also in the journal; when the unit works again all is as before."""
    down = tmp_path / "down"
    shop, register = open_shop(make_shop, unit(down_file=str(down)), receipt())
    register.run(100, code=shop.barcode("1001"))
    down.touch()
    register.run(200)
    assert answers(register)[0]["outcome"] == "unsigned"
    assert "no control code" in " ".join(map(str, register.view().problems))
    with pytest.raises(NotAvailable, match="does not answer"):
        register.run(100, code=shop.barcode("1001"))
    assert register.transaction is None
    (refused,) = register.journal_entries(kinds=("fiscal_refused",))
    assert msgspec.json.decode(refused.payload)["step"] == "begin"
    assert register.run(717).data[0].state == "failed"
    down.unlink()
    sell(shop, register)
    assert answers(register)[1]["outcome"] == "signed"
    assert register.view().problems == ()


def test_refusing_keeps_the_sale_and_goes_on_later(make_shop: Maker, tmp_path: Path) -> None:
    """Where nothing may be sold without a code, the sale in progress stays as it was, and is paid when the unit is
    back, with its number."""
    down = tmp_path / "down"
    shop, register = open_shop(make_shop, unit(down_file=str(down), when_down="refuse"))
    register.run(100, code=shop.barcode("1001"))
    down.touch()
    with pytest.raises(NotAvailable, match="does not answer"):
        register.run(200)
    assert register.transaction is not None
    assert register.transaction.payments == ()
    down.unlink()
    assert register.run(200).data.receipt_number == "S1-R1-1-000001"


def test_a_card_that_was_charged_before_the_refusal_is_charged_once(make_shop: Maker, tmp_path: Path) -> None:
    """The card is approved, the receipt is refused: the sale waits, and paying again asks about that very payment."""
    down = tmp_path / "down"
    shop, register = open_shop(make_shop, unit(down_file=str(down), when_down="refuse"))
    register.run(100, code=shop.barcode("1001"))
    down.touch()
    with pytest.raises(NotAvailable, match="does not answer"):
        register.run(201)
    assert register.transaction is not None
    down.unlink()
    assert register.run(201).data.receipt_number == "S1-R1-1-000001"
    assert charged(register) == Decimal("54.90")


def test_sale_and_return_never_on_one_receipt(make_shop: Maker) -> None:
    """The line that would mix them is refused, and the sale stays; where the store's law allows it, it may be."""
    shop, register = open_shop(make_shop, unit())
    register.run(100, code=shop.barcode("1001"))
    with pytest.raises(NotAvailable, match="one receipt"):
        register.run(109, code=shop.barcode("1002"))
    assert register.transaction is not None
    assert len(register.transaction.lines) == 1
    shop, register = open_shop(make_shop, unit(sale_and_return_together=True))
    register.run(100, code=shop.barcode("1001"))
    register.run(109, code=shop.barcode("1002"))


@pytest.mark.parametrize("kill_at", ["sale:1:before", "sale:1:after"])
def test_killed_while_finishing_the_receipt_is_signed_once(make_shop: Maker, kill_at: str) -> None:
    """Killed between the unit and the journal, the sale is finished again under its number, with the code it had; no
    receipt is counted twice by the unit."""
    shop = make_shop(store=store(unit()), profile=PROFILE)
    folder = shop.activate()
    till = shop.start_till(folder, kind=ForkedTill, kill_at=kill_at)
    till.run(700, staff_id="1001", pin="1234")
    till.run(100, code=shop.barcode("1001"))
    with pytest.raises(TillKilled):
        till.run(200)
    register = shop.open_register(folder)
    shop.log_on(register)
    assert signed(register) == 1
    if kill_at.endswith("before"):
        register.run(200)
    assert register.transaction is None
    assert len(answers(register)) == signed(register) == 1
