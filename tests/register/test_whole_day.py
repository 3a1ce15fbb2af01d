"""A whole day at three registers, one of them online, one offline all day and one flapping, from the opening of the
shop to the bank drop: Z reports, bank drops and headquarters agree to the öre."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.register.books import gapless, read_journal, receipts
from tests.register.conftest import nothing_aside
from tests.register.manager import Book, Manager
from tests.register.three_registers import REGISTERS, ThreeRegisters

from kassa.environment import Environment
from kassa.money import from_minor
from kassa.replay.cli import OWN_FILE
from kassa.replay.invoices import Invoice, sort_rows
from kassa.replay.rows import read_rows
from kassa.shift_report import ShiftReport
from kassa.testing.server import StoreServer, server_module
from kassa.testing.till import TillKilled

ONLINE, OFFLINE, FLAPPING = REGISTERS
SHORT = {ONLINE: Decimal(0), OFFLINE: Decimal(10), FLAPPING: Decimal(0)}
"""Ten kronor are missing at one of them."""
Trouble = Callable[[], None]


@pytest.fixture(scope="module")
def invoices() -> tuple[Invoice, ...]:
    """The main job's, but for those that come to nothing."""
    return tuple(one for one in sort_rows(read_rows(OWN_FILE)).invoices if one.total)


def short(invoices: Sequence[Invoice], count: int) -> list[Invoice]:
    """Some with few lines, returns among them."""
    few = [one for one in invoices if len(one.rows) <= 3]
    back = [one for one in few if one.cancels]
    return [*islice((one for one in few if not one.cancels), count - len(back[:3])), *back[:3]]


def test_three_registers_and_headquarters_agree(invoices: tuple[Invoice, ...], tmp_path: Path) -> None:
    """The day in small, with a fixed seed."""
    with ThreeRegisters(tmp_path, some := short(invoices, 18), request_timeout_s=6) as shop:
        managers = play(shop, some, {FLAPPING: flapping(seed=5)})
        assert managers[ONLINE].states == {"online"}
        assert managers[OFFLINE].states == {"unreachable"}
        assert len(managers[FLAPPING].states) > 1
        agree(shop, managers)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(200, 206))
def test_three_registers_and_headquarters_agree_whatever_dies(
    invoices: tuple[Invoice, ...], tmp_path: Path, seed: int
) -> None:
    """Both days of the file; every kind of trouble, and the power goes at each register over and over."""
    print(f"seed {seed}")
    troubles = {
        ONLINE: power_cuts(seed),
        OFFLINE: power_cuts(seed + 1000),
        FLAPPING: in_turn(flapping(seed + 2000, freezes=True), power_cuts(seed + 3000)),
    }
    with ThreeRegisters(tmp_path, invoices, request_timeout_s=1.5) as shop:
        agree(shop, play(shop, invoices, troubles))


# -- the day ----------------------------------------------------------------------------------------------------------


def play(
    shop: ThreeRegisters, invoices: Sequence[Invoice], troubles: dict[str, Callable[[Manager], Trouble]]
) -> dict[str, Manager]:
    """The day at all three at once; everything is delivered when it returns."""
    managers = {register: shop.open(register) for register in REGISTERS}
    managers[OFFLINE].network.refuse()
    with ThreadPoolExecutor(len(REGISTERS)) as at_once:
        days = []
        for place, (register, manager) in enumerate(managers.items()):
            trouble = troubles.get(register, lambda _manager: lambda: None)(manager)
            days.append(at_once.submit(day, manager, invoices[place :: len(REGISTERS)], SHORT[register], trouble))
        for one in days:
            one.result()
    for manager in managers.values():
        manager.settle()
    return managers


