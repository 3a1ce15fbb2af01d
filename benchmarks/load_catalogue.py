"""100,000 products into a register without data, over HTTP on loopback with everything on: list and signature, digest,
checksums, checkpoint. As a whole database that is swapped in, and as batches into empty tables.

Beside it, in the same round: bare ``executemany`` of the same rows, decoded already, into the same tables.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.bare_rows import empty_database, rows_of, upsert_all
from benchmarks.catalogue import MANY, database_file, download, shop_with_catalogue
from benchmarks.figures import Figure, median, milliseconds
from benchmarks.tills import timed
from kassa.packages.listing import ALL_GROUPS
from kassa.register import Register
from kassa_sync.orders import RELOADS

TITLE = "A: 100,000 products into a register"
RUNS = 5
SWAPPED_TIMES = 0.4
BATCHES_TIMES = 1.6
BATCHES_MB = 5.5
BASIS = "bare executemany of the decoded rows"


def measure(folder: Path) -> list[Figure]:
    """Five rounds of the three, after one that does not count; the middle one of each round's ratios counts."""
    with shop_with_catalogue(folder, direct=True) as shop, shop.open_register() as register:
        swapped(register)
        rows = rows_of(database_file(register))
        as_batches(register)
        limits, swaps, batches = [], [], []
        for _run in range(RUNS):
            limits.append(upsert_all(empty_database(folder / "bare.db"), rows))
            swaps.append(swapped(register))
            batches.append(as_batches(register))
        sizes = {row["rendering"]: row["size"] for row in shop.server.query(_SIZES)}
    products = f"{MANY:,} items and barcodes"
    return [
        milliseconds(f"{products}: bare executemany (median)", median(limits)),
        milliseconds("swapped in as a whole database (median)", median(swaps)),
        milliseconds("as batches (median)", median(batches)),
        Figure("swapped in", median(_shares(swaps, limits)), "×", SWAPPED_TIMES, BASIS),
        Figure("as batches", median(_shares(batches, limits)), "×", BATCHES_TIMES, BASIS),
        Figure("on the wire, as batches", sizes["batches"] / 1e6, "MB", BATCHES_MB, "5.5 MB"),
        Figure("on the wire, whole database", sizes["sqlite"] / 1e6, "MB"),
    ]


_SIZES = (
    "SELECT rendering, max(size) AS size FROM package WHERE kind = 'snapshot' AND retired_at IS NULL GROUP BY rendering"
)


def swapped(register: Register) -> float:
    """Seconds until a register has a whole database beside the one it sells from, as when headquarters orders it."""
    register.keep_setting(*RELOADS, ALL_GROUPS)
    return timed(lambda: download(register))


def as_batches(register: Register) -> float:
    """The same where the database takes no files: every table group in batches, into a new copy."""
    register.keep_setting(*RELOADS, ALL_GROUPS)
    setattr(register.offline_database, "takes_files", False)  # noqa: B010 (as an engine's own class says)
    try:
        return timed(lambda: download(register))
    finally:
        setattr(register.offline_database, "takes_files", True)  # noqa: B010


def _shares(measured: list[float], limits: list[float]) -> list[float]:
    return [one / limit for one, limit in zip(measured, limits, strict=True)]
