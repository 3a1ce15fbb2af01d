"""1,000 changed prices among 100,000 products, from the signed list to the offline database, over HTTP on loopback.

Beside it, in the same round: 1,000 whole rows by bare ``executemany`` into a table of twelve columns with a key and two
unique indexes (:mod:`benchmarks.wide_table`), which is what a catalogue costs that is sent whole; and into our own
``item`` table, whose indexed columns a price does not touch.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from random import Random
from shutil import copy
from typing import NamedTuple

from benchmarks.bare_rows import rows_of, upsert_all
from benchmarks.catalogue import MANY, change_prices, database_file, download, shop_with_catalogue, take_delta
from benchmarks.figures import Figure, median, milliseconds
from benchmarks.tills import timed
from benchmarks.wide_table import WideTable
from kassa.register import Register
from kassa.testing.shop import Shop

TITLE = "B: 1,000 changed prices to a register"
RUNS = 11
CHANGED = 1000
TIMES = 0.6
LARGEST_KB = 12.0


class Run(NamedTuple):
    """Seconds; ``size`` in bytes."""

    wide: float
    own: float
    delta: float
    round: float
    size: int


def measure(folder: Path) -> list[Figure]:
    """Eleven rounds, each with other products, after one that does not count."""
    random = Random(2)
    wide = WideTable(folder / "wide.db", MANY)
    with shop_with_catalogue(folder, direct=True) as shop, shop.open_register() as register:
        download(register)
        path = database_file(register)
        bare = Path(copy(path, folder / "bare.db"))
        items = {row[0]: row for row in rows_of(path)["item"]}
        runs = [_run(shop, register, wide, (bare, items), random) for _number in range(RUNS + 1)][1:]
    wide.close()
    return [
        milliseconds("1,000 whole rows of 12 columns, 3 indexes: bare executemany (median)", _median(runs, "wide")),
        milliseconds("1,000 whole rows of our item table: bare executemany (median)", _median(runs, "own")),
        milliseconds("list, package, checked, applied (median)", _median(runs, "delta")),
        milliseconds("a whole round: record, store's own rows and report too (median)", _median(runs, "round")),
        Figure(
            "list, package, checked, applied",
            median([run.delta / run.wide for run in runs]),
            "×",
            TIMES,
            "bare executemany, 12 columns and 3 indexes",
        ),
        Figure("the same", median([run.delta / run.own for run in runs]), "×", None, "bare executemany, our own table"),
        Figure("on the wire (largest)", max(run.size for run in runs) / 1000, "kB", LARGEST_KB, "12 kB"),
    ]


def _median(runs: list[Run], name: str) -> float:
    return median([getattr(run, name) for run in runs])


def _run(
    shop: Shop, register: Register, wide: WideTable, own: tuple[Path, dict[str, tuple[object, ...]]], random: Random
) -> Run:
    bare, items = own
    _change(shop, random)
    whole_round = timed(lambda: download(register))
    places = _change(shop, random)
    return Run(
        wide.change(places, random.randrange(10**6)),
        upsert_all(bare, {"item": [items[f"C{place:07}"] for place in places]}),
        timed(lambda: take_delta(register)),
        whole_round,
        shop.server.query(_SIZE)[0]["size"],
    )


def _change(shop: Shop, random: Random) -> list[int]:
    places = sorted(random.sample(range(MANY), CHANGED))
    changed = {f"C{place:07}": Decimal(random.randrange(100, 90_000)).scaleb(-2) for place in places}
    change_prices(shop, changed)
    shop.server.distribute()
    return places


_SIZE = (
    "SELECT size FROM package WHERE kind = 'delta' AND table_group = 'products' ORDER BY to_version DESC, size LIMIT 1"
)
