"""*Go offline / Try again*: one question at a time, and every other request queues behind it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kassa.errors import KassaError
from kassa.operations import Question
from kassa.text import texts

if TYPE_CHECKING:
    from kassa.register.face import RegisterFace

_, n_ = texts("kassa_offline_failover")

GO_OFFLINE, TRY_AGAIN = "go_offline", "try_again"
ANSWERS_ITSELF_S = 10.0
"""After so long without a choice the register goes offline by itself."""


class Prompt:
    """The question, and the queue behind it."""

    def __init__(self, register: RegisterFace) -> None:
        self._register = register
        self._free = threading.Condition()
        self._holder: Turn | None = None
        self._asking = False

    @contextmanager
    def turn(self) -> Iterator[Turn]:
        """A request's turn: waits behind an open question, and the retry that was chosen."""
        turn = Turn(self)
        with self._free:
            self._free.wait_for(lambda: self._holder is None)
        try:
            yield turn
        finally:
            with self._free:
                if self._holder is turn:
                    self._holder = None
                    self._free.notify_all()

    def hold(self, turn: Turn) -> bool:
        """Become the one that asks; False: another one has asked meanwhile, and its outcome is known now."""
        with self._free:
            if self._holder in (None, turn):
                self._holder = turn
                return True
            self._free.wait_for(lambda: self._holder is None)
            return False

    def ask(self, error: KassaError) -> str:
        """Ask the cashier."""
        question = Question(
            _("{what} Go offline?", what=error.what),
            ((GO_OFFLINE, _("Go offline")), (TRY_AGAIN, _("Try again"))),
            default=GO_OFFLINE,
            timeout_s=ANSWERS_ITSELF_S,
        )
        self._asking = True
        try:
            return self._register.ask(question)
        finally:
            self._asking = False

    def settle(self) -> None:
        """Something else has decided: an open question is answered with *Go offline*."""
        if self._asking:
            self._register.answer(GO_OFFLINE)


class Turn:
    """One request's passage."""

    def __init__(self, prompt: Prompt) -> None:
        self._prompt = prompt

    def try_again(self, error: KassaError) -> bool:
        """Ask, unless another request is asking: then its outcome counts. True: look again and try again."""
        return not self._prompt.hold(self) or self._prompt.ask(error) == TRY_AGAIN
