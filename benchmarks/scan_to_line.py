"""A scan offline, with 100,000 items in the offline database: from the register's door to the line in its journal.

Beside it, for each scan, what cannot be left out: the indexed look-up by bare SQLite on the same file, and a durable
commit of the same bytes.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

import msgspec

from benchmarks.bare import BareSqlite
from benchmarks.figures import Figure, median, milliseconds, percentile, ratio
from benchmarks.tills import disconnect, fill_up, shop_with_register, timed

TITLE = "Scan to line, offline, 100,000 items"
SALES = 200
LINES = 10
WARM_UP = 5
LIMIT_S = 0.005
TIMES = 3.0


def measure(folder: Path) -> list[Figure]:
    """Two hundred sales of ten random items."""
    with shop_with_register(folder) as (_shop, register):
        codes = fill_up(register)
        disconnect(register)
        path = register.offline_database.path
        assert path is not None
        bare = BareSqlite(folder, path)
        random = Random(1)
        scans, limits = [], []
        for sale in range(WARM_UP + SALES):
            for _line in range(LINES):
                code = random.choice(codes)
                took = timed(lambda code=code: register.run(100, code=code))  # type: ignore[misc]
                floor = bare.look_up(code) + bare.replace(msgspec.json.encode(register.transaction))
                if sale >= WARM_UP:
                    scans.append(took)
                    limits.append(floor)
            register.run(200)
        bare.close()
    basis = "bare look-up + bare commit of the same bytes"
    return [
        milliseconds("bare look-up + commit (median)", median(limits)),
        milliseconds("bare look-up + commit (p99)", percentile(limits, 0.99)),
        milliseconds("a scan (median)", median(scans)),
        milliseconds("a scan (p99)", percentile(scans, 0.99), LIMIT_S, "5 ms"),
        ratio("a scan, medians compared", median(scans), median(limits), TIMES, basis),
        ratio("a scan, p99 compared", percentile(scans, 0.99), percentile(limits, 0.99), TIMES, basis),
    ]
