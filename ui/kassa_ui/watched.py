"""A register in a window that another process watches over."""

from __future__ import annotations

from kassa.register import Register
from kassa.supervision.heartbeat import Heartbeat
from kassa.supervision.pipe import RESTART_CODE


class Watched:
    """Is heard of as long as the screen's loop goes round, and asks to be started again when that is due."""

    def __init__(self, heart: Heartbeat, register: Register) -> None:
        self._heart = heart
        self._register = register
        self._again = False
        register.restarting.by_itself = heart.is_heard

    def each_second(self) -> bool:
        """Whether to close the window."""
        self._heart.beat()
        self._register.restarting.by_itself = self._heart.is_heard
        self._again = self._register.restarting.is_due()
        return self._again

    def ending(self) -> int:
        """The window has closed, the register not yet: the exit code."""
        self._heart.ending(again=self._again)
        return RESTART_CODE if self._again else 0
