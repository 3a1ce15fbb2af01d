"""A plugin's fields of transactions and lines (``declare_fields``): they ride in the sale, so in its bytes, its hash,
the channel database and the export.

::

    TICKET = TransactionField("ticket", "text", on="line")
    line = with_fields(line, "acme_repair", ticket="T1")
    fields_of(line, "acme_repair")  # {"ticket": "T1"}
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, TypeVar

import msgspec
from msgspec.structs import replace

from kassa.model import Line, Transaction

KEPT_AS = "fields"
"""In ``Transaction.extra`` and ``Line.extra``: plugin, point and name to value. Decimals and times are text there."""
LONGEST_NAME = 80
LONGEST_TEXT = 1000
_NAME = re.compile(r"[a-z][a-z0-9_]*")
FieldKind = Literal["text", "integer", "boolean", "decimal", "time"]
_PLAIN: Mapping[FieldKind, type] = {"text": str, "integer": int, "boolean": bool, "decimal": str, "time": str}
Part = TypeVar("Part", Transaction, Line)


class TransactionField(msgspec.Struct, frozen=True, omit_defaults=True):
    """A field.

    :param name: small letters, digits and underscores; its plugin's name is put before it.
    :param kind: ``decimal``: a Decimal, ``time``: an aware datetime. A ``text`` has at most 1000 letters.
    :param on: the whole transaction, or a line of it.
    """

    name: str
    kind: FieldKind
    on: Literal["transaction", "line"] = "transaction"


def wrong_in_field(field: TransactionField, plugin: str) -> str:
    """What is wrong with a declaration, in English for its maker; empty: nothing."""
    where = f"field {field.name!r}"
    if not _NAME.fullmatch(field.name) or len(plugin) + len(field.name) >= LONGEST_NAME:
        return f"{where}: small letters, digits and underscores, at most {LONGEST_NAME} with the plugin's name"
    if field.kind not in _PLAIN:
        return f"{where}: kind {field.kind!r} is none of {', '.join(_PLAIN)}"
    return "" if field.on in ("transaction", "line") else f"{where}: it is on a transaction or a line"


def with_fields(part: Part, plugin: str, **values: str | int | Decimal | datetime | None) -> Part:
    """A transaction or line with these fields of a plugin; None takes one off."""
    fields = dict(part.extra.get(KEPT_AS, {}))
    for name, value in values.items():
        fields.pop(f"{plugin}.{name}", None)
        if value is not None:
            fields[f"{plugin}.{name}"] = msgspec.to_builtins(value)
    extra = {name: value for name, value in part.extra.items() if name != KEPT_AS}
    return replace(part, extra={**extra, KEPT_AS: fields} if fields else extra)


def fields_of(part: Transaction | Line, plugin: str) -> dict[str, str | int]:
    """A plugin's fields by their names, as the sale keeps them: decimals and times as text."""
    found: Mapping[str, Any] = part.extra.get(KEPT_AS, {})
    return {name.partition(".")[2]: value for name, value in found.items() if name.partition(".")[0] == plugin}


def value_text(value: str | int) -> str:
    """A kept value as text, where only text is kept: ``true`` and ``false`` of a boolean."""
    return str(value).lower() if isinstance(value, bool) else str(value)


class DeclaredFields:
    """What the plugins of a register declare.

    :param declared: each with its plugin's name.
    """

    def __init__(self, declared: Iterable[tuple[str, TransactionField]]) -> None:
        self._kinds: dict[tuple[str, str], FieldKind] = {
            (field.on, f"{plugin}.{field.name}"): field.kind for plugin, field in declared
        }

    def check(self, transaction: Transaction) -> None:
        """Look at every field of a transaction.

        :raises TypeError: one is not declared, or its value is of another kind.
        """
        for part, on in _parts(transaction):
            fields = part.extra.get(KEPT_AS)
            if fields is not None:
                self._check(fields, on)

    def _check(self, fields: object, on: str) -> None:
        if not isinstance(fields, dict):
            raise TypeError(f"extra[{KEPT_AS!r}] of a {on} is Kassa's own: use kassa.transaction_fields.with_fields")
        for name, value in fields.items():
            kind = self._kinds.get((on, name))
            if kind is None:
                raise TypeError(f"field {name!r} of a {on} is declared by no plugin")
            if type(value) is not _PLAIN[kind] or not _reads(kind, value):
                raise TypeError(f"field {name!r} of a {on} is {value!r}, and no {kind}")


def _parts(transaction: Transaction) -> Iterator[tuple[Transaction | Line, str]]:
    if transaction.extra:
        yield transaction, "transaction"
    for line in transaction.lines:
        if line.extra:
            yield line, "line"


def _reads(kind: FieldKind, value: Any) -> bool:
    if kind == "text":
        return len(value) <= LONGEST_TEXT
    try:
        if kind == "decimal":
            return Decimal(value).is_finite()
        return kind != "time" or datetime.fromisoformat(value).tzinfo is not None
    except (ArithmeticError, ValueError):
        return False
