"""Making packages costs what has changed, not what there is: a run of the jobs after 1,000 changed prices, in
catalogues of ten thousand, a hundred thousand and a million products."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from random import Random

from benchmarks.catalogue import QUIET, change_prices, fill_channel
from benchmarks.figures import Figure, median, milliseconds
from benchmarks.tills import timed
from kassa.testing.shop import Shop

TITLE = "Building a delta of 1,000 prices"
CATALOGUES = (10_000, 100_000, 1_000_000)
RUNS = 5
CHANGED = 1000
TIMES = 2.0


def measure(folder: Path) -> list[Figure]:
    """Five runs for each catalogue, after the snapshots and one run that does not count."""
    took = {count: _catalogue(folder / str(count), count) for count in CATALOGUES}
    smallest = took[CATALOGUES[0]]
    figures = [milliseconds(f"{count:,} products (median)", seconds) for count, seconds in took.items()]
    compared = [
        Figure(f"{count:,} products compared", seconds / smallest, "×", TIMES, f"{CATALOGUES[0]:,} products")
        for count, seconds in took.items()
        if count != CATALOGUES[0]
    ]
    return [*figures, *compared]


def _catalogue(folder: Path, count: int) -> float:
    folder.mkdir()
    random = Random(4)
    with Shop(folder, profile=QUIET) as shop:
        fill_channel(shop, count)
        shop.server.distribute()
        return median([_run(shop, count, random) for _number in range(RUNS + 1)][1:])


def _run(shop: Shop, count: int, random: Random) -> float:
    numbers = (f"C{place:07}" for place in random.sample(range(count), CHANGED))
    change_prices(shop, {number: Decimal(random.randrange(100, 90_000)).scaleb(-2) for number in numbers})
    return timed(shop.server.distribute)
