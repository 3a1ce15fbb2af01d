"""Commands whose answer never came: asked by their id before any retry (system.md, queries and commands)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import msgspec

from kassa.errors import NoAnswer, UnknownOutcome
from kassa.protocol import RefusalMessage
from kassa.requests.contact import AskCommand, CommandFate
from kassa.runtime.request import Command
from kassa.text import texts

_, n_ = texts("kassa")


class NeverArrived(Exception):
    """The store server does not know the command: it can be sent again."""


class UnknownOutcomes:
    """The commands of this run that were sent and not answered. Thread-safe."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._lock = threading.Lock()

    def has(self, command: Command[Any]) -> bool:
        """Whether that command's outcome is unknown."""
        with self._lock:
            return command.command_id in self._ids

    def note(self, command: Command[Any], cause: NoAnswer | None = None) -> UnknownOutcome:
        """Remember it; the error to raise."""
        with self._lock:
            self._ids.add(command.command_id)
        return UnknownOutcome(
            _("It is not known whether the store server has done this: its answer did not come."),
            hint=_("Try again when the store server answers: it is then asked first, and nothing is done twice."),
            where=f"{command.NAME} {command.command_id}" + (f": {cause.where}" if cause is not None else ""),
        )

    def settle(self, command: Command[Any], ask: Callable[[AskCommand], CommandFate]) -> Any:
        """The answer that the store server gave to ``command``.

        :param ask: sends the question.
        :raises NeverArrived: it never got there.
        :raises Refusal: it was refused.
        """
        fate = ask(AskCommand(command.command_id))
        with self._lock:
            self._ids.discard(command.command_id)
        if fate.fate == "unknown":
            raise NeverArrived
        if fate.fate == "refused":
            raise msgspec.json.decode(fate.answer, type=RefusalMessage).error()
        return msgspec.json.decode(fate.answer, type=command.ANSWER)
