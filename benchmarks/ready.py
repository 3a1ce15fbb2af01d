"""From starting the process until the first scan can be made: every plugin loaded, journal checked, staff logged on.

Without a window the process is the register alone; with it, the log on screen has been drawn, too. The person's own
time at the screen is not counted: staff id and PIN are there at once.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.figures import Figure, median, milliseconds
from benchmarks.tills import shop_with_register
from kassa.testing.shop import Shop

TITLE = "Ready for the first scan"
ROUNDS = 7
WITHOUT_WINDOW_S = 1.0
WITH_WINDOW_S = 2.5


def measure(folder: Path) -> list[Figure]:
    """Several starts of a process; the median counts."""
    with shop_with_register(folder) as (shop, register):
        directory = register.directory
        register.run(100, code=Shop.barcode("1001"))
        register.run(200)
        shop.delivered(register)
        register.close()
        bare = [_start("-c", "print('ready', flush=True)") for _round in range(ROUNDS)]
        opened = [_start("-m", "benchmarks.started", str(directory), "open") for _round in range(ROUNDS)]
        ready = [_start("-m", "benchmarks.started", str(directory), "log_on") for _round in range(ROUNDS)]
        drawn = _windows(directory)
    figures = [
        milliseconds("Python itself (median)", median(bare)),
        milliseconds("ready for log on, without a window (median)", median(opened)),
        milliseconds("ready for the first scan, without a window (median)", median(ready), WITHOUT_WINDOW_S, "1 s"),
    ]
    if drawn:
        figures.append(
            milliseconds("ready for the first scan, with the window (median)", median(drawn), WITH_WINDOW_S, "2.5 s")
        )
    return figures


def _windows(directory: Path) -> list[float]:
    if importlib.util.find_spec("kivy") is None:
        return []
    return [_start("-m", "benchmarks.started", str(directory), "window") for _round in range(ROUNDS)]


def _start(*arguments: str) -> float:
    """Seconds from starting the process until it says that it is ready."""
    environment = {**os.environ}
    if not environment.get("DISPLAY") and not environment.get("WAYLAND_DISPLAY"):
        environment.setdefault("SDL_VIDEODRIVER", "offscreen")
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    said = process.stdout.readline()
    took = time.perf_counter() - began
    process.stdout.close()
    if process.wait(30) or said.strip() != "ready":
        raise RuntimeError(f"{arguments}: {said!r}, ended with {process.returncode}")
    return took
