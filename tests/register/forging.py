"""Packages and lists made wrong by headquarters' own hand: what is wrong is in them, and not their signature."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import update

import kassa_sync
from kassa.packages.compression import ZstdFile
from kassa.packages.keys import HeadquartersKey
from kassa.packages.listing import PackageEntry, PackageList, Signed
from kassa.packages.manifest import Batch, Manifest
from kassa.packages.reading import open_package
from kassa.packages.writing import write_package
from kassa.register import Register
from kassa.testing.shop import Shop, wait_until
from kassa_sync.tries import Failure, Failures

Change = Callable[[PackageList], PackageList]


def set_price(shop: Shop, number: str, price: str) -> None:
    """Headquarters changes a price, and distributes it."""
    from kassa.schema.master import item
    from kassa_server.master_data import put_rows

    channel = shop.server.channel()
    with channel.writing() as connection:
        put_rows(connection, item, [{"item_number": number, "unit_price": Decimal(price)}])
    channel.close()
    shop.server.distribute()


def current_list(shop: Shop) -> Signed:
    """The list of the store's registers, as it is served."""
    (row,) = shop.server.query("SELECT signed FROM package_list WHERE audience = 'offline' AND scope = 'S1'")
    return msgspec.json.decode(row["signed"], type=Signed)


def listed(signed: Signed) -> PackageList:
    """What a signed list says."""
    return msgspec.json.decode(signed.body, type=PackageList)


def serve(shop: Shop, signed: Signed, number: int) -> None:
    """Serve a list instead of the store server's."""
    from kassa_server.schema import package_list

    channel = shop.server.channel()
    of_store = (package_list.c.audience == "offline") & (package_list.c.scope == "S1")
    values = {"number": number, "signed": msgspec.json.encode(signed).decode()}
    with channel.writing() as connection:
        connection.execute(update(package_list).where(of_store).values(values))
    channel.close()


def sign(shop: Shop, change: Change, key: HeadquartersKey | None = None) -> None:
    """Serve the list with a change and the next number, signed by headquarters' key or another."""
    from kassa_server.headquarters.keys import signing_key

    known = listed(current_list(shop))
    changed = change(msgspec.structs.replace(known, number=known.number + 1))
    channel = shop.server.channel()
    with channel.writing() as connection:
        signer = key or signing_key(connection, channel.environment)
    channel.close()
    serve(shop, signer.sign("package-list", changed), changed.number)


def newest(shop: Shop, table_group: str = "products") -> PackageEntry:
    """The delta that the list leads furthest with."""
    deltas = [one for one in listed(current_list(shop)).packages if one.kind == "delta"]
    return max((one for one in deltas if one.table_group == table_group), key=lambda one: one.to_version)


def file_of(shop: Shop, entry: PackageEntry) -> Path:
    """Where the store server has a package."""
    return Path(shop.server.folder) / "packages" / f"{entry.package_id}.zst"


def replace_file(shop: Shop, entry: PackageEntry, data: bytes) -> None:
    """Serve other bytes as a package; the list is signed for them."""
    from kassa_server.schema import package

    digest = hashlib.sha256(data).hexdigest()
    file_of(shop, entry).write_bytes(data)
    channel = shop.server.channel()
    with channel.writing() as connection:
        mine = package.c.package_id == entry.package_id
        connection.execute(update(package).where(mine).values(size=len(data), sha256=digest))
    channel.close()
    other = msgspec.structs.replace(entry, size=len(data), sha256=digest)
    sign(
        shop,
        lambda known: msgspec.structs.replace(
            known, packages=tuple(other if one.package_id == entry.package_id else one for one in known.packages)
        ),
    )


def rewritten(
    shop: Shop,
    entry: PackageEntry,
    batches: Sequence[Batch] | None = None,
    change: Callable[[Manifest], Manifest] = lambda manifest: manifest,
) -> bytes:
    """A package written anew with other batches, or another manifest."""
    with file_of(shop, entry).open("rb") as packed:
        manifest, own = open_package(packed)
        rows = list(own) if batches is None else list(batches)
    counted = [
        msgspec.structs.replace(table, rows=sum(len(one.values[0]) for one in rows if one.table == table.name))
        for table in manifest.tables
    ]
    file = io.BytesIO()
    write_package(file, change(msgspec.structs.replace(manifest, tables=tuple(counted))), rows)
    return file.getvalue()


def packed(lines: Iterable[bytes]) -> bytes:
    """Lines in zstd."""
    file = io.BytesIO()
    with ZstdFile(file, "wb", level=3) as stream:
        for line in lines:
            stream.write(line)
    return file.getvalue()


def manifest_line(data: bytes) -> bytes:
    """The first line of a package."""
    return bytes(ZstdFile(io.BytesIO(data), "rb").readline())


def book_of(register: Register) -> Failures:
    """The failures as the running plugin has them."""
    return kassa_sync._running[id(register)]._failures


def round_over(register: Register) -> None:
    """A round of synchronisation begins and ends."""
    before = register.sync_status().download
    register.synchronise_now()
    wait_until(lambda: register.sync_status().download is not before, "a round is over", 60)
    wait_until(lambda: register.sync_status().running is None, "it has ended", 60)


def stopped(register: Register, table_group: str = "products") -> Failure:
    """What is wrong with a table group."""
    failed = book_of(register).of(table_group)
    assert failed is not None
    return failed


def due_now(register: Register, table_group: str = "products") -> None:
    """As if the pause after a failure were over; the tries begin anew."""
    due = msgspec.structs.replace(stopped(register, table_group), tries=0, next_try=register.environment.clock.utc())
    book_of(register)._book.latest[table_group] = due


def session_of(shop: Shop, table_group: str = "products") -> dict[str, Any]:
    """What headquarters knows of a table group's download."""
    found = shop.server.query(
        "SELECT * FROM download_session WHERE current AND table_group = :table_group", table_group=table_group
    )
    return found[0] if found else {"state": "none"}
