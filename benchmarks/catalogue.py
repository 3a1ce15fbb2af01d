"""The catalogue that data packages are measured with: as many products as wanted, each with a barcode of its own.

Twelve columns a product: seven of the item (number, description, search text, unit, tax, price, blocked), three of its
barcode (code, item, units), and the row versions that each database keeps for itself. Two keys and three more indexes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from itertools import islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from benchmarks.tills import PROFILE
from kassa.offline_database.sqlite import SQLiteOfflineDatabase
from kassa.packages.applying import apply_package, checkpoints
from kassa.packages.choosing import next_package
from kassa.packages.listing import PackageEntry
from kassa.packages.reading import open_package
from kassa.packages.verifying import verify_file
from kassa.register import Register
from kassa.testing.shop import Shop
from kassa.testing.store import ean13
from kassa_sync.lists import Lists
from kassa_sync.orders import Orders
from kassa_sync.plugin_sets import PluginSets
from kassa_sync.synchroniser import Synchroniser
from kassa_sync.tries import Failures

if TYPE_CHECKING:
    from kassa_server.setup_store import NewItem

MANY = 100_000
PART = 20_000
QUIET = {**PROFILE, "request_timeout_s": 10}

_SIZES = ("450 g", "1 l", "250 ml", "M", "L", "4-pack", "2 kg", "75 cl", "0,5 l", "XL", "100 g", "12-pack")
_SYLLABLES = (
    "bergs", "brun", "fjäll", "frukt", "grön", "havre", "kaffe", "knäck", "lin", "mjölk", "nord", "pris", "rost", "råg",
    "salt", "skog", "socker", "sten", "strand", "syra", "tvål", "ull", "vatten", "vild", "ört", "öst",
)  # fmt: skip
_ENDINGS = ("", "a", "en", "er", "et", "ing", "skiva", "blandning", "mix", "tråd")


def new_items(count: int, *, seed: int = 1) -> Iterator[NewItem]:
    """Products in the order of their numbers; the same for the same seed."""
    from kassa_server.setup_store import NewItem

    random = Random(seed)
    words = [
        f"{random.choice(_SYLLABLES)}{random.choice(_SYLLABLES)}{random.choice(_ENDINGS)}" for _word in range(3000)
    ]
    for place in range(count):
        description = " ".join((random.choice(words).capitalize(), random.choice(words), random.choice(_SIZES)))
        price = Decimal(random.randrange(100, 90_000)).scaleb(-2)
        code = ean13(f"73{random.randrange(10**5):05}{place % 10**5:05}")
        yield NewItem(f"C{place:07}", description, price, ("25", "12", "6")[place % 3], (code,))


@contextmanager
def shop_with_catalogue(folder: Path, count: int = MANY, *, direct: bool = False) -> Iterator[Shop]:
    """A store server in a process of its own, whose channel database holds the catalogue, distributed.

    :param direct: registers reach it themselves, and not through the network in the tests' hands.
    """
    with Shop(folder, process=True, profile=QUIET, direct=direct) as shop:
        fill_channel(shop, count)
        shop.server.distribute()
        yield shop


def fill_channel(shop: Shop, count: int) -> None:
    """Put the catalogue into the channel database, as an import does."""
    from kassa_server.setup_store import put_items

    channel = shop.server.channel()
    items = new_items(count)
    while part := list(islice(items, PART)):
        with channel.writing() as connection:
            put_items(connection, part)
    channel.close()


def change_prices(shop: Shop, prices: dict[str, Decimal]) -> None:
    """Give products other prices, by item number."""
    from kassa.schema.master import item
    from kassa_server.master_data import put_rows

    channel = shop.server.channel()
    with channel.writing() as connection:
        rows = [{"item_number": number, "unit_price": price} for number, price in prices.items()]
        put_rows(connection, item, rows)
    channel.close()


def download(register: Register) -> None:
    """One whole round of the synchronisation plugin, as its thread makes it. The profile's timetable lets no other
    come between."""
    synchroniser = Synchroniser(register)
    synchroniser.round()
    attempt = synchroniser.status.download
    assert attempt is not None
    assert attempt.succeeded, attempt


def products_entry(register: Register, kind: str = "snapshot") -> PackageEntry:
    """The newest package of the products in batches, as the list names it now."""
    lists = Lists(register, Orders(register, Failures(register), lambda: None), PluginSets(register))
    lists.poll()
    found = [entry for entry in lists.listed.packages if (entry.table_group, entry.kind) == ("products", kind)]
    return max((entry for entry in found if entry.rendering == "batches"), key=lambda entry: entry.to_version)


def take_delta(register: Register) -> None:
    """What a round does for the products' next package, and nothing else: list, file, checked, applied, committed."""
    lists = Lists(register, Orders(register, Failures(register), lambda: None), PluginSets(register))
    lists.poll()
    with register.offline_database.reading() as connection:
        known = checkpoints(connection)["products"]
    entry = next_package(lists.listed, "products", known.version)
    assert entry is not None
    file = register.offline_database.directory / f"{entry.package_id}.zst"
    register.fetch_package(entry.package_id, file, entry.size)
    verify_file(file, entry)
    scope, now = register.record.store.store_id, register.environment.clock.utc()
    with file.open("rb") as packed, register.offline_database.writing() as connection:
        apply_package(connection, *open_package(packed), scope=scope, now=now)
    file.unlink()


def database_file(register: Register) -> Path:
    """The file of the register's active offline database."""
    assert isinstance(register.offline_database, SQLiteOfflineDatabase)
    assert register.offline_database.path is not None
    return register.offline_database.path
