"""Requests of the till, and the path of a command: in the journal before it is sent, and done once.

::

    record (pending) ─▶ send ─▶ answered: entry, overlay rows and till effect in one journal write
                         │  └─▶ refused:  noted, takes no number
                         └─▶ no outcome:  stays pending; sent again under its id when the store server is back
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

import msgspec
import structlog

from kassa.errors import KassaError, NoAnswer, NotServed, Refusal, UnknownOutcome
from kassa.journal.entry import CommandPayload, raw
from kassa.journal.journal import NewEntry, PendingCommand
from kassa.model import Transaction
from kassa.requests.contact import AskCommand
from kassa.runtime.request import Command, Request, RequestContext

if TYPE_CHECKING:
    from kassa.register.register import Register

Answer = TypeVar("Answer")


class Exchange:
    """Sends the till's requests through the connection."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._log = structlog.get_logger("kassa.exchange")

    def send(self, request: Request[Answer], *, plugin: str, generation: int) -> Answer:
        """The answer to a query or a command.

        :raises kassa.errors.Refusal: the answer is no.
        :raises UnknownOutcome: a command was sent and its outcome is not known; it stays in the journal.
        """
        context = self._register.request_context(plugin=plugin)
        if isinstance(request, Command):
            return cast(Answer, self._command(request, context, generation))
        return self._register.connection.send(request, context)

    def _command(self, command: Command[Any], context: RequestContext, generation: int) -> Any:
        journal = self._register.journal
        journal.record_command(
            command.command_id,
            command.NAME,
            msgspec.json.encode(context),
            msgspec.json.encode(command),
            generation=generation,
        )
        try:
            answer = self._register.connection.send(command, context)
        except Refusal:
            self._refused(command, generation)
            raise
        self._keep_answer(command, context, answer, generation)
        return answer

    def _refused(self, command: Command[Any], generation: int) -> None:
        """A refusal by the store server is final. One made here may stand beside an answer that was lost on the
        network: it is asked about when the server is back."""
        if self._register.connection.state().online:
            self._register.journal.refuse_command(command.command_id, generation=generation)
        else:
            self._register.journal.doubt_command(command.command_id, generation=generation)

    def _keep_answer(self, command: Command[Any], context: RequestContext, answer: Any, generation: int) -> None:
        changes = self._register.local.changes_of(command.command_id)
        online = changes is None
        if changes is None:
            changes = self._lay_over(command, context)
        payload = CommandPayload(
            command.command_id, command.NAME, raw(command), online, context.plugin, context.version
        )  # fmt: skip
        self._register.journal.answer_command(
            command.command_id,
            msgspec.json.encode(answer),
            NewEntry("command", raw(payload), staff_id=context.staff_id),
            generation=generation,
            online=online,
            overlay=changes,
            sale=_till_effect(command, answer),
        )
        self._register.delivery.wake()

    def _lay_over(self, command: Command[Any], context: RequestContext) -> list[Any]:
        """What the store server has done, laid over the offline database too, so that it is found the moment the
        server is gone and before the next synchronisation."""
        try:
            self._register.local.execute(command, context)
        except KassaError as error:
            self._log.info("command_not_laid_over", name=command.NAME, error_code=error.code)
            return []
        return self._register.local.changes_of(command.command_id) or []

    def resolve_pending(self, *, generation: int) -> None:
        """Send commands again whose outcome is not known, under their own ids, and keep what comes of it.

        A sale that was taken up and never came to the till (its answer was lost, or the register was killed) comes to
        it now, or is put aside here if the till is in use.
        """
        for pending in self._register.journal.pending_commands():
            try:
                self._resolve(pending, generation)
            except NotServed:
                self._log.warning("command_waits_for_plugin", name=pending.name)
            except (NoAnswer, UnknownOutcome):
                return
            except KassaError as error:
                self._log.warning("command_waits", name=pending.name, error_code=error.code)

    def _resolve(self, pending: PendingCommand, generation: int) -> None:
        register = self._register
        command = msgspec.json.decode(pending.request, type=register.local.runtime.request_type(pending.name))
        context = msgspec.json.decode(pending.context, type=RequestContext)
        assert isinstance(command, Command)
        if command.TILL_EFFECT == "take_up" and register.journal.sale is not None:
            return
        if command.TILL_EFFECT == "set_aside" and register.journal.sale != getattr(command, "transaction", None):
            self._log.warning("command_given_up", name=pending.name, why="the sale has gone on")
            register.journal.refuse_command(pending.command_id, generation=generation)
            return
        if pending.doubtful:
            answer = self._asked(command, context, generation)
        else:
            answer = self._again(command, context, generation)
        if answer is not None:
            self._keep_answer(command, context, answer, generation)
            self._log.info("command_resolved", name=pending.name)

    def _again(self, command: Command[Any], context: RequestContext, generation: int) -> Any:
        """Send a command again; None: it was refused."""
        try:
            return self._register.connection.send(command, context)
        except Refusal as refusal:
            self._log.info("command_refused", name=command.NAME, error_code=refusal.code)
            self._refused(command, generation)
            return None

    def _asked(self, command: Command[Any], context: RequestContext, generation: int) -> Any:
        """What the store server did with a command that was refused here; None: nothing."""
        if not self._register.connection.state().online:
            return None
        fate = self._register.connection.send(AskCommand(command.command_id), context)
        if fate.fate == "answered" and fate.answer is not None:
            return msgspec.json.decode(fate.answer, type=command.ANSWER)
        self._register.journal.refuse_command(command.command_id, generation=generation)
        return None


def _till_effect(command: Command[Any], answer: Any) -> tuple[Transaction | None] | None:
    if command.TILL_EFFECT == "set_aside":
        return (None,)
    if command.TILL_EFFECT == "take_up":
        return (answer,)
    return None
