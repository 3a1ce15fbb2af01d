"""Requests of the till, and the path of a command: in the journal before it is sent, and done once.

::

    record (pending) ─▶ send ─▶ answered: entry, overlay rows and till effect in one journal write
                         │  └─▶ refused:  noted, takes no number; asked about later if not by the store server
                         └─▶ no outcome:  stays pending; sent again under its id when the store server is back
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

import msgspec
import structlog

from kassa.connection import Reason
from kassa.errors import (
    DeviceNotTrusted,
    KassaError,
    NoAnswer,
    NotServed,
    ProtocolNotSpoken,
    Refusal,
    UnknownOutcome,
)
from kassa.journal.entry import CommandPayload, raw
from kassa.journal.records import NewEntry, PendingCommand
from kassa.model import Transaction
from kassa.register.face import Event
from kassa.register.own_rows import OwnRowsFirst
from kassa.requests.contact import AskCommand, CommandFate
from kassa.requests.suspended import RecallSale, SuspendSale
from kassa.runtime.request import Command, Request, RequestContext
from kassa.text import texts

if TYPE_CHECKING:
    from kassa.register.register import Register

_, n_ = texts("kassa")
Answer = TypeVar("Answer")
TillEffect: TypeAlias = "tuple[Transaction | None] | None"
"""What becomes of the sale in progress; None: it stays as it is."""

_NOT_ON_THE_COMMAND = (DeviceNotTrusted, ProtocolNotSpoken, NotServed)
"""Refusals that say nothing of what the store server did with the command when it was sent before."""


class Exchange:
    """Sends the till's requests through the connection."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._own_rows = OwnRowsFirst(register)
        self._log = structlog.get_logger("kassa.exchange")

    def send(self, request: Request[Answer], *, plugin: str, generation: int) -> Answer:
        """The answer to a query or a command.

        :raises kassa.errors.Refusal: the answer is no.
        :raises UnknownOutcome: a command was sent and its outcome is not known; it stays in the journal.
        """
        context = self._register.request_context(plugin=plugin)
        if isinstance(request, Command):
            return cast(Answer, self._command(request, context, generation))
        return cast(Answer, self._ask(request, context))

    def _ask(self, request: Request[Any], context: RequestContext) -> Any:
        return self._register.connection.send(request, context, timeout_s=self._own_rows.time_left(request))

    def _command(self, command: Command[Any], context: RequestContext, generation: int) -> Any:
        command = self._continued(command)
        self._record(command, context, generation)
        try:
            answer = self._ask(command, context)
        except Refusal as refusal:
            self._refused(command, refusal, generation)
            raise
        self._keep_answer(command, context, answer, generation, _till_effect(command, answer))
        return answer

    def _continued(self, command: Command[Any]) -> Command[Any]:
        """The same command as it was sent before, if its outcome is not known yet: pressing again asks for that one,
        and nothing is done twice."""
        for pending in self._register.journal.commands.pending():
            if pending.name == command.NAME:
                earlier = self._decode(pending)
                if command.repeats(earlier):
                    return earlier
        return command

    def _record(self, command: Command[Any], context: RequestContext, generation: int) -> None:
        self._register.journal.commands.record(
            command.command_id,
            command.NAME,
            msgspec.json.encode(context),
            msgspec.json.encode(command),
            generation=generation,
        )

    def _decode(self, pending: PendingCommand) -> Command[Any]:
        """:raises NotServed: its plugin is not on this register any more."""
        kind = self._register.local.runtime.request_type(pending.name)
        command = msgspec.json.decode(pending.request, type=kind)
        assert isinstance(command, Command)
        return command

    def _refused(self, command: Command[Any], refusal: Refusal, generation: int) -> None:
        """The store server's word on a command is final. A refusal made here, or of the device, may stand beside an
        answer that was lost on the network: it is asked about when the server is back."""
        if refusal.by_store_server and not isinstance(refusal, _NOT_ON_THE_COMMAND):
            self._register.journal.commands.refuse(command.command_id, generation=generation)
        else:
            self._register.journal.commands.doubt(command.command_id, generation=generation)

    def _keep_answer(
        self, command: Command[Any], context: RequestContext, answer: Any, generation: int, effect: TillEffect
    ) -> None:
        changes = self._register.local.changes_of(command.command_id)
        online = changes is None
        if changes is None:
            changes = self._lay_over(command, context, answer)
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
            sale=effect,
        )
        self._register.delivery.wake()

    def _lay_over(self, command: Command[Any], context: RequestContext, answer: Any) -> list[Any]:
        """What the store server has done, laid over the offline database too, so that it is found the moment the
        server is gone and before the next synchronisation."""
        try:
            self._register.local.execute(command, context, done_online=True, answer=answer)
        except KassaError as error:
            self._log.info("command_not_laid_over", name=command.NAME, error_code=error.code)
            return []
        return self._register.local.changes_of(command.command_id) or []

    def resolve_pending(self, *, generation: int) -> None:
        """Find out what became of commands whose outcome is not known, and keep it; sent again, under their own ids.

        A sale that was taken up and never came to the till (its answer was lost, or the register was killed) comes to
        it now, or when the sale that is on it has ended.
        """
        for pending in self._register.journal.commands.pending():
            try:
                self._resolve(pending, generation)
            except NotServed:
                self._log.warning("command_waits_for_plugin", name=pending.name)
            except (NoAnswer, UnknownOutcome):
                return
            except KassaError as error:
                self._log.warning("command_waits", name=pending.name, error_code=error.code)
            except Exception:
                self._log.exception("command_cannot_be_resolved", name=pending.name)

    def _resolve(self, pending: PendingCommand, generation: int) -> None:
        command = self._decode(pending)
        context = msgspec.json.decode(pending.context, type=RequestContext)
        if command.TILL_EFFECT == "take_up" and self._must_wait(command):
            return
        if command.TILL_EFFECT == "set_aside" and self._register.journal.sale != getattr(command, "transaction", None):
            self._overtaken(command, context, generation)
        elif pending.doubtful:
            self._asked(command, context, generation)
        else:
            self._again(command, context, generation)

    def _must_wait(self, command: Command[Any]) -> bool:
        """A sale cannot come to a till that is in use, nor before it is known whether the store server is there: this
        register's own database may not have heard that somebody else has it."""
        if self._register.connection.state().reason is Reason.STARTING:
            return True
        return self._register.journal.sale is not None and not self._is_here_already(command)

    def _again(self, command: Command[Any], context: RequestContext, generation: int) -> None:
        try:
            answer = self._ask(command, context)
        except NotServed:
            raise
        except Refusal as refusal:
            self._log.info("command_refused", name=command.NAME, error_code=refusal.code)
            self._refused(command, refusal, generation)
        else:
            self._keep_late(command, context, answer, generation)

    def _asked(self, command: Command[Any], context: RequestContext, generation: int) -> None:
        """What the store server did with a command that was refused here. If nothing, then nothing from now on."""
        fate = self._fate(command, context)
        if fate is None:
            return
        if fate.fate == "answered":
            answer = msgspec.json.decode(fate.answer, type=command.ANSWER)
            self._keep_late(command, context, answer, generation)
        else:
            self._register.journal.commands.refuse(command.command_id, generation=generation)

    def _overtaken(self, command: Command[Any], context: RequestContext, generation: int) -> None:
        """The sale has gone on here although its suspension may have been done: it is never done now, or taken back."""
        fate = self._fate(command, context)
        if fate is None:
            return
        self._log.warning("command_given_up", name=command.NAME, fate=fate.fate, why="the sale has gone on")
        back: RecallSale | None = None
        if fate.fate == "answered" and isinstance(command, SuspendSale):
            identity, sale = self._register.environment.new_id(), command.transaction.transaction_id
            back = RecallSale(command_id=identity, transaction_id=sale) if self._is_here(sale) else None
        if back is not None:
            self._record(back, context, generation)
        self._register.journal.commands.refuse(command.command_id, generation=generation)
        if back is not None:
            self._again(back, context, generation)

    def _fate(self, command: Command[Any], context: RequestContext) -> CommandFate | None:
        """What the store server has done with a command, or will never do; None: it is away."""
        if not self._register.connection.state().online:
            return None
        return self._register.connection.send(AskCommand(command.command_id, or_never=True), context)

    def _is_here(self, transaction_id: str) -> bool:
        """Whether that sale is on the till, or has ended here."""
        sale = self._register.journal.sale
        on_the_till = sale is not None and sale.transaction_id == transaction_id
        return on_the_till or self._register.journal.has_ended(transaction_id)

    def _is_here_already(self, command: Command[Any]) -> bool:
        """Whether the sale that ``command`` takes up never left: it is taken back from where it was put aside."""
        return isinstance(command, RecallSale) and self._is_here(command.transaction_id)

    def _keep_late(self, command: Command[Any], context: RequestContext, answer: Any, generation: int) -> None:
        """Keep an answer that nobody waits for any more."""
        effect = None if self._is_here_already(command) else _till_effect(command, answer)
        self._keep_answer(command, context, answer, generation, effect)
        self._log.info("command_resolved", name=command.NAME)
        if effect == (None,):
            self._register.connection.transaction_ended()
        elif effect is not None:
            self._register.publish(Event("sale", _("The suspended sale that was asked for has come.")))


def _till_effect(command: Command[Any], answer: Any) -> TillEffect:
    if command.TILL_EFFECT == "set_aside":
        return (None,)
    if command.TILL_EFFECT == "take_up":
        return (answer,)
    return None
