"""What a package says of itself (format version 1).

A package is a zstd stream of JSON lines: first the :class:`Manifest`, then one :class:`Batch` a line, at most
:data:`LARGEST_BATCH` rows each. It holds one table group and is immutable: its size and SHA-256 stand in the signed
list (:mod:`kassa.packages.listing`).

Values travel as they stand in the database (scaled integers for prices, quantities and rates; booleans as JSON
booleans; times as ISO 8601 text in UTC), column by column, so that the same column's values lie together.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

FORMAT = 1
LARGEST_BATCH = 2000
"""Rows in one batch: they bound memory, not commits. A package is applied in one transaction."""

ColumnType = Literal["text", "integer", "boolean", "bytes", "time"]


class PackagedColumn(msgspec.Struct, frozen=True, array_like=True):
    """A column as the package has it. ``integer`` covers scaled values too."""

    name: str
    type: ColumnType
    nullable: bool = False


class PackagedTable(msgspec.Struct, frozen=True):
    """A table of the package's group: its key columns, and all the columns that its batches may carry."""

    name: str
    key: tuple[str, ...]
    columns: tuple[PackagedColumn, ...]
    rows: int = 0
    """How many rows its batches carry in all, deletes included."""


class Manifest(msgspec.Struct, frozen=True):
    """The first line of a package.

    A **snapshot** holds all rows in scope at ``to_version``: whatever else the tables hold goes. A **delta** brings a
    database that stands anywhere between ``from_version`` and ``to_version`` to ``to_version``: its batches carry the
    state at the end, so applying it from later than ``from_version`` is right too.

    :param scope: the store whose rows it holds beside the global ones; empty: global rows only.
    :param audience: ``channel`` packages carry *channel only* columns; ``offline`` ones never do.
    """

    format: int
    package_id: str
    kind: Literal["snapshot", "delta"]
    table_group: str
    scope: str
    audience: Literal["channel", "offline"]
    from_version: int
    to_version: int
    schema_revision: int
    made_at: str
    tables: tuple[PackagedTable, ...]


class Batch(msgspec.Struct, frozen=True):
    """One line after the manifest: rows of one table, by columns.

    ``upsert`` carries key and every column it sets (a new row: all of them); ``update`` the key and only what has
    changed, of rows that are there; ``delete`` the key alone. ``checksum`` is the CRC-32 of the JSON of ``values``.
    """

    table: str
    action: Literal["upsert", "update", "delete"]
    columns: tuple[str, ...]
    values: tuple[tuple[Any, ...], ...]
    checksum: int
