"""How much memory a register takes while data comes, over what it takes at rest: a whole database, batches, and a delta
of every product, in catalogues of ten thousand and a hundred thousand. Each in a new process; Linux counts."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

from benchmarks.catalogue import PART, change_prices, download, shop_with_catalogue
from benchmarks.figures import Figure
from kassa.testing.shop import Shop

TITLE = "Peak memory while data comes"
CATALOGUES = (10_000, 100_000)
WAYS = {"whole": "a whole database", "batches": "batches", "delta": "a delta of every product"}
LIMIT_MB = 60.0
FLAT_MB = 20.0
"""What ten times as many rows may take more."""


def measure(folder: Path) -> list[Figure]:
    """Once each: memory is no matter of chance."""
    if not Path("/proc/self/clear_refs").exists():
        return []
    took = {count: _catalogue(folder / str(count), count) for count in CATALOGUES}
    small, large = CATALOGUES
    figures = []
    for way, words in WAYS.items():
        figures += [
            Figure(f"{words}, {count:,} products", took[count][way], "MB", LIMIT_MB, "over the idle register")
            for count in CATALOGUES
        ]
        more = took[large][way] - took[small][way]
        figures.append(Figure(f"{words}: what {large:,} take more", more, "MB", FLAT_MB, f"{small:,} products"))
    return figures


def _catalogue(folder: Path, count: int) -> dict[str, float]:
    folder.mkdir()
    with shop_with_catalogue(folder, count) as shop:
        with shop.open_register() as register:
            download(register)
        directory = shop.folder / "R1"
        took = {way: _over_idle(directory, way) for way in ("whole", "batches")}
        _change_all(shop, count)
        return took | {"delta": _over_idle(directory, "delta")}


def _change_all(shop: Shop, count: int) -> None:
    for start in range(0, count, PART):
        part = range(start, min(count, start + PART))
        change_prices(shop, {f"C{place:07}": Decimal(place % 9000 + 1) for place in part})
    shop.server.distribute()


def _over_idle(directory: Path, way: str) -> float:
    command = [sys.executable, "-m", "benchmarks.applying", str(directory), way]
    said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=600).stdout
    idle, peak = map(float, said.split()[-2:])
    return peak - idle
