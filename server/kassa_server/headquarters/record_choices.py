"""What a record's form offers to choose from: a few words, or the keys of another table while they are not many."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Table, select

from kassa.schema.master import customer, item, unit_of_measure
from kassa.text import Text, literal, texts
from kassa_server.headquarters.record_tables import RecordTable
from kassa_server.headquarters.record_words import CHOICES
from kassa_server.headquarters.records import MUST_EXIST
from kassa_server.schema import store

_, n_ = texts("kassa_server")
MOST = 200
"""More are typed, not chosen."""
_TYPED = (item, customer)
"""Tables whose keys are typed, however few there are: they are scanned, or read from a list."""


@dataclass(frozen=True)
class Choice:
    """Something to choose. ``words``: as people call it."""

    value: str
    words: Text


def choices_for(connection: Connection, record: RecordTable) -> dict[str, list[Choice]]:
    """For each column what there is to choose; columns that are typed are not in it."""
    found = {
        column: [Choice(value, words) for value, words in known.items()]
        for (table, column), known in CHOICES.items()
        if table == record.name
    }
    for column, target, key in MUST_EXIST.get(record.name, ()):
        keys = [] if target in _TYPED else _keys(connection, target, key)
        if 0 < len(keys) <= MOST:
            found[column] = [*_every(record, column, target), *keys]
    return found


def suggestions_for(connection: Connection, record: RecordTable) -> dict[str, list[Choice]]:
    """For each column what it mostly holds, beside which anything may be typed."""
    return {"unit": _keys(connection, unit_of_measure, "unit")} if record.name == item.name else {}


def _every(record: RecordTable, column: str, target: Table) -> list[Choice]:
    empty = next(one for one in record.columns if one.name == column).may_be_empty
    if not empty:
        return []
    return [Choice("", _("Every store") if target is store and record.name != "store" else literal("–"))]


def _keys(connection: Connection, target: Table, key: str) -> list[Choice]:
    name = target.c.get("name")
    wanted = select(target.c[key], target.c[key] if name is None else name).order_by(target.c[key]).limit(MOST + 1)
    return [
        Choice(value, literal(value if words == value else f"{words} ({value})"))
        for value, words in connection.execute(wanted)
    ]
