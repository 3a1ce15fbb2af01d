"""The till's commands in the journal: noted before they are first sent, and what became of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from kassa.journal.database import JournalDatabase
from kassa.journal.records import PendingCommand


class CommandBook:
    """The commands in the journal's file. An answer comes with what follows from it
    (:meth:`kassa.journal.journal.Journal.answer_command`).

    :param check: told the generation of whoever writes. :raises kassa.errors.StaleGeneration: it was replaced.
    :param numbering: whether an answer could be kept. :raises kassa.errors.JournalBehind: numbering has stopped.
    """

    def __init__(
        self, database: JournalDatabase, check: Callable[[int], None], numbering: Callable[[], object]
    ) -> None:
        self._database = database
        self._check = check
        self._numbering = numbering
        self._may_be_pending = True

    def record(self, command_id: str, name: str, context: bytes, request: bytes, *, generation: int) -> None:
        """Note a command before it is first sent.

        :raises kassa.errors.StaleGeneration: from a worker that was replaced.
        :raises kassa.errors.JournalBehind: numbering has stopped, so that its answer could not be kept.
        """
        with self._database.writing("record_command") as connection:
            self._check(generation)
            self._numbering()
            connection.execute(
                "INSERT OR IGNORE INTO command VALUES (?, ?, ?, ?, 'pending', NULL)",
                (command_id, name, context, request),
            )
            self._may_be_pending = True

    @staticmethod
    def answered(connection: sqlite3.Connection, command_id: str, answer: bytes) -> bool:
        """Note a command's answer, within the journal's transaction. False: it had its answer already."""
        changed = connection.execute(
            "UPDATE command SET state = 'answered', answer = ? WHERE command_id = ? AND state <> 'answered'",
            (answer, command_id),
        )
        return bool(changed.rowcount)

    def refuse(self, command_id: str, *, generation: int) -> None:
        """Note that a command was refused: it is not sent again and takes no number."""
        with self._database.writing("refuse_command") as connection:
            self._check(generation)
            connection.execute("UPDATE command SET state = 'refused' WHERE command_id = ?", (command_id,))

    def doubt(self, command_id: str, *, generation: int) -> None:
        """Note that a command was refused here, while the store server may have done it: to be asked about."""
        with self._database.writing("doubt_command") as connection:
            self._check(generation)
            connection.execute("UPDATE command SET state = 'doubtful' WHERE command_id = ?", (command_id,))
            self._may_be_pending = True

    def pending(self) -> list[PendingCommand]:
        """Commands whose outcome is not known, oldest first. Asked after every sale: where none was made since the last
        time that there were none, the file is not read."""
        with self._database.reading() as connection:
            if not self._may_be_pending:
                return []
            rows = connection.execute(
                "SELECT command_id, name, context, request, state = 'doubtful' FROM command"
                " WHERE state IN ('pending', 'doubtful') ORDER BY command_id"
            ).fetchall()
            self._may_be_pending = bool(rows)
        return [
            PendingCommand(command_id, name, context, request, bool(doubtful))
            for command_id, name, context, request, doubtful in rows
        ]

    def answer_to(self, command_id: str) -> bytes | None:
        """The answer that a command got, if the journal has it."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT answer FROM command WHERE command_id = ?", (command_id,)).fetchone()
        return None if row is None else row[0]
