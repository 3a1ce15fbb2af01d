"""Commands are done once: the id with its answer, and what the command did, are one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from kassa.errors import NotAllowed, Refusal
from kassa.protocol import RefusalMessage
from kassa.text import texts
from kassa_server.answers import message_of
from kassa_server.headquarters.rows import current_version
from kassa_server.schema import command_answer

_, n_ = texts("kassa_server")

RUNNING, ANSWERED, REFUSED = "running", "answered", "refused"


@dataclass(frozen=True)
class CommandCall:
    """A command as it came: ``request`` is its JSON."""

    command_id: str
    name: str
    store_id: str
    register_id: str
    request: bytes
    at: datetime


@dataclass(frozen=True)
class Outcome:
    """What became of a command; one of the two is set.

    :param answer: JSON.
    :param repeated: it had been done before; this is the answer from then.
    """

    answer: bytes | None = None
    refusal: RefusalMessage | None = None
    repeated: bool = False


def do_once(connection: Connection, call: CommandCall, run: Callable[[], bytes]) -> Outcome:
    """Do a command, or hand back what came of it the first time. Two at once: one does it, the other waits for its
    transaction and gets the same answer.

    The id is claimed first: its row makes others with the same id wait (a unique key on PostgreSQL, the database's
    lock on SQLite). A refusal undoes what the handler did and is kept as the answer.

    :param run: does it within this transaction, and returns the answer's JSON.
    :raises NotAllowed: the id was used for something else.
    """
    if not _claim(connection, call):
        return _known(connection, call)
    try:
        with connection.begin_nested():
            outcome = Outcome(answer=run())
    except Refusal as refusal:
        outcome = Outcome(refusal=message_of(refusal))
    _keep(connection, call, outcome)
    return outcome


def find_answer(connection: Connection, command_id: str, store_id: str) -> Outcome | None:
    """What became of a command of a store's registers; None if it never got here."""
    row = connection.execute(
        select(command_answer).where(command_answer.c.command_id == command_id, command_answer.c.store_id == store_id)
    ).first()
    return None if row is None else _outcome(row)


def never(connection: Connection, call: CommandCall) -> None:
    """Refuse a command that has not come: whenever it arrives, it is not done. Nothing if it has come meanwhile.

    :param call: who asked; its name and request are not known.
    """
    if _claim(connection, call):
        refusal = NotAllowed(_("The register has given this up."), hint=_("Do it again, if it is still wanted."))
        _keep(connection, call, Outcome(refusal=message_of(refusal)))


def _claim(connection: Connection, call: CommandCall) -> bool:
    row = {
        "command_id": call.command_id,
        "name": call.name,
        "store_id": call.store_id,
        "register_id": call.register_id,
        "digest": _digest(call.request),
        "fate": RUNNING,
        "answered_at": call.at,
    }
    try:
        with connection.begin_nested():
            connection.execute(insert(command_answer).values(row))
    except IntegrityError:
        return False
    return True


def _known(connection: Connection, call: CommandCall) -> Outcome:
    wanted = command_answer.c.command_id == call.command_id
    row = connection.execute(select(command_answer).where(wanted)).one()
    same = (row.name, row.register_id, row.digest) == (call.name, call.register_id, _digest(call.request))
    if not same:
        raise NotAllowed(
            _("This was sent under a number that has been used for something else."), hint=_("Call support.")
        )
    return _outcome(row)


def _outcome(row: Row[Any]) -> Outcome:
    if row.fate == REFUSED:
        return Outcome(refusal=msgspec.json.decode(row.answer, type=RefusalMessage), repeated=True)
    return Outcome(answer=row.answer.encode(), repeated=True)


def _keep(connection: Connection, call: CommandCall, outcome: Outcome) -> None:
    if outcome.refusal is not None:
        values: dict[str, Any] = {"fate": REFUSED, "answer": msgspec.json.encode(outcome.refusal).decode()}
    else:
        assert outcome.answer is not None
        values = {"fate": ANSWERED, "answer": outcome.answer.decode(), "version": current_version(connection)}
    connection.execute(update(command_answer).where(command_answer.c.command_id == call.command_id).values(values))


def _digest(request: bytes) -> str:
    """Of what the request says, however it is spaced and ordered."""
    meaning = msgspec.json.encode(msgspec.json.decode(request), order="sorted")
    return hashlib.sha256(meaning).hexdigest()
