"""The register's facts for ``kassa status``: read from its files, without disturbing a register that runs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import msgspec

from kassa.environment import Environment
from kassa.errors import NotAvailable, OfflineDatabaseUnavailable, SetupError
from kassa.journal.journal import Journal
from kassa.journal.records import SALE_KINDS
from kassa.offline_database import ACTIVE, make_offline_database
from kassa.packages.applying import checkpoints
from kassa.register.control import ask_running
from kassa.register.installation import Installation
from kassa.register.kept_attempt import moment, read_success, success_words
from kassa.register.uploads import SETTING as LAST_UPLOAD
from kassa.text import Text, texts

_, n_ = texts("kassa")


def read_status(directory: Path) -> list[tuple[str, str]]:
    """Label and value of each fact, in English, for a terminal. What a running register says itself is newer than what
    it has written down.

    :raises SetupError: there is no activated register in ``directory``.
    """
    installation = Installation.load(directory)
    path = directory / Journal.FILE
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            facts = [("Store server", installation.server_address), *_facts(connection)]
            pointer = _setting(connection, "kassa", ACTIVE)
            promised = list(_promised(_setting(connection, "sync", "accepted_list")))
    except sqlite3.Error as error:
        raise SetupError(_("The register's journal cannot be read."), where=f"{path}: {error}") from error
    facts += [*_database(directory, installation, pointer), *promised]
    return list({**dict(facts), **dict(_running(directory))}.items())


def _facts(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    facts: list[tuple[str, str]] = []
    series = connection.execute(
        "SELECT number, sequence, receipts, acknowledged, stopped FROM series WHERE open = 1"
    ).fetchone()
    if series is not None:
        facts.append(("Series", f"{series[0]}: {series[1]} entries, {series[2]} receipts, {series[3]} delivered"))
        if series[4]:
            facts.append(("Numbering has stopped", series[4]))
    marks = ",".join("?" * len(SALE_KINDS))
    waiting = connection.execute(
        f"SELECT at, amount FROM entry JOIN series USING (series) WHERE entry.sequence > acknowledged"
        f" AND kind IN ({marks}) ORDER BY at",
        SALE_KINDS,
    ).fetchall()
    facts.append(("Sales waiting", _sales(waiting)))
    facts.extend(_successes(connection))
    (in_progress,) = connection.execute("SELECT count(*) FROM sale_in_progress").fetchone()
    facts.append(("Sale in progress", "yes" if in_progress else "no"))
    facts.extend(_failed_groups(_setting(connection, "sync", "failed_packages")))
    manual = _setting(connection, "offline_failover", "manual")
    facts.append(("Disconnected by hand", "yes" if manual else "no"))
    return facts


def _sales(waiting: list[tuple[str, str | None]]) -> str:
    if not waiting:
        return "0"
    amount = sum((Decimal(amount or 0) for _at, amount in waiting), Decimal(0))
    return f"{len(waiting)}, {amount} in all, the oldest of {moment(datetime.fromisoformat(waiting[0][0]))}"


def _successes(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """The last download and the last upload that succeeded, as they were written down."""
    for label, owner, name in (("Last download", "sync", "last_download"), ("Last upload", *LAST_UPLOAD)):
        success = read_success(_setting(connection, owner, name))
        yield label, "never" if success is None else success_words(success)


def _setting(connection: sqlite3.Connection, owner: str, name: str) -> str | None:
    row = connection.execute("SELECT value FROM setting WHERE owner = ? AND name = ?", (owner, name)).fetchone()
    return None if row is None else str(row[0])


class _Accepted(msgspec.Struct):
    promised_until: datetime


def _promised(kept: str | None) -> Iterator[tuple[str, str]]:
    """Until when headquarters promised that the register's list of packages holds."""
    if kept is not None:
        until = msgspec.json.decode(kept, type=_Accepted).promised_until
        passed = ", passed: headquarters should have renewed it" if Environment().clock.utc() > until else ""
        yield "Data promised until", f"{until:%Y-%m-%d %H:%M:%S} UTC{passed}"


class _Failed(msgspec.Struct):
    package_id: str
    tries: int
    error: Text
    next_try: datetime | None = None


class _FailedGroups(msgspec.Struct):
    latest: dict[str, _Failed] = {}


def _failed_groups(kept: str | None) -> Iterator[tuple[str, str]]:
    """What the synchronisation plugin has noted of packages that it could not use."""
    failed = _FailedGroups() if kept is None else msgspec.json.decode(kept, type=_FailedGroups)
    for group, one in sorted(failed.latest.items()):
        then = "not tried any more" if one.next_try is None else f"next try {one.next_try:%Y-%m-%d %H:%M:%S} UTC"
        yield f"Stopped: {group}", f"{one.error.words('en')} Package {one.package_id}, {one.tries} tries, {then}."


def _database(directory: Path, installation: Installation, pointer: str | None) -> Iterator[tuple[str, str]]:
    """Engine, place, size and table groups of the offline database."""
    environment = Environment()
    with closing(make_offline_database(directory, _Pointer(pointer), environment, installation.database)) as database:
        database.puts_aside = False
        if not database.installed:
            yield "Offline database", "none: installed online only"
            return
        if not database.available:
            yield "Offline database", f"{database.title}, not loaded yet"
            return
        try:
            with database.reading() as connection:
                known = checkpoints(connection)
        except OfflineDatabaseUnavailable as error:
            yield "Offline database", f"{database.title}: {error.what.words('en')} [{error.where}]"
            return
        yield "Offline database", f"{database.title}, {database.active}, {database.size()} bytes"
        for one in sorted(known.values(), key=lambda one: one.table_group):
            place = f"version {one.version}, package {one.package_id}"
            yield f"Data: {one.table_group}", f"{one.rows} rows, since {moment(one.applied_at)}, {place}"


class _Pointer:
    """The journal's pointer, read from the file of a register that may run: it stays as it is."""

    def __init__(self, active: str | None) -> None:
        self._active = active

    def setting(self, owner: str, name: str) -> str | None:
        """The pointer."""
        return self._active if (owner, name) == ("kassa", ACTIVE) else None

    def keep_setting(self, owner: str, name: str, value: str | None) -> None:
        """Nothing is kept."""


def _running(directory: Path) -> Iterator[tuple[str, str]]:
    """What only a running register knows."""
    try:
        facts: dict[str, str] = ask_running(directory, "facts")
        causes: list[str] = ask_running(directory, "readiness")
    except NotAvailable:
        yield "Running", "no"
        return
    yield "Running", "yes"
    yield from facts.items()
    yield "Ready to sell offline", " ".join(["no:", *causes]) if causes else "yes"
