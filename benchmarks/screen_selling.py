"""A register's window that is sold at, for :mod:`benchmarks.screen_answers`, as a process: ``python -m
benchmarks.screen_selling FOLDER busy|hour SALES LINES``. Says at the end, as JSON, what was :class:`Seen`."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from kassa.logs import log_to
from kassa.register import Register, open_register
from kassa.testing.store import CASHIER, CASHIER_PIN, ean13

WARM_UP = 5
KIBI = 1024
CODES = 2000
"""Different products that are scanned."""


class Seen(msgspec.Struct):
    """Seconds and MB: each scan until its line is drawn, each tap until its answer is, each frame, memory."""

    scans: list[float]
    taps: list[float]
    frames: list[float]
    begun_mb: float
    ended_mb: float


def main(folder: Path, how: str, sales: int, lines: int) -> None:
    """Sell, in the window, and say what was seen."""
    from kassa_ui import settled, start

    log_to(folder)
    start.prepare(folder / "window")
    from tests.ui.pilot import Pilot

    with open_register(folder) as register:
        register.run(700, staff_id=CASHIER, pin=CASHIER_PIN)
        if how == "hour":
            register.run(917, action="disconnect")
        pilot = Pilot()
        pilot.start()
        pilot.attach(register)
        selling = Selling(pilot, _codes(how), lines)
        for _sale in range(WARM_UP):
            selling.sell()
        settled.settle()
        with _arriving(register) if how == "busy" else _nothing():
            seen = selling.run(sales)
        pilot.app.detach()
        pilot.stop()
    print(msgspec.json.encode(seen).decode())


def _codes(how: str) -> list[str]:
    if how == "hour":
        return [ean13(f"28{place:010}") for place in range(CODES)]
    from benchmarks.catalogue import new_items

    return [item.barcodes[0] for item in islice(new_items(CODES), CODES)]


@contextmanager
def _nothing() -> Iterator[None]:
    yield


@contextmanager
def _arriving(register: Register) -> Iterator[None]:
    """A snapshot is applied, and another when it is done, until this ends."""
    from benchmarks.load_catalogue import as_batches

    enough = threading.Event()

    def apply() -> None:
        while not enough.is_set():
            as_batches(register)

    applying = threading.Thread(target=apply)
    applying.start()
    try:
        yield
    finally:
        enough.set()
        applying.join()


class Selling:
    """Scans and taps, each timed until the frame that shows what it did is on the display."""

    def __init__(self, pilot: Any, codes: list[str], lines: int) -> None:
        from kivy.clock import Clock
        from kivy.core.window import Window

        self._pilot, self._codes, self._lines = pilot, codes, lines
        self._random = Random(1)
        self._done: Any = None
        self._drawn_at = 0.0
        self._frames: list[float] = []
        self._last = time.perf_counter()
        Window.bind(on_flip=self._flipped)
        Clock.schedule_interval(self._ticked, 0)

    def _flipped(self, *_args: object) -> None:
        """The first frame in which what was waited for is done counts, when all of it is drawn."""
        if self._done is not None and self._done():
            from kivy.graphics.opengl import glFinish

            glFinish()
            self._done, self._drawn_at = None, time.perf_counter()

    def _ticked(self, _dt: float) -> None:
        """Once a frame, drawn or not: what lies between two is how long the screen was held up."""
        now = time.perf_counter()
        self._frames.append(now - self._last)
        self._last = now

    def run(self, sales: int) -> Seen:
        """Sell, and say what was seen."""
        self._frames.clear()
        self._last = time.perf_counter()
        begun = _memory_mb()
        taken = [self.sell() for _sale in range(sales)]
        scans = [second for scanned, _tapped in taken for second in scanned]
        taps = [second for _scanned, tapped in taken for second in tapped]
        return Seen(scans, taps, self._frames, begun, _memory_mb())

    def sell(self) -> tuple[list[float], list[float]]:
        """One sale, paid in cash by two taps; how long each scan and each tap took."""
        till, scans = self._pilot.app.till, []
        for count in range(1, self._lines + 1):
            scan = partial(self._pilot.type, self._random.choice(self._codes) + "\n")
            scans.append(self._until_drawn(scan, partial(self._has, count)))
        ids = self._pilot.app.stage.screen.ids
        cash = self._until_drawn(lambda: self._touch(ids.cash), lambda: till.desk.mode == "tender")
        quick = self._pilot.app.stage.screen._panels["tender"].ids.quick
        exact = self._until_drawn(lambda: self._touch(quick.children[-1]), lambda: till.desk.finished is not None)
        return scans, [cash, exact]

    def _has(self, count: int) -> bool:
        transaction = self._pilot.app.till.view.transaction
        return transaction is not None and len(transaction.lines) == count

    def _touch(self, widget: Any) -> None:
        """A finger, down and up."""
        from kivy.base import EventLoop
        from tests.ui.pilot import Touch

        touch = Touch(*widget.to_window(*widget.center))
        EventLoop.post_dispatch_input("begin", touch)
        EventLoop.post_dispatch_input("end", touch)

    def _until_drawn(self, act: Callable[[], None], done: Callable[[], bool]) -> float:
        """Seconds from ``act`` until a frame was drawn in which it is done."""
        self._done = done
        begun = time.perf_counter()
        act()
        self._pilot.until(lambda: self._done is None, 60)
        return self._drawn_at - begun


def _memory_mb() -> float:
    """What the process holds in memory now."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / KIBI


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
