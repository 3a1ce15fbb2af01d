"""*Channel only*: what is marked so is in no offline package and in no log, however it were written (S7)."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from sqlalchemy import Column, LargeBinary, Table, insert, select, update
from tests.server.conftest import Shop

from kassa.packages.compression import ZstdFile
from kassa.requests.contact import ReadChanges
from kassa.schema.columns import CHANNEL_ONLY
from kassa.schema.master import master, staff
from kassa_server.channel import Channel
from kassa_server.headquarters.databases import put_channel_database
from kassa_server.headquarters.distribution import Distribution
from kassa_server.master_data import put_rows
from kassa_server.schema import change_log, package
from kassa_server.schema import channel as server_tables

SECRET_COLUMNS = {
    "activation_code.code_hash",
    "device.secret",
    "headquarters_key.sealed",
    "headquarters_log_on.token_hash",
    "headquarters_user.password",
    "monitoring_token.token_hash",
    "returning_device.secret",
    "staff.email",
    "staff_credential.hash",
    "staff_credential.salt",
    "store_server_code.code_hash",
}
"""Written down here, so that a column that loses its mark, or a new secret without one, is seen."""
TABLES: Mapping[str, Table] = {**master.tables, **server_tables.tables}


def marked() -> Iterator[Column[Any]]:
    for table in TABLES.values():
        yield from (column for column in table.columns if column.info.get(CHANNEL_ONLY))


def secret_of(column: Column[Any]) -> Any:
    """A value that stands nowhere else, of the column's type and length."""
    name = f"{column.table.name}.{column.name}"
    length = getattr(column.type, "length", None) or 40
    words = f"SECRET {name} ".replace(" ", "-").upper().ljust(length, "*")[:length]
    return words.encode() if isinstance(column.type, LargeBinary) else words


def fill(column: Column[Any], at: Any) -> Any:
    """Something that the column takes."""
    if column.type.python_type in (str, bytes, int, bool):
        return {str: "1001", bytes: bytes(32), int: 1, bool: False}[column.type.python_type]
    return at


def plant(headquarters: Channel) -> list[bytes]:
    """A row with secrets in every table that has a marked column; the staff's in rows that are distributed."""
    now = headquarters.environment.clock.utc()
    secrets = []
    with headquarters.writing() as connection:
        for table in TABLES.values():
            own = {column.name: secret_of(column) for column in marked() if column.table is table}
            if own and table.name.startswith("staff"):
                put_rows(connection, table, [{"staff_id": "1001", **own}])
            elif own:
                needed = {column.name: fill(column, now) for column in table.columns if not column.nullable}
                if table.name == "headquarters_key":
                    needed["revoked_at"] = now  # it signs nothing: what is planted is no sealed key
                if table.name == "headquarters_log_on":
                    connection.execute(insert(TABLES["headquarters_user"]).values(_user(now)))
                    needed["user_id"] = "2" * 32
                connection.execute(insert(table).values({**needed, **own}))
            secrets += [value.encode() if isinstance(value, str) else value for value in own.values()]
        put_channel_database(connection, "C1", "S1", "Store server", now)
    return secrets


def _user(now: Any) -> dict[str, Any]:
    table = TABLES["headquarters_user"]
    needed = {column.name: fill(column, now) for column in table.columns if not column.nullable}
    return {**needed, "user_id": "2" * 32, "folded_name": "other", "password": "x"}


def written(secret: bytes) -> list[bytes]:
    """The ways in which a secret may stand in a package."""
    return [secret, secret.hex().encode(), base64.b64encode(secret)]


def packages(headquarters: Channel, distribution: Distribution, audience: str) -> list[bytes]:
    """The decompressed bytes of every package for an audience, in both renderings."""
    with headquarters.reading() as connection:
        mine = select(package.c.package_id, package.c.rendering).where(package.c.audience == audience)
        found = connection.execute(mine).all()
    if audience == "offline":
        assert {row.rendering for row in found} == {"batches", "sqlite"}
    plain = []
    for row in found:
        found = distribution.files.find(row.package_id)
        file = None if found is None else found.path
        assert file is not None
        with file.open("rb") as packed:
            plain.append(bytes(ZstdFile(packed, "rb").read()))
    return plain


def leaked(secrets: list[bytes], texts: list[bytes]) -> set[bytes]:
    return {secret for secret in secrets for text in texts if any(way in text for way in written(secret))}


def test_every_secret_is_marked() -> None:
    """The marked columns are those written down above: no more, no fewer."""
    assert {f"{column.table.name}.{column.name}" for column in marked()} == SECRET_COLUMNS


def test_no_secret_in_offline_packages(headquarters: Channel, distribution: Distribution) -> None:
    """Snapshots, deltas and ready databases for registers hold none of them; what a store server must have is in the
    channel packages, which shows that the search is not blind. No log has them either."""
    distribution.run()
    secrets = plant(headquarters)
    assert len(secrets) == len(SECRET_COLUMNS)
    assert distribution.run().state == "available"
    with headquarters.writing() as connection:
        connection.execute(update(package).values(retired_at=None))
        everything = connection.execute(select(change_log)).all()
    assert leaked(secrets, packages(headquarters, distribution, "offline")) == set()
    assert leaked(secrets, [repr(tuple(row)).encode() for row in everything]) == set()
    assert len(leaked(secrets, packages(headquarters, distribution, "channel"))) == 3


def test_column_without_its_mark_is_found_out(
    headquarters: Channel, distribution: Distribution, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The search sees a column of an offline table that has lost its mark."""
    secrets = plant(headquarters)
    monkeypatch.delitem(staff.c.email.info, CHANNEL_ONLY)
    distribution.run()
    assert leaked(secrets, packages(headquarters, distribution, "offline")) == {secret_of(staff.c.email).encode()}


def test_no_secret_in_pages_of_changes(sqlite_shop: Shop) -> None:
    """A register that reads staff row by row does not get them either."""
    till = sqlite_shop.device()
    plant(sqlite_shop.channel)
    assert "email" not in till.ask(ReadChanges("staff")).columns
