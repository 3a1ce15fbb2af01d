"""A scan offline, with 100,000 items in the offline database: from the register's door to the line in its journal.

Beside it, for each scan, what cannot be left out: the indexed look-up by bare SQLite on the same file, and a durable
commit of the same bytes.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import NamedTuple

import msgspec

from benchmarks.bare import BareSqlite
from benchmarks.figures import Figure, median, milliseconds, percentile
from benchmarks.tills import disconnect, fill_up, shop_with_register, timed
from kassa.register import Register

TITLE = "Scan to line, offline, 100,000 items"
RUNS = 5
SALES = 50
LINES = 10
WARM_UP = 5
LIMIT_S = 0.005
TIMES = 3.0


class Run(NamedTuple):
    """Seconds: of each scan, and of the bare look-up and commit beside it."""

    scans: list[float]
    bare: list[float]


def measure(folder: Path) -> list[Figure]:
    """Five runs of fifty sales of ten random items each; the middle one of the runs' figures counts, as a disk has its
    bad moments."""
    with shop_with_register(folder) as (_shop, register):
        codes = fill_up(register)
        disconnect(register)
        path = register.offline_database.path
        assert path is not None
        bare = BareSqlite(folder, path)
        random = Random(1)
        for _sale in range(WARM_UP):
            _sell(register, bare, codes, random)
        runs = [_run(register, bare, codes, random) for _number in range(RUNS)]
        bare.close()
    basis = "bare look-up + bare commit of the same bytes"
    scan_p99 = median([percentile(run.scans, 0.99) for run in runs])
    in_the_middle = median([median(run.scans) / median(run.bare) for run in runs])
    at_p99 = median([percentile(run.scans, 0.99) / percentile(run.bare, 0.99) for run in runs])
    return [
        milliseconds("bare look-up + commit (median)", median([median(run.bare) for run in runs])),
        milliseconds("bare look-up + commit (p99)", median([percentile(run.bare, 0.99) for run in runs])),
        milliseconds("a scan (median)", median([median(run.scans) for run in runs])),
        milliseconds("a scan (p99)", scan_p99, LIMIT_S, "5 ms"),
        Figure("a scan, p99 compared", at_p99, "×", TIMES, basis),
        Figure("a scan, medians compared", in_the_middle, "×", None, basis),
    ]


def _run(register: Register, bare: BareSqlite, codes: list[str], random: Random) -> Run:
    run = Run([], [])
    for _number in range(SALES):
        sale = _sell(register, bare, codes, random)
        run.scans.extend(sale.scans)
        run.bare.extend(sale.bare)
    return run


def _sell(register: Register, bare: BareSqlite, codes: list[str], random: Random) -> Run:
    sale = Run([], [])
    for _line in range(LINES):
        code = random.choice(codes)
        sale.scans.append(timed(lambda code=code: register.run(100, code=code)))  # type: ignore[misc]
        sale.bare.append(bare.look_up(code) + bare.replace(msgspec.json.encode(register.transaction)))
    register.run(200)
    return sale
