"""What a plugin declares its own tables with (``declare_tables``).

A table that is declared is made and changed in the channel database, tracked, packed, held by the offline databases of
the registers that have the plugin, and read and written by its handlers as any other (``context.records``)::

    MEMBERS = PluginTable(
        "acme_club_member",
        key="member_number",
        columns=(
            PluginColumn("member_number", "code", 20),
            PluginColumn("name", "words", 100),
            PluginColumn("points", "integer"),
        ),
    )
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Literal, get_args

import msgspec

ColumnKind = Literal["code", "words", "document", "day", "integer", "boolean", "time", "unit_price", "quantity", "rate"]
KINDS: tuple[str, ...] = get_args(ColumnKind)
TableScope = Literal["chain", "store", "register"]
PLACES: dict[TableScope, tuple[tuple[str, int], ...]] = {
    "chain": (),
    "store": (("store_id", 20),),
    "register": (("store_id", 20), ("register_id", 40)),
}
"""The columns that a scope adds, with their lengths."""
LONGEST_NAME = 40
LONGEST_CODE, LONGEST_KEY, LONGEST_WORDS = 400, 200, 4000
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_TAKEN = frozenset({"row_version", *(name for places in PLACES.values() for name, _length in places)})


class PluginColumn(msgspec.Struct, frozen=True, omit_defaults=True):
    """A column. All but the key may be empty (None), so that a later version can add one.

    :param kind: ``code`` (text compared letter by letter), ``words`` (text for people), ``document`` (text of any
        length), ``day`` (ISO 8601), ``integer``, ``boolean``, ``time`` (an aware datetime), or a Decimal:
        ``unit_price`` and ``rate`` with four decimals, ``quantity`` with three.
    :param length: of ``code`` and ``words``: the most letters.
    :param channel_only: never in an offline database, and in no log: store server and headquarters alone have it.
    """

    name: str
    kind: ColumnKind
    length: int = 0
    channel_only: bool = False


class PluginTable(msgspec.Struct, frozen=True, omit_defaults=True):
    """A table of a plugin.

    :param name: begins with the plugin's name and an underscore.
    :param key: the column that its rows are told apart by: a ``code``.
    :param scope: who gets a row: ``chain``: everybody; ``store``: the store that its ``store_id`` names (empty: every
        store); ``register``: the register that its ``register_id`` names too (empty: all of the store). These columns
        are added, and every row has them.
    """

    name: str
    key: str
    columns: tuple[PluginColumn, ...]
    scope: TableScope = "chain"


def wrong_in(table: PluginTable, plugin: str) -> Iterator[str]:
    """What is wrong with a declaration, in English for its maker."""
    where = f"table {table.name!r}"
    if not table.name.startswith(f"{plugin}_"):
        yield f"{where}: its name does not begin with {plugin}_"
    if not _NAME.fullmatch(table.name) or len(table.name) > LONGEST_NAME:
        yield f"{where}: a name is at most {LONGEST_NAME} small letters, digits and underscores"
    if table.scope not in PLACES:
        yield f"{where}: scope {table.scope!r} is none of {', '.join(PLACES)}"
    names = Counter(column.name for column in table.columns)
    for name, count in names.items():
        if count > 1:
            yield f"{where}: two columns {name!r}"
        if name in _TAKEN:
            yield f"{where}: column {name!r} is Kassa's own"
    keys = [column for column in table.columns if column.name == table.key]
    if not keys or keys[0].kind != "code" or keys[0].channel_only or keys[0].length > LONGEST_KEY:
        yield f"{where}: its key {table.key!r} must be a column of kind code, at most {LONGEST_KEY} long"
    for column in table.columns:
        yield from (f"{where}, column {column.name!r}: {wrong}" for wrong in _wrong_in_column(column))


def _wrong_in_column(column: PluginColumn) -> Iterator[str]:
    longest = {"code": LONGEST_CODE, "words": LONGEST_WORDS}.get(column.kind, 0)
    if not _NAME.fullmatch(column.name) or len(column.name) > LONGEST_NAME:
        yield f"a name is at most {LONGEST_NAME} small letters, digits and underscores"
    if column.kind not in KINDS:
        yield f"kind {column.kind!r} is none of {', '.join(KINDS)}"
    elif longest and not 0 < column.length <= longest:
        yield f"its length must be between 1 and {longest}"
    elif not longest and column.length:
        yield f"a {column.kind} has no length"


def widened(before: PluginTable, now: PluginTable) -> PluginTable:
    """What a database that holds ``before`` must hold so that plugins of both versions work: columns are only added,
    and text only gets longer.

    :raises ValueError: key, scope or the kind of a column is another; says which.
    """
    if (before.key, before.scope) != (now.key, now.scope):
        raise ValueError(f"table {now.name!r} has key {before.key!r} and scope {before.scope!r} already")
    known = {column.name: column for column in before.columns}
    for column in now.columns:
        old = known.get(column.name, column)
        if (old.kind, old.channel_only) != (column.kind, column.channel_only):
            raise ValueError(f"table {now.name!r}: column {column.name!r} is of another kind already ({old.kind})")
        known[column.name] = old if old.length >= column.length else column
    return msgspec.structs.replace(before, columns=tuple(known.values()))
