"""The commerce runtime as the register hosts it: on the offline database, with the journal's overlay."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from kassa.environment import Environment
from kassa.errors import OfflineDatabaseUnavailable
from kassa.journal import Journal
from kassa.journal.overlay import Change
from kassa.offline_database import OfflineDatabase
from kassa.runtime.channel_records import ChannelRecords
from kassa.runtime.overlay_records import OverlayRecords
from kassa.runtime.request import Command, Credentials, HandlerContext, Request, RequestContext, Side
from kassa.runtime.runtime import Runtime
from kassa.runtime.sqlite_records import SQLiteRecords


class LocalRuntime:
    """Answers requests from the offline database.

    A command's rows are not written here: :attr:`changes_of` hands them to whoever writes its answer to the journal,
    so that both are one transaction.
    """

    def __init__(
        self,
        runtime: Runtime,
        database: OfflineDatabase,
        journal: Journal,
        credentials: Credentials,
        environment: Environment,
    ) -> None:
        self.runtime = runtime
        self._database = database
        self._journal = journal
        self._credentials = credentials
        self._environment = environment
        self._changes: dict[str, list[Change]] = {}

    def execute(
        self, request: Request[Any], context: RequestContext, *, done_online: bool = False, answer: Any = None
    ) -> Any:
        """The answer to ``request``.

        :param done_online: the store server has done this command; what it writes is to be laid over.
        :param answer: then what the store server answered.
        :raises kassa.errors.Refusal: the answer is no.
        :raises OfflineDatabaseUnavailable: it needs the offline database, which is not there.
        """
        is_command = isinstance(request, Command)
        with self._records(writable=is_command) as records:
            found = self.runtime.execute(request, self._handler_context(records, context, done_online, answer))
        if isinstance(request, Command):
            self._changes[request.command_id] = records.changes
        return found

    def changes_of(self, command_id: str) -> list[Change] | None:
        """The rows that a command has laid over the offline database, once; None if it was not answered here."""
        return self._changes.pop(command_id, None)

    @contextmanager
    def _records(self, *, writable: bool) -> Iterator[OverlayRecords]:
        with ExitStack() as stack:
            base: ChannelRecords | OfflineDatabaseUnavailable
            try:
                kind = SQLiteRecords if self._database.kind == "sqlite" else ChannelRecords
                base = kind(stack.enter_context(self._database.reading()), tables=self._database.tables)
            except OfflineDatabaseUnavailable as error:
                base = error
            tables = self._database.tables
            yield OverlayRecords(base, self._journal.overlay, writable=writable, tables=tables)

    def _handler_context(
        self, records: OverlayRecords, caller: RequestContext, done_online: bool, answer: Any
    ) -> HandlerContext:
        record = self._journal.record
        assert record is not None, "a register without a record answers nothing"
        return HandlerContext(
            Side.REGISTER, records, self._credentials, caller, record.store, self._environment,
            done_online=done_online, server_answer=answer,
        )  # fmt: skip
