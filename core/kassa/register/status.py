"""The register's facts for ``kassa status``: read from its files, without disturbing a register that runs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from kassa.errors import SetupError
from kassa.journal.journal import Journal
from kassa.journal.records import SALE_KINDS
from kassa.offline_database import ACTIVE
from kassa.register.installation import Installation
from kassa.text import texts

_, n_ = texts("kassa")


def read_status(directory: Path) -> list[tuple[str, str]]:
    """Label and value of each fact, in English, for a terminal.

    :raises SetupError: there is no activated register in ``directory``.
    """
    installation = Installation.load(directory)
    path = directory / Journal.FILE
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            return [("Store server", installation.server_address), *_facts(connection, directory)]
    except sqlite3.Error as error:
        raise SetupError(_("The register's journal cannot be read."), where=f"{path}: {error}") from error


def _facts(connection: sqlite3.Connection, directory: Path) -> list[tuple[str, str]]:
    facts: list[tuple[str, str]] = []
    series = connection.execute(
        "SELECT number, sequence, receipts, acknowledged, stopped FROM series WHERE open = 1"
    ).fetchone()
    if series is not None:
        facts.append(("Series", f"{series[0]}: {series[1]} entries, {series[2]} receipts, {series[3]} delivered"))
        if series[4]:
            facts.append(("Numbering has stopped", series[4]))
    marks = ",".join("?" * len(SALE_KINDS))
    (count,) = connection.execute(
        f"SELECT count(*) FROM entry JOIN series USING (series) WHERE entry.sequence > acknowledged"
        f" AND kind IN ({marks})",
        SALE_KINDS,
    ).fetchone()
    facts.append(("Sales waiting", str(count)))
    (in_progress,) = connection.execute("SELECT count(*) FROM sale_in_progress").fetchone()
    facts.append(("Sale in progress", "yes" if in_progress else "no"))
    active = connection.execute("SELECT value FROM setting WHERE owner = 'kassa' AND name = ?", (ACTIVE,)).fetchone()
    file = directory / active[0] if active else None
    known = file is not None and file.exists()
    facts.append(("Offline database", f"{file.name}, {file.stat().st_size} bytes" if file and known else "none"))
    facts.extend(_table_groups(file) if file is not None and known else ())
    manual = connection.execute(
        "SELECT value FROM setting WHERE owner = 'offline_failover' AND name = 'manual'"
    ).fetchone()
    facts.append(("Disconnected by hand", "yes" if manual else "no"))
    return facts


def _table_groups(file: Path) -> Iterator[tuple[str, str]]:
    """Rows and age of each table group of the offline database."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as offline:
        found = offline.execute("SELECT table_group, rows, applied_at FROM package_checkpoint ORDER BY table_group")
        for group, rows, applied_at in found.fetchall():
            yield f"Data: {group}", f"{rows} rows, since {str(applied_at)[:19]} UTC"
