"""Headquarters restored from a backup: its numbers are lower than those that registers and store servers have seen.

They take nothing older than they had: a list with a lower number is refused, and a table group that stands at a higher
row version looks up to date to them. So after a restore every number goes above all that was seen, and everything is
sent once more, whole. A person says so (``kassa headquarters restored``): a device that tells a wrong number must not
be able to move headquarters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, func, select, update

from kassa.environment import Environment
from kassa.errors import InvalidInput, NotAllowed
from kassa.packages.listing import KeySet, SyncReport
from kassa.schema.master import coupon_use, suspended_sale, tombstone
from kassa.text import texts
from kassa_server import audit
from kassa_server.headquarters.keys import add_key_set, current_key_set, signing_key
from kassa_server.headquarters.rows import current_version
from kassa_server.master_data import next_versions
from kassa_server.schema import headquarters_key_set, package, package_list, register, register_report, row_counter

_, n_ = texts("kassa_server")

MARGIN = 1_000_000
"""Above the highest number that was told: somebody who has not been heard of since may have seen more."""
_LARGEST = 2**62
_OWN_TABLES = (suspended_sale, coupon_use, tombstone)


class Numbers(msgspec.Struct, frozen=True):
    """The numbers that only rise: of lists, of rows, of the key set."""

    package_list: int = 0
    row_version: int = 0
    key_set: int = 0

    def __str__(self) -> str:
        return f"list {self.package_list}, row version {self.row_version}, key set {self.key_set}"

    def is_above(self, other: Numbers) -> bool:
        """Whether any of them is higher."""
        pairs = zip(msgspec.structs.astuple(self), msgspec.structs.astuple(other), strict=True)
        return any(mine > theirs for mine, theirs in pairs)

    def highest(self, other: Numbers) -> Numbers:
        """The higher of each."""
        pairs = zip(msgspec.structs.astuple(self), msgspec.structs.astuple(other), strict=True)
        return Numbers(*(max(pair) for pair in pairs))


@dataclass(frozen=True)
class Seen:
    """What a register or store server has told of; by the id of its database."""

    database_id: str
    at: datetime
    numbers: Numbers


def numbers_here(connection: Connection) -> Numbers:
    """Where headquarters stands; of the lists, the highest number of any."""
    lists = connection.execute(select(func.max(package_list.c.number))).scalar() or 0
    keys = connection.execute(select(func.max(headquarters_key_set.c.number))).scalar() or 0
    return Numbers(lists, current_version(connection), keys)


def seen_by_others(connection: Connection) -> Iterator[Seen]:
    """What each of them has seen, as it last told."""
    told = select(register_report).order_by(register_report.c.register_id)
    for row in connection.execute(told):
        yield Seen(row.register_id, row.received_at, seen_in(msgspec.json.decode(row.report, type=SyncReport)))


def seen_in(report: SyncReport) -> Numbers:
    """The highest numbers in a report."""
    version = max((group.version for group in report.groups), default=0)
    return Numbers(max(report.seen_list, report.list_number), version, report.key_set)


def ahead_of(connection: Connection) -> list[Seen]:
    """Those who have seen more than headquarters knows: it was restored from a backup."""
    here, lists = numbers_here(connection), _lists_by_register(connection)
    found = []
    for one in seen_by_others(connection):
        its_list = lists.get(one.database_id, here.package_list)
        if one.numbers.is_above(msgspec.structs.replace(here, package_list=its_list)):
            found.append(one)
    return found


def _lists_by_register(connection: Connection) -> dict[str, int]:
    here = (package_list.c.scope == register.c.store_id) & (package_list.c.audience == "offline")
    rows = connection.execute(select(register.c.register_id, package_list.c.number).join(package_list, here))
    return {row.register_id: row.number for row in rows}


def recover(connection: Connection, environment: Environment, *, by: str, at_least: Numbers | None = None) -> Numbers:
    """Raise every number above all that was seen, and have everything sent whole with the next run of the jobs.

    Registers go on selling meanwhile on the data they have. It is in the audit trail.

    :param at_least: also above these, for what nobody has told.
    :raises NotAllowed: nobody has seen more than headquarters knows, and ``at_least`` says no more either.
    :raises InvalidInput: a number that cannot be.
    :returns: where headquarters stands now.
    """
    here = numbers_here(connection)
    seen = at_least or Numbers()
    for one in seen_by_others(connection):
        seen = seen.highest(one.numbers)
    if max(msgspec.structs.astuple(seen)) > _LARGEST:
        raise InvalidInput(_("A register or store server tells a number that cannot be."), where=str(seen))
    if not seen.is_above(here):
        raise NotAllowed(
            _("No register or store server has told of anything newer than headquarters has."),
            kept=_("Nothing was changed."),
            hint=_("They tell within some minutes after headquarters is back: wait, and look at the start page."),
        )
    now = environment.clock.utc()
    raised = here.highest(seen)
    _raise_versions(connection, raised.row_version + MARGIN)
    _renew_lists(connection, raised.package_list + MARGIN, now)
    if seen.key_set >= here.key_set > 0:
        _raise_key_set(connection, environment, seen.key_set + 1)
    reached = numbers_here(connection)
    audit.note(
        connection, "headquarters_restored", now, by=by, before=msgspec.to_builtins(here),
        seen=msgspec.to_builtins(seen), after=msgspec.to_builtins(reached),
    )  # fmt: skip
    return reached


def _raise_versions(connection: Connection, version: int) -> None:
    """The store's own rows get new versions too: registers read them by version."""
    next_versions(connection, 1)
    connection.execute(update(row_counter).where(row_counter.c.name == "row_version").values(value=version))
    for table in _OWN_TABLES:
        keys = list(table.primary_key.columns)
        rows: Sequence[Any] = connection.execute(select(*keys).order_by(table.c.row_version)).all()
        versions = next_versions(connection, len(rows)) if rows else range(0)
        for row, its in zip(rows, versions, strict=True):
            mine = [key == value for key, value in zip(keys, row, strict=True)]
            connection.execute(update(table).where(*mine).values(row_version=its))


def _renew_lists(connection: Connection, number: int, now: datetime) -> None:
    """No package of before leads on from where the others stand: snapshots do."""
    connection.execute(update(package).where(package.c.retired_at.is_(None)).values(retired_at=now))
    connection.execute(update(package_list).values(number=number, contents="", expires_at=now))


def _raise_key_set(connection: Connection, environment: Environment, number: int) -> None:
    latest = current_key_set(connection)
    add_key_set(connection, KeySet(number, latest.keys, latest.revoked), signing_key(connection, environment))
