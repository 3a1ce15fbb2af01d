"""The window at work: a scan until its line is drawn, a tap until its answer is, and the longest frame, on a real
register that is offline, with 100,000 items. What the process takes in memory, and what the sales add to it."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from benchmarks.figures import Figure, milliseconds, percentile
from benchmarks.tills import disconnect, fill_up, shop_with_register

TITLE = "The window, offline, 100,000 items"
SALES = 20
LINES = 8
WARM_UP = 5
SCAN_LIMIT_S, TAP_LIMIT_S, FRAME_LIMIT_S = 0.060, 0.100, 0.250
MEMORY_LIMIT_MB, GROWTH_LIMIT_MB = 300.0, 20.0
KIBI = 1024


class Seen(msgspec.Struct):
    """What the process that drew has measured, in seconds and MB."""

    scans: list[float]
    taps: list[float]
    frames: list[float]
    begun_mb: float
    ended_mb: float


def measure(folder: Path) -> list[Figure]:
    """One run in a process of its own: the window is never opened in this one."""
    said = subprocess.run(
        [sys.executable, "-m", "benchmarks.screen_answers", str(folder)],
        stdout=subprocess.PIPE, text=True, check=True, timeout=1800,
    ).stdout  # fmt: skip
    seen = msgspec.json.decode(said.splitlines()[-1], type=Seen)
    return [
        milliseconds("scan to drawn line (median)", percentile(seen.scans, 0.5)),
        milliseconds("scan to drawn line (p99)", percentile(seen.scans, 0.99), SCAN_LIMIT_S, "60 ms"),
        milliseconds("tap to drawn answer (median)", percentile(seen.taps, 0.5)),
        milliseconds("tap to drawn answer (p99)", percentile(seen.taps, 0.99), TAP_LIMIT_S, "100 ms"),
        milliseconds("the longest frame", max(seen.frames), FRAME_LIMIT_S, "250 ms"),
        Figure("memory of the register and its window", seen.ended_mb, "MB", MEMORY_LIMIT_MB, "300 MB"),
        Figure(f"what {SALES} sales added", seen.ended_mb - seen.begun_mb, "MB", GROWTH_LIMIT_MB, "flat"),
    ]


def main(folder: Path) -> None:
    """Sell, in the window, and say what was seen."""
    from kassa_ui import start

    start.prepare(folder / "window")
    from tests.ui.pilot import Pilot

    with shop_with_register(folder) as (_shop, register):
        codes = fill_up(register)
        disconnect(register)
        pilot = Pilot()
        pilot.start()
        pilot.attach(register)
        seen = _Selling(pilot, codes).run()
        pilot.app.detach()
        pilot.stop()
    print(msgspec.json.encode(seen).decode())


class _Selling:
    """Scans and taps, each timed until the frame that shows it has been drawn."""

    def __init__(self, pilot: Any, codes: list[str]) -> None:
        from kivy.clock import Clock
        from kivy.core.window import Window

        self._pilot = pilot
        self._codes = codes
        self._random = Random(1)
        self._done: Any = None
        self._drawn_at = 0.0
        self._frames: list[float] = []
        self._last = time.perf_counter()
        Window.bind(on_flip=self._flipped)
        Clock.schedule_interval(self._ticked, 0)

    def _flipped(self, *_args: object) -> None:
        """A frame is on the display: the first in which what was waited for is done counts."""
        if self._done is not None and self._done():
            self._done, self._drawn_at = None, time.perf_counter()

    def _ticked(self, _dt: float) -> None:
        """Once a frame, drawn or not: what lies between two is how long the screen was held up."""
        now = time.perf_counter()
        self._frames.append(now - self._last)
        self._last = now

    def run(self) -> Seen:
        """Sales of several scans each, paid in cash by two taps."""
        for _sale in range(WARM_UP):
            self._sell()
        self._frames.clear()
        begun = _memory_mb()
        taken = [self._sell() for _sale in range(SALES)]
        scans = [second for scanned, _tapped in taken for second in scanned]
        taps = [second for _scanned, tapped in taken for second in tapped]
        return Seen(scans, taps, self._frames, begun, _memory_mb())

    def _sell(self) -> tuple[list[float], list[float]]:
        till = self._pilot.app.till
        scans = []
        for count in range(1, LINES + 1):
            code = self._random.choice(self._codes)
            scans.append(
                self._until_drawn(
                    lambda code=code: self._pilot.type(code + "\n"),
                    lambda count=count: till.view.transaction is not None and len(till.view.transaction.lines) == count,
                )
            )
        exact = self._until_drawn(till_press(till, "press_cash"), lambda: till.desk.mode == "tender")
        paid = self._until_drawn(lambda: _quick(till), lambda: till.desk.finished is not None)
        return scans, [exact, paid]

    def _until_drawn(self, act: Any, done: Any) -> float:
        """Seconds from ``act`` until a frame was drawn in which it is done."""
        self._done = done
        begun = time.perf_counter()
        act()
        self._pilot.until(lambda: self._done is None, 60)
        return self._drawn_at - begun


def till_press(till: Any, name: str) -> Any:
    """A press on a tender button, as its key makes it."""

    def press() -> None:
        getattr(till.desk, name)()
        till.draw()

    return press


def _quick(till: Any) -> None:
    till.desk.press_quick(0)
    till.draw()


def _memory_mb() -> float:
    """What the process holds in memory now."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / KIBI
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIBI


if __name__ == "__main__":
    main(Path(sys.argv[1]))
