"""The plugins of docs/examples do what the page says they do: installed, listed for a register, and sold with."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from kassa.devices import DeviceFailed, DeviceMissing
from kassa.errors import NotAvailable, NotFound, PluginFailure
from kassa.hookspecs import PROJECT
from kassa.journal_export.poslog import transaction
from kassa.journal_export.table import rows
from kassa.register import Register
from kassa.register.face import Event
from kassa.testing.shop import Shop, wait_until
from kassa.testing.store import MANAGER, MANAGER_PIN
from kassa.text import Text
from kassa.transaction_fields import with_fields

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


def test_club_keeps_its_last_receipt(open_with: Opener) -> None:
    """What a plugin needs of the journal is not purged: the club needs its last receipt, once there is one."""
    shop, register = open_with("acme_club")
    shop.log_on(register)
    assert register.hooks.journal_needed(register) == []
    register.run(100, code=shop.barcode("1001"))
    register.run(200)
    (place,) = register.hooks.journal_needed(register)
    (entry,) = register.journal_entries(kinds=("sale",))
    assert (place.series, place.sequence) == (entry.series, entry.sequence)


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


def test_club_customers_pay_less(open_with: Opener) -> None:
    """What a plugin takes off is on the lines as soon as it holds, and off when it does not any more; it is kept with
    the sale, and posted."""
    shop, register = open_with("acme_club")
    shop.log_on(register)
    register.run(100, code=shop.barcode("1009"))
    assert register.run(612, name="Åsa Öberg").data is not None
    assert register.transaction is not None
    (line,) = register.transaction.lines
    assert [(each.name, each.amount, each.plugin) for each in line.discount_lines] == [
        ("Acme club 5 %", Decimal("1.75"), "acme_club")
    ]
    register.run(603)
    assert register.transaction.lines[0].discount_lines == ()
    register.run(600, number=register.run(602, words="oberg").data.customers[0].number)
    assert register.run(200).data.receipt_number is not None
    shop.delivered(register)
    assert [(sale.total, sale.discount) for sale in shop.server.sales()] == [(Decimal("33.25"), Decimal("1.75"))]


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


def test_devices_print_what_they_are_for(open_with: Opener) -> None:
    """A document goes to the printer of its kind; a receipt is not the kitchen's."""
    shop, register = open_with("acme_devices")
    devices = module("acme_devices")
    shop.log_on(register)
    register.run(100, code=shop.barcode("1001"))
    register.run(200)
    order = devices.Document(devices.KITCHEN, ())
    register.devices.print_document(order)
    assert devices.paper == [order]
    with pytest.raises(DeviceMissing):
        register.devices.print_document(devices.Document("receipt", ()))
    (entry,) = register.journal_entries(kinds=("log_on",))
    assert register.devices.compose(msgspec.structs.replace(entry, kind="acme_order")) is not None


def test_devices_drawer_and_state(open_with: Opener) -> None:
    """The drawer opens, or says why it does not; the health check has the plugin's devices; events are told."""
    shop, register = open_with("acme_devices", "receipt")
    devices = module("acme_devices")
    shop.log_on(register)
    register.devices.open_drawer()
    assert devices.drawer["opened"] == 1
    assert str(register.devices.check()[0].what) == "prints for R1"
    devices.drawer["connected"] = False
    with pytest.raises(DeviceFailed, match="cable"):
        register.devices.open_drawer()


def unspaced(text: Text) -> str:
    return str(text).replace("\N{NO-BREAK SPACE}", " ")


def test_devices_show_the_customer_what_happens(open_with: Opener) -> None:
    """Two lines at log on, at each item, at a payment, at the end and at log off."""
    shop, register = open_with("acme_devices")
    shown = module("acme_devices").shown
    shop.log_on(register)
    register.run(100, code=shop.barcode("1001"))
    register.run(100, code=shop.barcode("1002"), quantity="2")
    register.run(201, amount="50")
    register.run(200, amount="50")
    register.run(701)
    said = [(each.kind, unspaced(each.upper), unspaced(each.lower)) for each in shown]
    assert said == [
        ("welcome", "Kassa Test", "Welcome"),
        ("item", "Kaffe mellanrost 450 g", "SEK 54.90"),
        ("item", "Mjölk 1,5 % 1 l", "2 × = SEK 35.00"),
        ("total", "Total SEK 89.90", "Due SEK 89.90"),
        ("total", "Total SEK 89.90", "Due SEK 39.90"),
        ("change", "Total SEK 90.00", "Change SEK 10.00"),
        ("closed", "Kassa Test", "Till closed"),
    ]


