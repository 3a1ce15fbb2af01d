"""Reading the journal back: what a show journal, a report and a reprint are made from."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

import msgspec

from kassa.journal.database import JournalDatabase, damaged
from kassa.journal.entry import EntryBody, decode_entry


class JournalReader:
    """Finds entries in the journal's file.

    :param series: the open series at this moment.
    """

    def __init__(self, database: JournalDatabase, series: Callable[[], str]) -> None:
        self._database = database
        self._series = series

    def entries(
        self,
        *,
        kinds: Collection[str] = (),
        after: int = 0,
        before: int | None = None,
        newest_first: bool = False,
        limit: int = -1,
        series: str | None = None,
        containing: str | None = None,
    ) -> list[EntryBody]:
        """Entries of a series, by default the open one, in sequence.

        :param kinds: of these kinds alone; none named: of every kind.
        :param after: above this sequence number; ``before``: below it.
        :param newest_first: from the last one back; with ``limit``, the newest so many.
        :param containing: only those whose bytes, JSON as msgspec writes it, contain this text: the others are not read
            back.
        :raises kassa.errors.JournalDamaged: an entry does not read.
        """
        clauses = ["series = ?", "sequence > ?"]
        values: list[str | int] = [series or self._series(), after]
        if before is not None:
            clauses.append("sequence < ?")
            values.append(before)
        if kinds:
            clauses.append(f"kind IN ({', '.join('?' * len(kinds))})")
            values.extend(kinds)
        if containing is not None:
            clauses.append("instr(data, CAST(? AS BLOB)) > 0")
            values.append(containing)
        order = "DESC" if newest_first else "ASC"
        statement = f"SELECT data FROM entry WHERE {' AND '.join(clauses)} ORDER BY sequence {order} LIMIT ?"
        with self._database.reading() as connection:
            rows = connection.execute(statement, (*values, limit)).fetchall()
        return [_decoded(self._database.path, data) for (data,) in rows]

    def all_series(self) -> tuple[str, ...]:
        """The ids of the series in this journal, oldest first; the last is the open one."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT series FROM series ORDER BY number").fetchall()
        return tuple(series for (series,) in rows)

    def find(self, *, receipt_number: str | None = None, entry_id: str | None = None) -> EntryBody | None:
        """The entry with that receipt number, or that id, in whatever series; None: it is not in this journal."""
        column, value = ("entry_id", entry_id) if receipt_number is None else ("receipt_number", receipt_number)
        with self._database.reading() as connection:
            row = connection.execute(f"SELECT data FROM entry WHERE {column} = ?", (value,)).fetchone()
        return None if row is None else _decoded(self._database.path, row[0])


def _decoded(path: Path, data: bytes) -> EntryBody:
    try:
        return decode_entry(data)
    except msgspec.MsgspecError as error:
        raise damaged(path, str(error)) from error
