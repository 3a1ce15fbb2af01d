"""Download sessions: what each database did with which package, as its register tells it.

Bounded whatever the history: for each database and table group the current session and :data:`KEPT` before it, and
those before for :data:`KEPT_FOR` at most. What a register could fetch and has not asked for is worked out when somebody
looks (:mod:`kassa_server.headquarters.session_list`), and stored nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from kassa.packages.listing import GroupReport
from kassa_server.schema import download_session
from kassa_server.told_words import as_document

KEPT = 4
"""Sessions of a database and table group before the current one."""
KEPT_FOR = timedelta(days=30)
_WORDS = 1000


class DownloadState(StrEnum):
    """How far a package has come (system.md). ``started``, ``available``, ``create_failed`` and ``no_data`` are
    headquarters' own; the rest is what happened on the way to one database."""

    STARTED = "started"
    AVAILABLE = "available"
    REQUESTED = "requested"
    DOWNLOADED = "downloaded"
    APPLIED = "applied"
    CANCELED = "canceled"
    CREATE_FAILED = "create_failed"
    DOWNLOAD_FAILED = "download_failed"
    APPLY_FAILED = "apply_failed"
    NO_DATA = "no_data"


FAILED = frozenset({DownloadState.CREATE_FAILED, DownloadState.DOWNLOAD_FAILED, DownloadState.APPLY_FAILED})


def note_requested(connection: Connection, database_id: str, table_group: str, package_id: str, now: datetime) -> None:
    """A register has begun to fetch a package. Told again, or of one that it has told about: nothing changes."""
    known = _sessions(connection, database_id, table_group)
    if package_id in known:
        return
    before = next((row for row in known.values() if row["current"]), None)
    kept = ("version", "rows", "applied_at")
    place = {"version": 0, "rows": 0, "applied_at": None} if before is None else {name: before[name] for name in kept}
    row = {
        "database_id": database_id, "table_group": table_group, "package_id": package_id,
        "state": DownloadState.REQUESTED, "tries": 0, "dead": False, "error_code": "", "error": "",
        "next_try_at": None, "updated_at": now, **place,
    }  # fmt: skip
    _keep(connection, row, known)


def note_reports(connection: Connection, database_id: str, reports: Iterable[GroupReport], now: datetime) -> None:
    """Take over what a register tells of its table groups; what it told before is not written again."""
    told: list[str] = []
    for report in reports:
        row = _row(database_id, report, now)
        known = _sessions(connection, database_id, report.table_group)
        stored = known.get(row["package_id"])
        if stored is None or not stored["current"] or _differs(stored, row):
            _keep(connection, row, known)
        told.append(row["table_group"])
    if told:
        _forget_others(connection, database_id, told)


def purge_sessions(connection: Connection, now: datetime) -> int:
    """Forget sessions that are over and older than :data:`KEPT_FOR`, and current ones of which nothing was heard for
    twelve times as long: their register is gone. How many."""
    old = ~download_session.c.current & (download_session.c.updated_at < now - KEPT_FOR)
    silent = download_session.c.updated_at < now - 12 * KEPT_FOR
    return connection.execute(delete(download_session).where(old | silent)).rowcount


def _row(database_id: str, report: GroupReport, now: datetime) -> dict[str, Any]:
    state = report.state if report.state in set(DownloadState) else DownloadState.APPLY_FAILED
    return {
        "database_id": database_id,
        "table_group": report.table_group[:40],
        "package_id": report.package_id[:40],
        "state": str(state),
        "version": report.version,
        "rows": report.rows,
        "tries": report.tries,
        "dead": state in FAILED and report.next_try_at is None,
        "error_code": report.error_code[:60],
        "error": report.error[:_WORDS],
        "said": as_document(report.said),
        "next_try_at": report.next_try_at,
        "applied_at": report.applied_at,
        "updated_at": now,
    }


def _differs(stored: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    return any(stored[name] != value for name, value in row.items() if name != "updated_at")


def _sessions(connection: Connection, database_id: str, table_group: str) -> dict[str, dict[str, Any]]:
    """The stored sessions of a database's table group by package, newest first."""
    mine = _of(database_id, table_group)
    newest_first = select(download_session).where(mine).order_by(download_session.c.updated_at.desc())
    return {row["package_id"]: dict(row) for row in connection.execute(newest_first).mappings()}


def _keep(connection: Connection, row: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    """Make ``row`` the current session of its table group; those too far back go."""
    mine = _of(row["database_id"], row["table_group"])
    own = mine & (download_session.c.package_id == row["package_id"])
    before = [package_id for package_id in known if package_id != row["package_id"]]
    if before:
        connection.execute(update(download_session).where(mine & download_session.c.current).values(current=False))
    if row["package_id"] in known:
        connection.execute(update(download_session).where(own).values(**row, current=True))
    else:
        connection.execute(insert(download_session).values(**row, current=True))
    if len(before) > KEPT:
        gone = mine & download_session.c.package_id.in_(before[KEPT:])
        connection.execute(delete(download_session).where(gone))


def _forget_others(connection: Connection, database_id: str, told: list[str]) -> None:
    """What a register tells is all it has: a table group that it does not name has nothing under way. (The session of
    a whole database is over when its table groups are told of.)"""
    others = (download_session.c.database_id == database_id) & download_session.c.table_group.not_in(told)
    over = others & download_session.c.current
    connection.execute(update(download_session).where(over).values(current=False))


def _of(database_id: str, table_group: str) -> Any:
    return (download_session.c.database_id == database_id) & (download_session.c.table_group == table_group)
