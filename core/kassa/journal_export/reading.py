"""The journal's file, read without disturbing a register that runs, and verified entry by entry."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

import msgspec

from kassa.errors import NOTHING_LOST, NotFound
from kassa.journal import EntryBody, Journal
from kassa.journal.database import damaged, translate
from kassa.journal.entry import GENESIS, chain_hash, decode_entry
from kassa.text import literal, texts

_, n_ = texts("kassa")


def entries_of(folder: Path, first: date | None = None, last: date | None = None) -> Iterator[EntryBody]:
    """Every entry of the register in ``folder``, series by series in sequence; of days of the store's calendar, if
    named. The whole chain is verified, whatever days are asked for.

    :raises NotFound: there is no journal.
    :raises kassa.errors.JournalDamaged: an entry is missing or does not read back as it was written.
    """
    path = folder / Journal.FILE
    if not path.exists():
        raise NotFound(
            _("There is no journal in {folder}.", folder=literal(str(folder))), kept=NOTHING_LOST,
            hint=_("Name the register's folder with --directory."),
        )  # fmt: skip
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            for entry in _all(connection, path):
                day = datetime.fromisoformat(entry.local_time).date()
                if (first is None or day >= first) and (last is None or day <= last):
                    yield entry
    except sqlite3.Error as error:
        raise translate(error, path) from error


def _all(connection: sqlite3.Connection, path: Path) -> Iterator[EntryBody]:
    connection.execute("BEGIN")  # one moment of a file that grows meanwhile
    anchors = {series: (sequence, digest) for series, sequence, digest in connection.execute(
        "SELECT series, sequence, hash FROM purged")}  # fmt: skip
    for series, number, end in connection.execute(
        "SELECT series, number, sequence FROM series ORDER BY number"
    ).fetchall():
        sequence, previous = anchors.get(series, (0, GENESIS))
        rows = connection.execute(
            "SELECT sequence, hash, data FROM entry WHERE series = ? ORDER BY sequence", (series,)
        )
        for found, digest, data in rows:
            sequence += 1
            if found != sequence or chain_hash(previous, data) != digest:
                raise damaged(path, f"entry {sequence} of series {number}")
            previous = digest
            yield _decoded(path, data)
        if sequence != end:
            raise damaged(path, f"series {number} ends at {sequence}, not {end}")


def _decoded(path: Path, data: bytes) -> EntryBody:
    try:
        return decode_entry(data)
    except msgspec.MsgspecError as error:
        raise damaged(path, str(error)) from error
