"""A headquarters with something to see: users of each role, a register that has sold and told how it is."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import httpx
import msgspec
from tests.acme import example_wheel
from tests.server.device import COFFEE, Device
from tests.server.z_reports import whole_z_of

from kassa.environment import Clock, new_id
from kassa.journal.entry import SalePayload
from kassa.model import Item, Line, Payment, Transaction
from kassa.money import ZERO
from kassa.packages.listing import GroupReport, ListRequest, ReportedCause, SyncReport
from kassa.sale.totals import compute
from kassa.shift_report import ShiftEvent
from kassa.testing.store import REGISTER, barcode
from kassa_server.activation import make_code
from kassa_server.channel import Channel
from kassa_server.headquarters.changes import Author, changes_by
from kassa_server.headquarters.package_files import DirectoryFiles
from kassa_server.headquarters.plugins.allow_list import add_wheel, approve_wheel
from kassa_server.headquarters.plugins.choices import ALL, Choice
from kassa_server.headquarters.plugins.sets import choose
from kassa_server.headquarters.users import add_user
from kassa_server.setup_store import NewItem, put_items, put_offline_profile

PASSWORD = "correct horse battery staple"
USERS = (("Anna", "administrator"), ("Mats", "manager"), ("Vera", "viewer"))


def add_users(channel: Channel) -> None:
    """Anna the administrator, Mats the manager and Vera the viewer, each with :data:`PASSWORD`."""
    with channel.writing() as connection:
        for name, role in USERS:
            add_user(connection, channel.environment, name, role, PASSWORD, by="test")


def stock(channel: Channel, client: httpx.Client, clock: Clock, register_id: str = REGISTER) -> Device:
    """Let a register sell and report; let Mats change a price and the register's profile. The register."""
    with changes_by(Author("Mats", "web")), channel.writing() as connection:
        dearer = COFFEE.unit_price + 3
        put_items(connection, [NewItem("1001", "Kaffe mellanrost 450 g", dearer, "12", (barcode("1001"),))])
        put_offline_profile(connection, "S1", {"request_timeout_s": 5}, register_id)
    with channel.writing() as connection:
        code = make_code(connection, channel.environment, register_id)
    device = Device(client, clock)
    device.activate(code)
    for quantity in ("1", "3", "-1", "12"):
        device.sell(quantity)
    device.sell(payload=_mixed(device))
    _close_shift(device)
    device.deliver()
    report(device)
    return device


def stock_plugin(channel: Channel, folder: Path) -> None:
    """The example plugin's wheel, approved, and chosen for all registers."""
    files = DirectoryFiles(folder / "packages")
    wheel = example_wheel(folder)
    added = add_wheel(channel, files, wheel.name, wheel.read_bytes(), by="Anna")
    approve_wheel(channel, files, added.facts.sha256, by="Anna")
    with channel.writing() as connection:
        settings = {"acme_loyalty": {"offline_limit": 20}}
        choose(connection, channel.environment, Choice(ALL, "", "acme-loyalty", "0.1.0", settings, False, 5), by="Anna")


def report(device: Device, *, ready: bool = False) -> None:
    """Tell how the last round went: one table group stands still."""
    now = device.clock.utc()
    told = SyncReport(
        groups=(
            GroupReport("customers", "applied", 12, 0, applied_at=now),
            GroupReport("products", "applied", 31, 24, applied_at=now - timedelta(hours=2)),
            GroupReport("staff", "apply_failed", 9, 4, applied_at=now, tries=3, error="A row breaks a rule."),
            GroupReport("taxes", "applied", 3, 3, applied_at=now),
        ),
        list_number=0,
        checked_at=now - timedelta(minutes=1),
        ready=ready,
        causes=() if ready else (ReportedCause("no_staff", said="No staff member can log on offline yet."),),
        size=1_204_224,
    )
    response = device.post("/v1/packages", msgspec.json.encode(ListRequest(report=told)))
    assert response.status_code == 200, response.text


def _close_shift(device: Device) -> None:
    """A shift was closed, and another is open."""
    device.add("z_report", whole_z_of(device, device.chain[:4]), staff_id="2001")
    device.add("shift", ShiftEvent("open", f"{2:032}", "R1", device.clock.utc(), "1001"), staff_id="1001")


def close_wrong(device: Device) -> None:
    """The open shift is closed too, with a Z that states its one receipt ten kronor too high."""
    last = device.chain[4:5]
    (sold,) = whole_z_of(device, last, 2).figures.sold
    wrong = (msgspec.structs.replace(sold, total=sold.total + 10),)
    device.add("z_report", whole_z_of(device, last, 2, sold=wrong, total=sold.total + 10), staff_id="2001")
    device.deliver()


def _mixed(device: Device) -> SalePayload:
    """A sale of several items with a discount-free total, paid by card."""
    items = (
        Item("1004", "Regnjacka Sarek, blå M", COFFEE.unit_price * 16, "25", Decimal("0.25")),
        Item("1005", "Pocketbok", COFFEE.unit_price + 14, "6", Decimal("0.06")),
        COFFEE,
    )
    lines = tuple(Line(new_id(), item, COFFEE.quantity, voided=item is COFFEE) for item in items)
    sale = Transaction(
        new_id(), device.store_id, device.register_id, "1001", "SEK", True, device.clock.utc(), lines=lines
    )
    total = compute(sale).total
    payment = Payment(new_id(), "card", "card", "Kort", total, total, ZERO)
    paid = msgspec.structs.replace(sale, payments=(payment,))
    return SalePayload(paid, compute(paid))
