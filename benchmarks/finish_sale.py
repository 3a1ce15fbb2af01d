"""Finishing a sale: the last payment, until receipt number and chained entry are on the disk.

Beside it, for each sale, one durable commit of the same entry's bytes by bare SQLite.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.bare import BareSqlite
from benchmarks.figures import Figure, median, milliseconds, percentile, ratio
from benchmarks.tills import disconnect, shop_with_register, timed
from kassa.testing.shop import Shop

TITLE = "Finishing a sale durably"
SALES = 300
WARM_UP = 10
NUMBERS = ("1001", "1002", "1005", "1007", "1010")
TIMES = 2.0


def measure(folder: Path) -> list[Figure]:
    """Three hundred sales of five lines, paid in cash, exactly what is due."""
    with shop_with_register(folder) as (_shop, register):
        disconnect(register)
        bare = BareSqlite(folder)
        finishes, limits, size = [], [], 0
        for sale in range(WARM_UP + SALES):
            for number in NUMBERS:
                register.run(100, code=Shop.barcode(number))
            took = timed(lambda: register.run(200))
            (entry,) = register.journal.entries(after=register.journal.series.sequence - 1)
            floor, size = bare.append(entry.data), len(entry.data)
            if sale >= WARM_UP:
                finishes.append(took)
                limits.append(floor)
        bare.close()
    basis = "one bare commit of the same bytes"
    return [
        milliseconds(f"bare commit of {size:,} bytes (median)", median(limits)),
        milliseconds("bare commit (p99)", percentile(limits, 0.99)),
        milliseconds("pay cash and finish (median)", median(finishes)),
        milliseconds("pay cash and finish (p99)", percentile(finishes, 0.99)),
        ratio("pay cash and finish, medians compared", median(finishes), median(limits), TIMES, basis),
    ]
