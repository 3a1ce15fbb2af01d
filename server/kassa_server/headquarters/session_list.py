"""Download sessions as headquarters shows them: what is stored, and what is there to be fetched and was not."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select

from kassa.packages.listing import PackageList
from kassa.schema.groups import TABLE_GROUPS
from kassa.text import Text
from kassa_server.headquarters.lists import stored_list
from kassa_server.headquarters.runs import CREATE_FAILED, STARTED, latest_builds
from kassa_server.headquarters.scopes import scope_of_store
from kassa_server.headquarters.sessions import FAILED, DownloadState
from kassa_server.schema import download_session, register, store
from kassa_server.told_words import kept_words

_ON_THE_WAY = frozenset(
    {
        DownloadState.REQUESTED, DownloadState.DOWNLOADED, DownloadState.DOWNLOAD_FAILED, DownloadState.APPLY_FAILED,
    }
)  # fmt: skip
_AT_REST = frozenset({DownloadState.APPLIED, DownloadState.AVAILABLE, DownloadState.NO_DATA})


@dataclass(frozen=True)
class DownloadSession:
    """What a database is doing, or did, with a package.

    :param table_group: ``*`` for a whole database.
    :param package_id: empty: none has been asked for.
    :param version: where the table group stands in the database; ``newest``: where it stands at headquarters.
    :param rows: how many rows the table group has in the database, as its register last told.
    :param tries: how often it has failed; ``dead``: it is not tried any more by itself.
    :param applied_at: when the table group last got something: its age.
    """

    database_id: str
    store_id: str
    table_group: str
    package_id: str
    state: DownloadState
    version: int = 0
    newest: int = 0
    rows: int = 0
    tries: int = 0
    dead: bool = False
    error_code: str = ""
    error: str = ""
    said: str | None = None
    next_try_at: datetime | None = None
    applied_at: datetime | None = None
    updated_at: datetime | None = None
    current: bool = True

    @property
    def told(self) -> Text:
        """What is wrong, in the words of whoever reads it."""
        return kept_words(self.said, self.error)

    @property
    def failed(self) -> bool:
        """Whether something is wrong with it."""
        return self.state in FAILED

    @property
    def may_cancel(self) -> bool:
        """Whether there is something to cancel."""
        return self.state in _ON_THE_WAY


def download_sessions(
    connection: Connection, *, database_id: str | None = None, states: Collection[str] = (), limit: int = 1000
) -> list[DownloadSession]:
    """The current session of each table group of each offline database, in the order of database and table group.

    :param database_id: of this database only.
    :param states: those in these states only; empty: all.
    :param limit: at most so many.
    """
    found: list[DownloadSession] = []
    for session in _current(connection, database_id):
        if not states or session.state in states:
            found.append(session)
        if len(found) == limit:
            break
    return found


def session_history(connection: Connection, database_id: str, table_group: str | None = None) -> list[DownloadSession]:
    """What is kept of a database's sessions, newest first."""
    sessions = download_session.c
    wanted = sessions.database_id == database_id
    if table_group is not None:
        wanted &= sessions.table_group == table_group
    rows = connection.execute(select(download_session).where(wanted).order_by(sessions.updated_at.desc()))
    stores = dict(_databases(connection, database_id))
    return [_as_session(row, stores.get(database_id, ""), 0) for row in rows]


def _current(connection: Connection, database_id: str | None) -> Iterator[DownloadSession]:
    stored = _stored(connection, database_id)
    there: dict[str, tuple[dict[str, int], dict[str, Row[Any]]]] = {}
    for database, store_id in _databases(connection, database_id):
        if store_id not in there:
            there[store_id] = _newest(connection, store_id), _builds(connection, store_id)
        own, (newest, builds) = stored.get(database, {}), there[store_id]
        for table_group in sorted({*own, *newest, *builds}):
            session = _one(database, store_id, table_group, own.get(table_group), newest.get(table_group, 0))
            yield _with_build(session, builds.get(table_group))


def _with_build(session: DownloadSession, run: Row[Any] | None) -> DownloadSession:
    """What headquarters is making, or could not make, for a database that has nothing else under way."""
    if run is None or session.state not in _AT_REST:
        return session
    if run.state == STARTED:
        return replace(session, state=DownloadState.STARTED)
    if run.state == CREATE_FAILED:
        return replace(
            session, state=DownloadState.CREATE_FAILED, error_code="create_failed", error=run.error, said=run.said
        )
    return session


def _one(database_id: str, store_id: str, table_group: str, row: Row[Any] | None, newest: int) -> DownloadSession:
    if row is None:
        state = DownloadState.AVAILABLE if newest else DownloadState.NO_DATA
        return DownloadSession(database_id, store_id, table_group, "", state, newest=newest)
    session = _as_session(row, store_id, newest)
    if session.state is DownloadState.APPLIED and session.version < newest:
        return replace(session, state=DownloadState.AVAILABLE)
    return session


def _as_session(row: Row[Any], store_id: str, newest: int) -> DownloadSession:
    return DownloadSession(
        row.database_id, store_id, row.table_group, row.package_id, DownloadState(row.state), row.version, newest,
        row.rows, row.tries, row.dead, row.error_code, row.error, row.said, row.next_try_at, row.applied_at,
        row.updated_at, row.current,
    )  # fmt: skip


def _databases(connection: Connection, database_id: str | None) -> list[tuple[str, str]]:
    """The offline databases with their stores."""
    statement = select(register.c.register_id, register.c.store_id).where(register.c.support_offline)
    if database_id is not None:
        statement = statement.where(register.c.register_id == database_id)
    return [(row.register_id, row.store_id) for row in connection.execute(statement.order_by(register.c.register_id))]


def _stored(connection: Connection, database_id: str | None) -> dict[str, dict[str, Row[Any]]]:
    wanted = select(download_session).where(download_session.c.current)
    if database_id is not None:
        wanted = wanted.where(download_session.c.database_id == database_id)
    found: dict[str, dict[str, Row[Any]]] = {}
    for row in connection.execute(wanted):
        found.setdefault(row.database_id, {})[row.table_group] = row
    return found


def _builds(connection: Connection, store_id: str) -> dict[str, Row[Any]]:
    """The latest run that made packages of each table group for a store's databases, or is making them, or failed."""
    group = connection.execute(select(store.c.channel_database_group).where(store.c.store_id == store_id)).scalar()
    runs = latest_builds(connection, group or "")
    served = {one.name for one in TABLE_GROUPS}
    return {name: run for name, run in runs.items() if name in served and run.state in (STARTED, CREATE_FAILED)}


def _newest(connection: Connection, store_id: str) -> dict[str, int]:
    """Where each table group stands in what the store's registers may fetch."""
    listed = stored_list(connection, scope_of_store(store_id))
    return {} if listed is None else msgspec.json.decode(listed.signed.body, type=PackageList).groups
