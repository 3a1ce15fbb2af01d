"""The plugins of docs/examples do what the page says they do: installed, listed for a register, and sold with."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from kassa.errors import NotAvailable, NotFound
from kassa.hookspecs import PROJECT
from kassa.register import Register
from kassa.register.face import Event
from kassa.testing.shop import Shop

Opener = Callable[..., tuple[Shop, Register]]


def module(name: str) -> Any:
    """A plugin as the register has it."""
    return importlib.import_module(name)


def test_every_hook_has_an_example(examples: list[str]) -> None:
    """Each hook of the contract is implemented by an example."""
    from kassa import hookspecs

    implemented = {hook for name in examples for hook, made in vars(module(name)).items() if is_hook(made)}
    assert implemented == {name for name, made in vars(hookspecs).items() if hasattr(made, f"{PROJECT}_spec")}


def is_hook(made: object) -> bool:
    return hasattr(made, f"{PROJECT}_impl")


def test_club_is_told_of_a_sale(open_with: Opener) -> None:
    """The club counts log on, sale, changes and log off, greets the cashier, and its window shows the receipt."""
    shop, register = open_with("acme_club")
    counted = module("acme_club").counted
    said: list[str] = []
    register.subscribe(lambda event: said.append(str(event.text)) if is_said(event) else None)
    shop.log_on(register)
    for _ in range(2):
        register.run(100, code=shop.barcode("1001"))
    register.run(200)
    register.run(701)
    expected = {"ready": 1, "log_on": 1, "started": 1, "finished": 1, "log_off": 1}
    assert {name: counted[name] for name in expected} == expected
    assert counted["changed"] >= 2
    assert said == ["Club sales today: 0. Good luck, Elin Berg!"]
    window = register.describe_window("acme_club")
    assert window is not None
    assert [str(row.value) for row in window.rows] == ["S1-R1-1-000001"]
    assert register.describe_window("unknown") is None


def is_said(event: Event) -> bool:
    return event.kind == "plugin" and event.text is not None


def test_club_in_the_header(open_with: Opener) -> None:
    """A plugin's items stand in the header in the order of the list, and only while somebody is logged on."""
    shop, register = open_with("acme_club")
    assert "club" not in " ".join(str(item.text) for item in register.view().status_items)
    shop.log_on(register)
    assert str(register.view().status_items[0].text) == "0 club sales"


def test_club_request_is_answered_online_and_offline(open_with: Opener) -> None:
    """One handler answers in the store server, and in the register when that is gone; a refusal is an answer too."""
    shop, register = open_with("acme_club")
    shop.log_on(register)
    shop.with_data(register)
    assert str(register.run(5000, item_number="1004").message) == "89 stamps"
    with pytest.raises(NotFound):
        register.run(5000, item_number="none")
    assert register.connection.state().online
    shop.network.refuse()
    assert str(register.run(5000, item_number="1004").message) == "89 stamps"
    assert not register.connection.state().online
    assert module("acme_club").counted["unreachable"] == 1
    with pytest.raises(NotFound):
        register.run(5000, item_number="none")


def test_club_is_told_of_the_end(open_with: Opener) -> None:
    """The register tells its plugins when it stops."""
    _shop, register = open_with("acme_club")
    register.close()
    assert module("acme_club").counted["stopping"] == 1


def test_club_speaks_at_ten_lines(open_with: Opener) -> None:
    """A plugin sees each change of the sale as it is then."""
    shop, register = open_with("acme_club")
    said: list[str] = []
    shop.log_on(register)
    register.subscribe(lambda event: said.append(str(event.text)) if is_said(event) else None)
    for number in range(1001, 1011):
        register.run(100, code=shop.barcode(str(number)))
    assert said == ["Ten lines: the customer gets a stamp more."]


def test_terminal_charges_and_takes_back(open_with: Opener) -> None:
    """The first terminal in the list is the one that is asked; a payment that is voided is taken back."""
    shop, register = open_with("acme_terminal")
    charged = module("acme_terminal").charged
    shop.log_on(register)
    register.run(100, code=shop.barcode("1004"))
    register.run(201, amount=Decimal(100))
    assert list(charged.values()) == [Decimal(100)]
    assert register.transaction is not None
    (payment,) = register.transaction.valid_payments
    assert payment.reference["authorisation"] == payment.payment_id[-6:]
    register.run(211, payment_id=payment.payment_id)
    assert charged == {}


def test_island_sells_from_its_own_database(open_with: Opener) -> None:
    """A plugin's connection is the register's: it stays away from the store server and answers from this device."""
    shop, register = open_with("acme_island", without=("offline_failover", "sync"))
    assert register.connection.state().name == "manual"
    assert register.synchronise_now()
    attempt = register.sync_status().download
    assert attempt is not None
    assert str(attempt.error) == "No synchronisation at a fair."
    with pytest.raises(NotAvailable):
        register.connection.connect(in_transaction=False)
    assert shop.server.sales() == []
