"""Questions that only the cashier can decide, one at a time; each has an answer that is taken when nobody gives one."""

from __future__ import annotations

import threading
from collections.abc import Callable

from kassa.environment import Clock
from kassa.operations import Question

LONGEST = 200


def _is_typed(question: Question, answer: str) -> bool:
    return question.entry is not None and 0 < len(answer.strip()) <= LONGEST


class Questions:
    """Asks one question at a time.

    :param on_change: told when a question opens or closes.
    """

    def __init__(self, clock: Clock, on_change: Callable[[Question | None], None]) -> None:
        self._clock = clock
        self._on_change = on_change
        self._one_at_a_time = threading.Lock()
        self._answered = threading.Event()
        self._choice: str | None = None
        self.open: Question | None = None

    def ask(self, question: Question) -> str:
        """Ask and wait at most the question's time; the choice, or the default."""
        with self._one_at_a_time:
            self._choice = None
            self._answered.clear()
            self.open = question
            self._on_change(question)
            self._clock.wait(self._answered, question.timeout_s)
            self.open = None
            choice = self._chosen(question)
            self._on_change(None)
            return choice

    def _chosen(self, question: Question) -> str:
        return question.default if self._choice is None else self._choice

    def answer(self, choice: str) -> None:
        """Answer the open question; ignored when there is none or the choice is not one of its own. Where something is
        to be typed, that is the answer."""
        question = self.open
        if question is not None and (choice in dict(question.choices) or _is_typed(question, choice)):
            self._choice = choice
            self._answered.set()
