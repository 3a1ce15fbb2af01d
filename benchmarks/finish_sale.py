"""Finishing a sale: the last payment, until receipt number and chained entry are on the disk.

Beside it, for each sale, one durable commit of the same entry's bytes by bare SQLite.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from benchmarks.bare import BareSqlite
from benchmarks.figures import Figure, median, milliseconds, percentile
from benchmarks.tills import disconnect, shop_with_register, timed
from kassa.register import Register
from kassa.testing.shop import Shop

TITLE = "Finishing a sale durably"
RUNS = 5
SALES = 60
WARM_UP = 10
NUMBERS = ("1001", "1002", "1005", "1007", "1010")
TIMES = 2.0


class Run(NamedTuple):
    """Seconds: of each end of a sale, and of the bare commit beside it."""

    finishes: list[float]
    bare: list[float]


def measure(folder: Path) -> list[Figure]:
    """Five runs of sixty sales of five lines, paid in cash, exactly what is due; the middle one of the runs counts."""
    with shop_with_register(folder) as (_shop, register):
        disconnect(register)
        bare = BareSqlite(folder)
        _run(register, bare, WARM_UP)
        runs = [_run(register, bare, SALES) for _number in range(RUNS)]
        size = len(_last_entry(register))
        bare.close()
    compared = median([median(run.finishes) / median(run.bare) for run in runs])
    return [
        milliseconds(f"bare commit of {size:,} bytes (median)", median([median(run.bare) for run in runs])),
        milliseconds("bare commit (p99)", median([percentile(run.bare, 0.99) for run in runs])),
        milliseconds("pay cash and finish (median)", median([median(run.finishes) for run in runs])),
        milliseconds("pay cash and finish (p99)", median([percentile(run.finishes, 0.99) for run in runs])),
        Figure("pay cash and finish, medians compared", compared, "×", TIMES, "one bare commit of the same bytes"),
    ]


def _run(register: Register, bare: BareSqlite, sales: int) -> Run:
    run = Run([], [])
    for _sale in range(sales):
        for number in NUMBERS:
            register.run(100, code=Shop.barcode(number))
        run.finishes.append(timed(lambda: register.run(200)))
        run.bare.append(bare.append(_last_entry(register)))
    return run


def _last_entry(register: Register) -> bytes:
    (entry,) = register.journal.entries(after=register.journal.series.sequence - 1)
    return entry.data