def day(manager: Manager, invoices: Sequence[Invoice], missing: Decimal, trouble: Trouble) -> None:
    """From the start amount to the Z."""
    manager.move(1200, "start_amount", Decimal(5000))
    put_aside, other, changed, *morning = invoices
    for invoice in morning[: len(morning) // 2]:
        manager.sell(invoice, trouble)
    manager.put_aside_and_sell(put_aside, other)
    manager.change_ones_mind(changed)
    manager.move(1201, "float_entry", Decimal(200))
    manager.move(1211, "safe_drop", Decimal(500))
    manager.lunch()
    for invoice in morning[len(morning) // 2 :]:
        manager.sell(invoice, trouble)
    manager.move(1210, "tender_removal", Decimal(100))
    manager.close(bag(manager), missing)


def bag(manager: Manager) -> str:
    """The number of the bag that goes to the bank."""
    return f"BAG-{manager.till.folder.name}"


def flapping(seed: int, *, freezes: bool = False) -> Callable[[Manager], Trouble]:
    """The network comes and goes."""

    def of(manager: Manager) -> Trouble:
        chance, network = random.Random(seed), manager.network
        faults: list[Callable[[], Any]] = [
            network.refuse, network.reset, network.status_503, network.captive_portal, network.wrong_json,
            network.drop_answer, lambda: network.drop_answer(once=True), network.close_after_answer, network.stale,
        ]  # fmt: skip
        faults += [network.freeze, network.drip] if freezes else []

        def happen() -> None:
            if chance.random() < 0.4:
                chance.choice([*faults, network.pass_through, network.pass_through, network.pass_through])()

        return happen

    return of


def power_cuts(seed: int) -> Callable[[Manager], Trouble]:
    """The power goes between two operations, or in the middle of the next."""

    def of(manager: Manager) -> Trouble:
        chance = random.Random(seed)

        def happen() -> None:
            drawn = chance.random()
            if drawn < 0.01:
                manager.till.kill()
                raise TillKilled
            if drawn < 0.03:
                manager.pull_plug_in(chance.uniform(0.0005, 0.01))

        return happen

    return of


def in_turn(*of: Callable[[Manager], Trouble]) -> Callable[[Manager], Trouble]:
    """One trouble after the other."""

    def made(manager: Manager) -> Trouble:
        troubles = [one(manager) for one in of]
        return lambda: [trouble() for trouble in troubles].clear()

    return made


# -- the books --------------------------------------------------------------------------------------------------------


def agree(shop: ThreeRegisters, managers: dict[str, Manager]) -> None:
    """Every register's Z, the sales at headquarters, and the manager's own book say the same."""
    server = shop.shop.server
    nothing_aside(shop.shop)
    for register, manager in managers.items():
        of_z(server, register, manager, SHORT[register])
        of_sales(server, register, manager.book)
        of_bank(server, register, manager)
        manager.till.close()
        entries = read_journal(shop.folders[register])
        assert receipts(entries) == [
            number.replace("S1-", "GIFTS-", 1) for number in gapless(manager.book.receipts, register=register)
        ]
    assert list(findings(server)) == []


def of_z(server: StoreServer, register: str, manager: Manager, missing: Decimal) -> None:
    """The one Z of a register, as headquarters has it."""
    (row,) = server.query("SELECT * FROM shift_report WHERE register_id = :register", register=register)
    book, report = manager.book, msgspec.json.decode(row["report"], type=ShiftReport)
    figures = report.figures
    assert row["agrees"]
    assert (row["number"], row["receipts"], from_minor(row["total"], "SEK")) == (1, book.receipts, book.total)
    assert figures.rounding == book.rounding
    assert sum(tax.tax for tax in figures.taxes) == book.tax
    assert figures.voids.count == book.voids
    assert {one.tender_id: one.paid.amount for one in figures.tenders} == {"cash": book.cash, "card": book.card}
    assert {one.kind: one.moved.amount for one in figures.movements} == book.movements
    (count,) = figures.counts
    assert (figures.expected("cash"), figures.over(count)) == (book.in_the_drawer, -missing) == (1000, -missing)
    assert report.grand_totals.net == book.total


def of_sales(server: StoreServer, register: str, book: Book) -> None:
    """The sales that headquarters has."""
    (sold,) = server.query(
        "SELECT count(*) AS receipts, sum(total) AS total, sum(tax) AS tax, sum(rounding) AS rounding"
        " FROM sales_transaction WHERE kind = 'sale' AND register_id = :register", register=register,
    )  # fmt: skip
    assert sold["receipts"] == book.receipts
    amounts = [from_minor(sold[name], "SEK") for name in ("total", "tax", "rounding")]
    assert amounts == [book.total, book.tax, book.rounding]
    paid = server.query(
        "SELECT sales_tender.kind, sum(sales_tender.amount) AS amount FROM sales_tender JOIN sales_transaction AS sale"
        " ON sale.transaction_id = sales_tender.transaction_id"
        " WHERE sale.kind = 'sale' AND sale.register_id = :register AND NOT voided GROUP BY sales_tender.kind",
        register=register,
    )
    assert {row["kind"]: from_minor(row["amount"], "SEK") for row in paid} == {"cash": book.cash, "card": book.card}


def of_bank(server: StoreServer, register: str, manager: Manager) -> None:
    """What went to the bank, as its entry came."""
    rows = server.query(
        "SELECT data FROM journal_entry JOIN series ON series.series_id = journal_entry.series_id"
        " WHERE kind = 'cash' AND series.register_id = :register", register=register,
    )  # fmt: skip
    moved = [msgspec.json.decode(row["data"])["payload"] for row in rows]
    dropped = [(one["reference"], Decimal(one["amount"])) for one in moved if one["kind"] == "bank_drop"]
    assert dropped == [(bag(manager), manager.book.movements["bank_drop"])]


def findings(server: StoreServer) -> Iterator[Any]:
    """What headquarters finds."""
    channel = server.channel()
    try:
        with channel.reading() as connection:
            yield from server_module("headquarters.completeness").findings(connection, Environment().clock.utc())
    finally:
        channel.close()
