"""Making packages costs what has changed, not what there is: a run of the jobs after 1,000 changed prices, in
catalogues of ten thousand, a hundred thousand and a million products.

A run makes the delta from the last one, and a merged one from the last snapshot, which grows with every run until it
is worth a new snapshot; in a small catalogue that comes soon. So what is compared is the time for a thousand rows of
what a run has made.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from random import Random
from typing import NamedTuple

from benchmarks.catalogue import QUIET, change_prices, fill_channel
from benchmarks.figures import Figure, median, milliseconds
from benchmarks.tills import timed
from kassa.testing.shop import Shop

TITLE = "Building a delta of 1,000 prices"
CATALOGUES = (10_000, 100_000, 1_000_000)
RUNS = 5
CHANGED = 1000
TIMES = 2.0


class Took(NamedTuple):
    """A run: seconds in all, and for a thousand rows of its packages."""

    seconds: float
    for_thousand: float


def measure(folder: Path) -> list[Figure]:
    """Five runs for each catalogue, after the snapshots and one run that does not count."""
    took = {count: _catalogue(folder / str(count), count) for count in CATALOGUES}
    smallest = took[CATALOGUES[0]].for_thousand
    figures = [milliseconds(f"{count:,} products: a run (median)", one.seconds) for count, one in took.items()]
    figures += [
        milliseconds(f"{count:,} products: a thousand rows (median)", one.for_thousand) for count, one in took.items()
    ]
    compared = [
        Figure(f"{count:,} products compared", one.for_thousand / smallest, "×", TIMES, f"{CATALOGUES[0]:,} products")
        for count, one in took.items()
        if count != CATALOGUES[0]
    ]
    return [*figures, *compared]


def _catalogue(folder: Path, count: int) -> Took:
    folder.mkdir()
    random = Random(4)
    with Shop(folder, profile=QUIET) as shop:
        fill_channel(shop, count)
        shop.server.distribute()
        runs = [_run(shop, count, random) for _number in range(RUNS + 1)][1:]
    return Took(median([run.seconds for run in runs]), median([run.for_thousand for run in runs]))


def _run(shop: Shop, count: int, random: Random) -> Took:
    numbers = (f"C{place:07}" for place in random.sample(range(count), CHANGED))
    change_prices(shop, {number: Decimal(random.randrange(100, 90_000)).scaleb(-2) for number in numbers})
    seconds = timed(shop.server.distribute)
    rows = shop.server.query("SELECT rows FROM distribution_run ORDER BY started_at DESC LIMIT 1")[0]["rows"]
    return Took(seconds, seconds / rows * 1000)
