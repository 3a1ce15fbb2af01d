"""Presenters without a window: calls from threads are kept until the test lets them in."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from typing import Any, TypeVar

from tests.ui.scripted_register import ScriptedRegister

from kassa_ui.presenters.sale import SaleDrawn, sale_drawn
from kassa_ui.presenters.speech import speech
from kassa_ui.presenters.till import Till

Found = TypeVar("Found")


class Bench:
    """A till whose screen thread is the test's."""

    def __init__(self, register: ScriptedRegister) -> None:
        self._calls: queue.Queue[Callable[[], None]] = queue.Queue()
        self.register = register
        self.drawn = 0
        self.till = Till(register, self, register.clock, self._changed)  # type: ignore[arg-type]

    def _changed(self) -> None:
        self.drawn += 1

    def post(self, call: Callable[[], None]) -> None:
        self._calls.put(call)

    def fetch(self, ask: Callable[[], Found], told: Callable[[Found], None]) -> None:
        told(ask())

    def until(self, condition: Callable[[], Any], timeout_s: float = 5) -> Any:
        """Let calls from threads in until ``condition`` holds."""
        end = time.monotonic() + timeout_s
        while not (found := condition()):
            left = end - time.monotonic()
            assert left > 0, "it did not come to pass"
            try:
                self._calls.get(timeout=min(left, 0.05))()
            except queue.Empty:
                continue
        return found

    def settle(self) -> None:
        """Let everything that was started end."""
        self.until(lambda: not self.till.work.running and self._calls.empty())

    def type(self, characters: str, gap_s: float = 0.3) -> None:
        """Type slowly, as a person does; ``\\n`` is Enter."""
        for character in characters:
            self.register.clock.seconds += gap_s
            if character == "\n":
                self.till.key("enter")
            else:
                self.till.type(character)

    def scan(self, code: str) -> None:
        """Scan ``code``: its characters and Enter, faster than a person."""
        self.register.clock.seconds += 1
        self.type(code + "\n", gap_s=0.004)

    def press(self, operation: int) -> None:
        """Press the grid's button of ``operation``."""
        place = next(i for i, button in enumerate(self.till.view.buttons) if button.operation == operation)
        self.till.desk.press(place)

    def sale(self) -> SaleDrawn:
        """The sale screen as drawn now."""
        return sale_drawn(self.till.view, self.till.desk, self.till.work, speech(self.till.view))

    def at_desk(self) -> None:
        """Elin is logged on."""
        self.register.log_on()
        self.until(lambda: self.till.screen == "sale")

    def selling(self) -> None:
        """Elin is logged on, with the sale of the pictures."""
        self.at_desk()
        self.register.sell_example()
        self.until(lambda: self.till.view.transaction is not None)
