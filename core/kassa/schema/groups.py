"""Table groups and distribution jobs: what travels together, and under which number (system.md, data packages).

A package holds one table group. No foreign key crosses groups: readers tolerate a missing reference.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Table

from kassa.schema.master import barcode, customer, item, permission_group, staff, tax_code

SCHEMA_REVISION = 1
"""Of the tables in packages. A register waits with packages of a higher one until it is updated."""


@dataclass(frozen=True)
class TableGroup:
    """Tables that travel in one package, in the order in which they are written.

    :param per_store: rows differ between stores, so packages are made for each store.
    """

    name: str
    tables: tuple[Table, ...]
    per_store: bool = False


TABLE_GROUPS: tuple[TableGroup, ...] = (
    TableGroup("customers", (customer,)),
    TableGroup("products", (item, barcode)),
    TableGroup("staff", (permission_group, staff), per_store=True),
    TableGroup("taxes", (tax_code,)),
)

JOBS: dict[int, tuple[str, ...]] = {
    1010: ("customers",),
    1020: (),
    1040: ("products",),
    1060: ("staff",),
    1070: (),
    1080: ("taxes",),
    1090: (),
    9999: tuple(group.name for group in TABLE_GROUPS),
}
"""Distribution jobs by number, with the table groups that each sends. The register's record (channel configuration,
tenders, the register itself) is fetched by the register over its own channel and needs no package."""


def group_of(name: str) -> TableGroup:
    """The table group of that name.

    :raises LookupError: there is none.
    """
    for group in TABLE_GROUPS:
        if group.name == name:
            return group
    raise LookupError(f"no table group {name!r}")
