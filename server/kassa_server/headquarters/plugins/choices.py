"""Which version of which distribution runs where. A choice is never changed: a new one follows, and so there is a
history.

For a register its own choices come first, then those of its groups, of its store, and of all. A choice for some per
cent of the registers is in force on those; on the others the one before it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, insert, select

from kassa.text import Text, literal, texts
from kassa_server.schema import plugin_choice, register, register_group_member, store

_, n_ = texts("kassa_server")
REGISTER, GROUP, STORE, ALL = "register", "group", "store", "all"
LEVELS = (REGISTER, GROUP, STORE, ALL)
WHOLE = 100
OFF, INHERIT = "", "-"
"""Versions of a choice: the plugin does not run there; nothing is chosen there any more, the next level's holds."""


@dataclass(frozen=True)
class Choice:
    """What was chosen.

    :param version: or :data:`OFF`, or :data:`INHERIT`.
    :param settings: by plugin.
    :param percent: of the registers there have it already.
    """

    level: str
    target: str
    distribution: str
    version: str
    settings: Mapping[str, dict[str, Any]]
    required: bool
    percent: int
    choice_id: str = ""
    chosen_at: datetime | None = None
    chosen_by: str = ""

    @property
    def place(self) -> Text:
        """Where, in words."""
        words = {
            REGISTER: _("register {name}", name=literal(self.target)),
            GROUP: _("group {name}", name=literal(self.target)),
            STORE: _("store {name}", name=literal(self.target)),
        }
        return words.get(self.level, _("all registers"))


@dataclass(frozen=True)
class Placed:
    """A register with what choices may be made for it."""

    register_id: str
    name: str
    store_id: str
    groups: frozenset[str]

    def is_at(self, level: str, target: str) -> bool:
        """Whether a choice for a level's target is for this register."""
        own = {REGISTER: {self.register_id}, GROUP: self.groups, STORE: {self.store_id}, ALL: {""}}
        return target in own[level]


def placed_registers(connection: Connection) -> list[Placed]:
    """Every register."""
    groups: dict[str, set[str]] = {}
    for row in connection.execute(select(register_group_member)):
        groups.setdefault(row.register_id, set()).add(row.group_name)
    ordered = select(register.c.register_id, register.c.name, register.c.store_id).order_by(register.c.register_id)
    return [
        Placed(row.register_id, row.name, row.store_id, frozenset(groups.get(row.register_id, ())))
        for row in connection.execute(ordered)
    ]


def history(connection: Connection, distribution: str | None = None) -> list[Choice]:
    """Every choice, the newest first."""
    choice = plugin_choice.c
    statement = select(plugin_choice).order_by(choice.chosen_at.desc(), choice.choice_id.desc())
    if distribution is not None:
        statement = statement.where(choice.distribution == distribution)
    return [
        Choice(
            row.level, row.target, row.distribution, row.version,
            msgspec.json.decode(row.settings, type=dict[str, dict[str, Any]]), row.required, row.percent,
            row.choice_id, row.chosen_at, row.chosen_by,
        )
        for row in connection.execute(statement)
    ]  # fmt: skip


def current(choices: Iterable[Choice]) -> list[Choice]:
    """Of a history the newest at each place."""
    newest: dict[tuple[str, str, str], Choice] = {}
    for one in choices:
        newest.setdefault((one.level, one.target, one.distribution), one)
    return list(newest.values())


def in_force(one: Placed, registers: Sequence[Placed], choices: Sequence[Choice]) -> dict[str, Choice]:
    """What a register runs, by distribution.

    :param choices: the history, the newest first.
    """
    found: dict[str, Choice] = {}
    decided: set[tuple[str, str, str]] = set()
    for level in LEVELS:
        for choice in choices:
            mine = choice.level == level and one.is_at(level, choice.target)
            if mine and _key(choice) not in decided and _has_it(one, registers, choice):
                decided.add(_key(choice))
                if choice.version != INHERIT:
                    found.setdefault(choice.distribution, choice)
    return {name: choice for name, choice in found.items() if choice.version}


def _has_it(one: Placed, registers: Sequence[Placed], choice: Choice) -> bool:
    """Whether a choice for some of the registers is for this one: always the same ones first."""
    if choice.percent >= WHOLE:
        return True
    there = sorted((other.register_id for other in registers if other.is_at(choice.level, choice.target)), key=_lot)
    return one.register_id in there[: ceil(len(there) * choice.percent / WHOLE)]


def _lot(register_id: str) -> str:
    return hashlib.sha256(register_id.encode()).hexdigest()


def before(choices: Sequence[Choice], now: Choice) -> Choice:
    """The choice that a roll back returns to: the last for all of the registers there with another version, else that
    nothing is chosen there."""
    there = [one for one in choices if (one.level, one.target, one.distribution) == _key(now)]
    older = (one for one in there if one.percent >= WHOLE and one.version != now.version)
    return next(older, Choice(now.level, now.target, now.distribution, INHERIT, {}, False, WHOLE))


def _key(choice: Choice) -> tuple[str, str, str]:
    return choice.level, choice.target, choice.distribution


def keep(connection: Connection, choice: Choice, choice_id: str, at: datetime, by: str) -> None:
    """Write a choice down."""
    row = {
        "choice_id": choice_id, "level": choice.level, "target": choice.target, "distribution": choice.distribution,
        "version": choice.version, "settings": msgspec.json.encode(choice.settings).decode(),
        "required": choice.required, "percent": choice.percent, "chosen_at": at, "chosen_by": by,
    }  # fmt: skip
    connection.execute(insert(plugin_choice).values(row))


def groups(connection: Connection) -> dict[str, list[str]]:
    """The groups of registers."""
    found: dict[str, list[str]] = {}
    member = register_group_member.c
    for row in connection.execute(select(register_group_member).order_by(member.group_name, member.register_id)):
        found.setdefault(row.group_name, []).append(row.register_id)
    return found


def keep_group(connection: Connection, name: str, members: Iterable[str]) -> None:
    """Which registers are in a group; none: there is no such group any more."""
    connection.execute(delete(register_group_member).where(register_group_member.c.group_name == name))
    rows = [{"group_name": name, "register_id": register_id} for register_id in dict.fromkeys(members)]
    if rows:
        connection.execute(insert(register_group_member), rows)


def stores(connection: Connection) -> dict[str, str]:
    """Every store's id and name."""
    ordered = select(store.c.store_id, store.c.name).order_by(store.c.name, store.c.store_id)
    return {row.store_id: row.name for row in connection.execute(ordered)}
