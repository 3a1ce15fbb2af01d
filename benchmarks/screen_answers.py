"""The window at work, on a real register: a scan until its line is drawn, a tap until its answer is, the longest frame,
and memory. Each in a process of its own.

*Busy*: online, while a whole snapshot is applied again and again, and each sale uploads as it ends. *An hour*: as many
scans, taps and payments as an hour of hurry has, one after the other as fast as the machine takes them, offline with
500,000 products.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec

from benchmarks.catalogue import download, shop_with_catalogue
from benchmarks.figures import Figure, milliseconds, percentile
from benchmarks.screen_selling import Seen
from benchmarks.tills import fill_up, shop_with_register

TITLE = "The window at work"
ARRIVING = 100_000
HELD = 500_000
BUSY_SALES, HOUR_SALES = 25, 60
LINES = 10
SCAN_LIMIT_S, TAP_LIMIT_S, FRAME_LIMIT_S = 0.060, 0.100, 0.250
MEMORY_LIMIT_MB, GROWTH_LIMIT_MB = 300.0, 20.0


def measure(folder: Path) -> list[Figure]:
    """One run of each."""
    return [*_busy(folder / "busy"), *_an_hour(folder / "hour")]


def _busy(folder: Path) -> list[Figure]:
    with shop_with_catalogue(folder, ARRIVING, direct=True) as shop:
        with shop.open_register() as register:
            shop.log_on(register)
            shop.with_data(register)
            download(register)
            directory = register.directory
        seen = _sell(directory, "busy", BUSY_SALES)
    what = f"while {ARRIVING:,} products arrive and sales upload"
    return [*_answers(seen, what), milliseconds(f"the longest frame {what}", max(seen.frames))]


def _an_hour(folder: Path) -> list[Figure]:
    with shop_with_register(folder) as (_shop, register):
        fill_up(register, HELD)
        directory = register.directory
        register.close()
        seen = _sell(directory, "hour", HOUR_SALES)
    what = f"in {HOUR_SALES} sales of {LINES} scans"
    return [
        *_answers(seen, what),
        milliseconds(f"the longest frame {what}", max(seen.frames), FRAME_LIMIT_S, "250 ms"),
        Figure(f"memory of the whole register, {HELD:,} products", seen.ended_mb, "MB", MEMORY_LIMIT_MB, "300 MB"),
        Figure("what those sales added", seen.ended_mb - seen.begun_mb, "MB", GROWTH_LIMIT_MB, "flat"),
    ]


def _sell(directory: Path, how: str, sales: int) -> Seen:
    command = [sys.executable, "-m", "benchmarks.screen_selling", str(directory), how, str(sales), str(LINES)]
    said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=600).stdout
    return msgspec.json.decode(said.splitlines()[-1], type=Seen)


def _answers(seen: Seen, what: str) -> list[Figure]:
    return [
        milliseconds(f"scan to drawn line {what} (median)", percentile(seen.scans, 0.5)),
        milliseconds(f"scan to drawn line {what} (p99)", percentile(seen.scans, 0.99), SCAN_LIMIT_S, "60 ms"),
        milliseconds(f"tap to drawn answer {what} (median)", percentile(seen.taps, 0.5)),
        milliseconds(f"tap to drawn answer {what} (p99)", percentile(seen.taps, 0.99), TAP_LIMIT_S, "100 ms"),
    ]
