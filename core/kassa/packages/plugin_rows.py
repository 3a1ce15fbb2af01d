"""Rows of plugins' tables on their way into a database: what its version of the plugin does not have is left out, and
rows of other registers are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from sqlalchemy import Table

from kassa.packages.manifest import Batch
from kassa.packages.tables import key_names, packaged_columns
from kassa.schema.plugin_tables import OF_REGISTERS


def fitting(batches: Iterable[Batch], tables: Mapping[str, Table], register_id: str | None) -> Iterator[Batch]:
    """``batches`` as a database with these tables takes them.

    :param register_id: the register whose database it is; None: it gets all rows.
    """
    for batch in batches:
        table = tables.get(batch.table)
        if table is None:
            continue
        if register_id is not None and table.info[OF_REGISTERS] and "register_id" in batch.columns:
            yield from _own(_known(batch, table), table, register_id)
        else:
            yield _known(batch, table)


def _known(batch: Batch, table: Table) -> Batch:
    """Without columns that the table does not have."""
    known = {str(column.name) for column in packaged_columns(table, "channel")}
    if known.issuperset(batch.columns):
        return batch
    places = [place for place, name in enumerate(batch.columns) if name in known]
    return msgspec.structs.replace(
        batch, columns=tuple(batch.columns[place] for place in places), values=tuple(batch.values[p] for p in places)
    )


def _own(batch: Batch, table: Table, register_id: str) -> Iterator[Batch]:
    """Its own rows; whatever it had of the others' goes."""
    owners = batch.values[batch.columns.index("register_id")]
    mine = [place for place, owner in enumerate(owners) if owner in ("", register_id)]
    others = [place for place, owner in enumerate(owners) if owner not in ("", register_id)]
    if others:
        keys = key_names(table)
        yield Batch(batch.table, "delete", keys, _rows(batch, keys, others), 0)
    if mine:
        yield msgspec.structs.replace(batch, values=_rows(batch, batch.columns, mine))


def _rows(batch: Batch, columns: tuple[str, ...], places: list[int]) -> tuple[tuple[Any, ...], ...]:
    chosen = [batch.values[batch.columns.index(name)] for name in columns]
    return tuple(tuple(values[place] for place in places) for values in chosen)
