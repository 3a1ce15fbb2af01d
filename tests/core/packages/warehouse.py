"""Rows as headquarters would hold them, and packages made of their changes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from kassa.packages.manifest import FORMAT, Batch, Manifest
from kassa.packages.tables import packaged_columns, packaged_table
from kassa.packages.writing import PackageFile, make_batches, write_package
from kassa.schema.groups import SCHEMA_REVISION, group_of

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ITEM = ("item_number", "description", "search_text", "unit", "tax_code", "unit_price", "blocked")


def item_row(number: int, price: int, description: str = "Tea") -> tuple[Any, ...]:
    """An item's raw values in the order of :data:`ITEM`; ``price`` in ten thousandths."""
    return (f"{number:05}", description, description.lower(), "pcs", "S", price, False)


def manifest(
    kind: Literal["snapshot", "delta"],
    versions: tuple[int, int],
    batches: Iterable[Batch] = (),
    *,
    group: str = "products",
    scope: str = "",
    **other: Any,
) -> Manifest:
    """A manifest that counts its batches."""
    counted: dict[str, int] = {}
    for batch in batches:
        counted[batch.table] = counted.get(batch.table, 0) + len(batch.values[0])
    tables = tuple(packaged_table(table, counted.get(table.name, 0), "offline") for table in group_of(group).tables)
    known: dict[str, Any] = {
        "format": FORMAT, "package_id": f"{versions[0]:016}{versions[1]:016}", "kind": kind, "table_group": group,
        "scope": scope, "audience": "offline", "from_version": versions[0], "to_version": versions[1],
        "schema_revision": SCHEMA_REVISION, "made_at": NOW.isoformat(), "tables": tables,
    }  # fmt: skip
    return Manifest(**{**known, **other})


def items(rows: Sequence[Sequence[Any]], action: Any = "upsert", columns: Sequence[str] = ITEM) -> list[Batch]:
    """Batches of items."""
    return list(make_batches("item", action, columns, rows))


def packed(told: Manifest, batches: Iterable[Batch]) -> tuple[bytes, PackageFile]:
    """A package's bytes, and what the list would say of them."""
    file = io.BytesIO()
    made = write_package(file, told, batches)
    return file.getvalue(), made


def delta(states: Sequence[Mapping[str, int]], begin: int, end: int) -> tuple[Manifest, list[Batch]]:
    """A delta of items, as headquarters makes it: ``states`` are prices by number at versions 1, 2, 3 and so on.

    It carries whatever was touched on the way, so that it is right from every version between ``begin`` and ``end``.
    """
    on_the_way, after = states[begin - 1 : end], states[end - 1]
    numbers = sorted({number for state in on_the_way for number in state})
    touched = [number for number in numbers if len({state.get(number) for state in on_the_way}) > 1]
    gone = [(number,) for number in touched if number not in after]
    anew = [number for number in touched if number in after and any(number not in state for state in on_the_way)]
    changed = [(number, after[number]) for number in touched if number in after and number not in anew]
    batches: list[Batch] = []
    batches += make_batches("item", "delete", ("item_number",), gone)
    batches += make_batches("item", "update", ("item_number", "unit_price"), changed)
    batches += make_batches("item", "upsert", ITEM, [item_row(int(number), after[number]) for number in anew])
    return manifest("delta", (begin, end), batches), batches


def all_columns(table: Any) -> list[str]:
    """The columns that an offline package of ``table`` carries."""
    return [str(column.name) for column in packaged_columns(table, "offline")]
