"""Table groups and distribution jobs: what travels together, and under which number (system.md, data packages).

A package holds one table group. No foreign key crosses groups: readers tolerate a missing reference. Here stand the
groups of offline databases; those of channel databases, with more tables, are the store server's to know
(``kassa_server.schema.groups``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Table

from kassa.schema.master import (
    barcode,
    barcode_mask,
    coupon,
    customer,
    discount,
    discount_product,
    exchange_rate,
    former_customer_number,
    item,
    permission_group,
    price,
    reason_code,
    staff,
    tax_code,
    unit_of_measure,
)

SCHEMA_REVISION = 1
"""Of the tables in packages. A register waits with packages of a higher one until it is updated."""

Audience = Literal["offline", "channel"]


@dataclass(frozen=True)
class TableGroup:
    """Tables that travel in one package, in the order in which they are written.

    :param per_store: rows differ between stores, so packages are made for each store (for a channel database: for its
        channel database group).
    :param audience: ``offline``: the same tables and columns for offline and channel databases; ``channel``: for
        channel databases alone.
    """

    name: str
    tables: tuple[Table, ...]
    per_store: bool = False
    audience: Audience = "offline"


TABLE_GROUPS: tuple[TableGroup, ...] = (
    TableGroup("customers", (customer, former_customer_number)),
    TableGroup("prices", (price, discount, discount_product, coupon), per_store=True),
    TableGroup("products", (unit_of_measure, item, barcode, barcode_mask, reason_code)),
    TableGroup("staff", (permission_group, staff), per_store=True),
    TableGroup("taxes", (tax_code, exchange_rate)),
)
"""What offline databases hold."""

JOBS: dict[int, tuple[str, ...]] = {
    1010: ("customers", "accounts"),
    1020: ("prices",),
    1040: ("products", "inventory"),
    1060: ("staff",),
    1070: ("channel",),
    1080: ("taxes", "tenders"),
    1090: ("registers",),
    1100: (),
    9999: (
        "customers",
        "accounts",
        "prices",
        "products",
        "inventory",
        "staff",
        "channel",
        "taxes",
        "tenders",
        "registers",
    ),
}
"""Distribution jobs by number, with the names of the table groups that each sends. Channel configuration, tenders and
registers go to channel databases alone: a register fetches its own record over its own channel. The table groups of
plugins (:data:`PLUGIN_JOBS`) have their plugins' names."""
PLUGIN_JOBS = frozenset({1100, 9999})
"""Jobs that send what plugins' tables hold."""


def group_of(name: str, groups: Iterable[TableGroup] = TABLE_GROUPS) -> TableGroup:
    """The table group of that name.

    :raises LookupError: there is none.
    """
    for group in groups:
        if group.name == name:
            return group
    raise LookupError(f"no table group {name!r}")
