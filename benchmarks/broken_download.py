"""100,000 products as batches, the download broken off again and again: how many bytes come twice."""

from __future__ import annotations

from pathlib import Path
from random import Random

import httpx

from benchmarks.catalogue import MANY, download, products_entry, shop_with_catalogue
from benchmarks.figures import Figure
from kassa.errors import NoAnswer
from kassa.packages.verifying import verify_file
from kassa.register import Register

TITLE = "A download that is broken off"
BREAKS = 20
LONGEST_CHUNKS = 6
BATCH_KB = 110.0
"""A batch of 2,000 rows, packed."""


def measure(folder: Path) -> list[Figure]:
    """Broken off after one to six chunks, twenty times; then to its end, where its digest is right."""
    with shop_with_catalogue(folder) as shop, shop.open_register() as register:
        download(register)
        entry = products_entry(register)
        responses: list[httpx.Response] = []
        register.downloads.on_response = responses.append
        file = folder / "package.zst"
        broken = _break_off(register, entry.package_id, file, entry.size)
        register.fetch_package(entry.package_id, file, entry.size)
        verify_file(file, entry)
        came = sum(response.num_bytes_downloaded for response in responses)
    return [
        Figure(f"{MANY:,} products, packed", entry.size / 1000, "kB"),
        Figure("broken off", broken, "times"),
        Figure("came twice", (came - entry.size) / 1000, "kB", BATCH_KB, "one batch"),
    ]


def _break_off(register: Register, package_id: str, file: Path, size: int) -> int:
    random = Random(5)
    whole = register.downloads.may_go_on
    done = 0
    for _break in range(BREAKS):
        register.downloads.may_go_on = iter([True] * random.randint(0, LONGEST_CHUNKS - 1) + [False]).__next__
        try:
            register.fetch_package(package_id, file, size)
            break
        except NoAnswer:
            done += 1
    register.downloads.may_go_on = whole
    return done
