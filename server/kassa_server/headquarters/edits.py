"""Two people at one record: whoever saves second is told first what the other has changed.

A form carries a *stamp*: the row version that was the last when it was shown, and a digest of what it showed. When it
comes back and the record is as it was then, it is taken. Otherwise the record stays as the other has left it, and the
answer says who changed what since that version.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from kassa.errors import NotAllowed
from kassa.text import Text, literal, texts
from kassa_server.headquarters.change_list import ChangeEntry, as_entry
from kassa_server.headquarters.record_words import COLUMNS
from kassa_server.headquarters.rows import current_version
from kassa_server.schema import audit, change_log

_, n_ = texts("kassa_server")

_MOST_TOLD = 10
_MOST_READ = 200
_NUMBER = re.compile(r"-?\d+\.\d+", re.ASCII)
_NOTHING = literal("–")


class ChangedMeanwhile(NotAllowed):
    """Somebody else has changed what the form shows since it was shown."""

    code = "changed_meanwhile"


@dataclass(frozen=True)
class Audited:
    """Events of the audit trail: of these kinds, with that value among what they tell."""

    kinds: tuple[str, ...]
    name: str
    value: str | int


Rows = Sequence[tuple[str, str]]
"""The rows that a form is about: table and key, as the log of changes has them. ``*`` in a key stands for anything."""


def stamp_of(connection: Connection, shown: Any) -> str:
    """The stamp of a form that shows these values."""
    return f"{current_version(connection)}.{_digest(shown)}"


def check_stamp(
    connection: Connection, stamp: str, now_there: Any, rows: Rows = (), *, audited: Audited | None = None
) -> None:
    """Whether the record is still as the form had shown it. Called in the transaction that is about to write; a form
    without a stamp is not checked.

    :param now_there: the values that a form would show now.
    :param audited: for what is in no log of changes: which events of the audit trail tell of it.
    :raises ChangedMeanwhile: it is not; with who changed what.
    """
    version, _point, digest = stamp.partition(".")
    if not stamp or digest == _digest(now_there):
        return
    since = int(version) if version.isascii() and version.isdigit() and len(version) < 19 else 0
    told = _join(_changes(connection, rows, since)) if audited is None else _by_whom(connection, audited)
    what = _("Somebody else has changed this meanwhile.") if told is None else told
    raise ChangedMeanwhile(
        _("Not saved. {changes}", changes=what),
        kept=_("The record is as the other has left it; what you typed is in the form."),
        hint=_("Look at it, and save again to put what you typed in the place of theirs."),
    )


def _changes(connection: Connection, rows: Rows, since: int) -> list[Text]:
    log = change_log.c
    found: list[ChangeEntry] = []
    for table_name, key in rows:
        wanted = select(change_log).where(log.table_name == table_name, log.version > since)
        begin, star, end = key.partition("*")
        if not star:
            wanted = wanted.where(log.row_key == key)
        rows_there = connection.execute(wanted.order_by(log.version)).all()
        found += [as_entry(row) for row in rows_there if row.row_key.startswith(begin) and row.row_key.endswith(end)]
    found.sort(key=lambda one: one.version)
    return [text for one in found for text in _words(one)]


def _by_whom(connection: Connection, audited: Audited) -> Text | None:
    """Who did the latest of these."""
    told = select(audit.c.detail).where(audit.c.kind.in_(audited.kinds)).order_by(audit.c.at.desc()).limit(_MOST_READ)
    for document in connection.execute(told).scalars():
        detail = msgspec.json.decode(document)
        if detail.get(audited.name) == audited.value and detail.get("by"):
            return _("{author} has changed this meanwhile.", author=literal(str(detail["by"])))
    return None


def _words(one: ChangeEntry) -> list[Text]:
    author = literal(one.author or "Kassa")
    if one.action == "delete":
        return [_("{author} has deleted {key}.", author=author, key=literal(one.row_key))]
    if one.action == "insert":
        return [_("{author} has added {key}.", author=author, key=literal(one.row_key))]
    return [
        _(
            "{author} has changed {column} from {before} to {after}.",
            author=author, column=COLUMNS.get(name, literal(name)),
            before=_value(before), after=_value(after),
        )
        for name, before, after in one.values
    ]  # fmt: skip


def _value(told: str | None) -> Text:
    """A value of the log, numbers without the decimals that they do not need."""
    if told is None:
        return _NOTHING
    return literal(f"{Decimal(told).normalize():f}" if _NUMBER.fullmatch(told) else told)


def _join(told: list[Text]) -> Text | None:
    joined: Text | None = None
    for text in told[:_MOST_TOLD]:
        joined = text if joined is None else _("{one} {two}", one=joined, two=text)
    return joined


def _digest(values: Any) -> str:
    return hashlib.sha256(msgspec.json.encode(values)).hexdigest()[:32]
