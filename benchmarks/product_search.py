"""Product search (108), first page, offline, 500,000 products: three letters as a cashier types them.

Half are the beginning of a word that products have, half are letters that stand somewhere in one; besides, three
letters that no product has, which are looked for in all of them.
"""

from __future__ import annotations

from functools import partial
from itertools import islice
from pathlib import Path
from random import Random

from sqlalchemy import insert

from benchmarks.catalogue import new_items
from benchmarks.figures import Figure, median, milliseconds, percentile
from benchmarks.tills import disconnect, shop_with_register, timed
from kassa.folding import search_text
from kassa.register import Register
from kassa.schema.master import item

TITLE = "Product search, first page, three letters typed, offline, 500,000 products"
ITEMS = 500_000
PART = 50_000
SEARCHES = 300
LIMIT_S = 0.050


def measure(folder: Path) -> list[Figure]:
    """Three hundred searches after each other, and thirty that find nothing."""
    with shop_with_register(folder) as (_shop, register):
        words = _fill(register)
        disconnect(register)
        typed = _typed(words, Random(3))
        taken = [timed(partial(register.run, 108, words=letters)) for letters in typed]
        nothing = [timed(partial(register.run, 108, words=letters)) for letters in ("qxz", "wqx", "zzq") * 10]
    return [
        milliseconds("three letters (median)", median(taken)),
        milliseconds("three letters (p99)", percentile(taken, 0.99), LIMIT_S, "50 ms"),
        milliseconds("three letters that no product has (median)", median(nothing)),
    ]


def _fill(register: Register) -> list[str]:
    """Put the products into the offline database; the words of some of them."""
    made, words = new_items(ITEMS), list[str]()
    while part := list(islice(made, PART)):
        rows = [
            {"item_number": one.item_number, "description": one.description, "unit": "pcs", "tax_code": one.tax_code,
             "search_text": search_text(one.item_number, one.description, *one.barcodes), "blocked": False,
             "unit_price": one.unit_price, "row_version": 1_000_000}
            for one in part
        ]  # fmt: skip
        with register.offline_database.writing() as connection:
            connection.execute(insert(item), rows)
        words += [word for one in part[:500] for word in one.description.split() if len(word) > 4]
    return words


def _typed(words: list[str], random: Random) -> list[str]:
    typed = []
    for place in range(SEARCHES):
        word = random.choice(words)
        start = 0 if place % 2 else random.randrange(len(word) - 2)
        typed.append(word[start : start + 3])
    return typed