def test_fiscal_device_signs_and_decides(open_with: Opener) -> None:
    """What is signed has its number in the sale's entry; a device that fails is shown, and in the end refuses."""
    shop, register = open_with("acme_fiscal")
    device = module("acme_fiscal").device
    shop.log_on(register)

    def sell() -> Any:
        register.run(100, code=shop.barcode("1001"))
        register.run(200)
        (entry,) = register.journal_entries(kinds=("sale",), newest_first=True, limit=1)
        return msgspec.json.decode(entry.payload)["transaction"]["extra"]["fiscal"]["finish"]

    assert sell()["reference"] == {"number": "1"}
    device["works"] = False
    assert sell()["outcome"] == "unsigned"
    assert "down" in str(register.view().problems[-1])
    device["hours"] = 0
    with pytest.raises(NotAvailable, match="too long"):
        sell()
    assert register.transaction is not None
    (refused,) = register.journal_entries(kinds=("fiscal_refused",))
    assert msgspec.json.decode(refused.payload)["step"] == "finish"
    device["works"] = True
    register.run(200)
    assert register.view().problems == ()


def test_fiscal_law_of_the_country(open_with: Opener) -> None:
    """A transaction that the country forbids is refused as it is entered, and stays as it was."""
    shop, register = open_with("acme_fiscal")
    shop.log_on(register, MANAGER, MANAGER_PIN)
    register.run(100, code=shop.barcode("1001"))
    with pytest.raises(NotAvailable, match="one receipt"):
        register.run(109, code=shop.barcode("1002"))
    assert register.transaction is not None
    assert len(register.transaction.lines) == 1


def tickets(register: Register, phone: str = "070-1") -> list[Any]:
    found: list[Any] = register.run(5041, phone=phone).data
    return found


def test_repairs_have_a_table_of_their_own(open_with: Opener) -> None:
    """A declared table is made in the channel database; a row made online is there, comes to the offline database in a
    package without what is the channel's only, and is found there when the store server is gone."""
    shop, register = open_with("acme_repair")
    shop.log_on(register)
    shop.with_data(register)
    number = register.run(5040, phone="070-1", price="250.50").data.ticket_number
    (row,) = shop.server.query("SELECT * FROM acme_repair_ticket")
    assert (row["ticket_number"], row["price"], row["store_id"]) == (number, 2505000, "S1")
    shop.server.distribute()
    wait_until(lambda: came_back(register), "the row has come back")
    with register.offline_database.reading() as connection:
        held = connection.execute(text("SELECT phone, price, workshop_note FROM acme_repair_ticket")).all()
    assert held == [("070-1", 2505000, None)]
    shop.network.refuse()
    (ticket,) = tickets(register)
    assert (ticket.ticket_number, ticket.price, ticket.fetched) == (number, Decimal("250.5"), False)


def came_back(register: Register) -> bool:
    register.run(917, action="synchronise")
    return not register.journal.overlay.rows("acme_repair_ticket")


def test_repairs_are_fields_of_the_sale(open_with: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    """A declared field rides in the sale's bytes, is posted, and is exported; one that nobody declared is refused with
    its plugin's name, and the sale is as it was."""
    shop, register = open_with("acme_repair")
    shop.log_on(register)
    register.run(100, code=shop.barcode("1001"))
    assert register.transaction is not None
    line = register.transaction.lines[0].line_id
    register.run(5043, line=line, ticket_number="T1")
    with monkeypatch.context() as wrong:
        wrong.setattr(module("acme_repair"), "with_fields", lambda one, name, **_: with_fields(one, name, colour="red"))
        with pytest.raises(PluginFailure, match="did not work"):
            register.run(5043, line=line, ticket_number="T2")
    register.run(200)
    shop.delivered(register)
    (entry,) = register.journal_entries(kinds=("sale",))
    assert msgspec.json.decode(entry.payload)["transaction"]["lines"][0]["extra"]["fields"] == {
        "acme_repair.ticket": "T1"
    }
    fields = shop.server.query("SELECT line_number, name, value FROM sales_field")
    assert fields == [{"line_number": 1, "name": "acme_repair.ticket", "value": "T1"}]
    (row,) = (row for row in rows(entry) if row["record"] == "field")
    assert (row["id"], row["number"], row["payload"]) == (line, "acme_repair.ticket", "T1")
    (element,) = transaction(entry).iter("Field")
    assert (element.get("Name"), element.text) == ("acme_repair.ticket", "T1")
