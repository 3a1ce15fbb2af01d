"""Each register's locked set: made anew when what was chosen for it has changed, or what it runs on."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import jsonschema
import msgspec
import structlog
from sqlalchemy import Connection, delete, func, insert, select

from kassa.environment import Environment
from kassa.errors import InvalidInput, KassaError
from kassa.packages.listing import Signed, SyncReport
from kassa.packages.plugin_sets import LockedPlugin, LockedWheel, OwnEnvironment, PluginSet, PluginsReport
from kassa.register.own_environment import own_environment
from kassa.text import literal, texts
from kassa_server import audit
from kassa_server.headquarters.keys import PLUGINS, current_key_set, signing_key
from kassa_server.headquarters.plugins import choices
from kassa_server.headquarters.plugins.allow_list import APPROVED, AllowedWheel, list_wheels
from kassa_server.headquarters.plugins.choices import Choice, Placed
from kassa_server.headquarters.plugins.facts import KEPT
from kassa_server.headquarters.plugins.resolving import resolve
from kassa_server.schema import plugin_choice, plugin_set, register_report

_, n_ = texts("kassa_server")
SetsMade = tuple[int, datetime | None]
"""How many sets there are, and when the newest was made."""


def choose(connection: Connection, environment: Environment, choice: Choice, *, by: str) -> None:
    """Choose a version for registers. Their sets are made anew at once, or nothing is changed.

    :raises InvalidInput: there is no such place or approved version, settings do not fit, or plugins conflict.
    """
    if choice.level not in choices.LEVELS:
        raise InvalidInput(_("There is no place {place}.", place=literal(choice.level[:40])), kept=KEPT)
    if choice.version not in (choices.OFF, choices.INHERIT):
        _check(connection, choice)
    registers = choices.placed_registers(connection)
    if not any(one.is_at(choice.level, choice.target) for one in registers):
        raise InvalidInput(_("There is no register at {place}.", place=choice.place), kept=KEPT)
    now = environment.clock.utc()
    choices.keep(connection, choice, environment.new_id(), now, by)
    audit.note(
        connection, "plugin_chosen", now, level=choice.level, target=choice.target, distribution=choice.distribution,
        version=choice.version, percent=choice.percent, by=by,
    )  # fmt: skip
    renew_sets(connection, environment)


def roll_back(
    connection: Connection, environment: Environment, level: str, target: str, distribution: str, *, by: str
) -> Choice:
    """Go back at a place to the version that all of its registers had before; what it is now.

    :raises InvalidInput: nothing was chosen there.
    """
    there = choices.history(connection, distribution)
    now = next((one for one in there if (one.level, one.target) == (level, target)), None)
    if now is None:
        raise InvalidInput(_("Nothing was chosen there."), kept=KEPT)
    earlier = choices.before(there, now)
    choose(connection, environment, earlier, by=by)
    return earlier


def set_group(
    connection: Connection, environment: Environment, name: str, members: Collection[str], *, by: str
) -> None:
    """Which registers are in a group. Their sets are made anew.

    :raises InvalidInput: the name cannot be used, there is no such register, or their plugins conflict.
    """
    if not name or len(name) > 40 or not name.isprintable():
        raise InvalidInput(_("A group needs a name of at most {count} characters.", count=40), kept=KEPT)
    known = {one.register_id for one in choices.placed_registers(connection)}
    for register_id in members:
        if register_id not in known:
            raise InvalidInput(_("There is no register {register}.", register=literal(register_id[:40])), kept=KEPT)
    choices.keep_group(connection, name, members)
    now = environment.clock.utc()
    audit.note(connection, "register_group_set", now, group=name, registers=sorted(members), by=by)
    renew_sets(connection, environment)


def renew_sets(connection: Connection, environment: Environment, only: str | None = None) -> None:
    """Make the sets anew of registers for which something has changed.

    :param only: a register's id; None: all.
    :raises InvalidInput: plugins of one register conflict.
    """
    registers, history = choices.placed_registers(connection), choices.history(connection)
    approved, told = list_wheels(connection, state=APPROVED), reported(connection, only)
    for one in registers:
        if only in (None, one.register_id):
            chosen = choices.in_force(one, registers, history)
            _renew(connection, environment, one, chosen, approved, told.get(one.register_id))


def set_after_report(connection: Connection, environment: Environment, register_id: str, report: SyncReport) -> None:
    """A register has said what it runs on: its set is made for that. Where that cannot be, the one before stays."""
    if report.plugins is None or report.plugins.environment is None:
        return
    _forget(connection, register_id, report.plugins.active)
    if connection.execute(select(plugin_choice.c.choice_id).limit(1)).first() is None:
        return  # nothing is chosen here, or headquarters is elsewhere
    try:
        renew_sets(connection, environment, register_id)
    except KassaError as error:
        structlog.get_logger("kassa.headquarters").warning("plugin_set_stays", register=register_id, where=str(error))


def newest_set(connection: Connection, register_id: str) -> tuple[int, Signed] | None:
    """The number and the set that a register is to run; None: none was ever made."""
    mine = select(plugin_set).where(plugin_set.c.register_id == register_id)
    row = connection.execute(mine.order_by(plugin_set.c.number.desc()).limit(1)).first()
    return None if row is None else (row.number, msgspec.json.decode(row.signed, type=Signed))


def sets_in_use(connection: Connection) -> list[PluginSet]:
    """Every set that a register runs or is to run."""
    rows = connection.execute(select(plugin_set.c.signed).order_by(plugin_set.c.register_id, plugin_set.c.number))
    return [opened(msgspec.json.decode(signed, type=Signed)) for signed in rows.scalars()]


def sets_made(connection: Connection) -> SetsMade:
    """What tells, without reading them, whether there are other sets than before."""
    count, newest = connection.execute(select(func.count(), func.max(plugin_set.c.made_at))).one()
    return count, newest


def opened(signed: Signed) -> PluginSet:
    """What a set of this server's own says."""
    return msgspec.json.decode(signed.body, type=PluginSet)


def reported(connection: Connection, only: str | None = None) -> dict[str, PluginsReport]:
    """What registers (or only one) have told of their plugins, by register."""
    statement = select(register_report.c.register_id, register_report.c.report)
    if only is not None:
        statement = statement.where(register_report.c.register_id == only)
    rows = connection.execute(statement)
    told = {row.register_id: msgspec.json.decode(row.report, type=SyncReport).plugins for row in rows}
    return {register_id: one for register_id, one in told.items() if one is not None}


def _renew(
    connection: Connection, environment: Environment, one: Placed, chosen: Mapping[str, Choice],
    approved: Sequence[AllowedWheel], told: PluginsReport | None,
) -> None:  # fmt: skip
    before = newest_set(connection, one.register_id)
    if before is None and not chosen:
        return
    runs_on = None if told is None else told.environment
    wheels, plugins = _locked(chosen, approved, runs_on, one.register_id)
    if told is None or runs_on is None:
        return  # made when the register has said what it runs on
    # A revoked key's sets must go at once.
    revoked = current_key_set(connection, PLUGINS).revoked
    contents = hashlib.sha256(msgspec.json.encode([wheels, plugins, revoked])).hexdigest()
    newest = select(plugin_set.c.contents).where(plugin_set.c.register_id == one.register_id)
    last, seen = 0 if before is None else before[0], max(told.active, told.ready)
    # Where headquarters was restored from a backup its registers have seen higher numbers than it knows.
    if last >= seen and connection.execute(newest.order_by(plugin_set.c.number.desc()).limit(1)).scalar() == contents:
        return
    now, number = environment.clock.utc(), max(last, seen) + 1
    made = PluginSet(one.register_id, number, now, wheels, plugins)
    signed = msgspec.json.encode(signing_key(connection, environment, PLUGINS).sign("plugin-set", made)).decode()
    row = {"register_id": one.register_id, "number": number, "made_at": now, "contents": contents, "signed": signed}
    connection.execute(insert(plugin_set).values(row))


def _locked(
    chosen: Mapping[str, Choice], approved: Sequence[AllowedWheel], runs_on: OwnEnvironment | None, register_id: str
) -> tuple[tuple[LockedWheel, ...], tuple[LockedPlugin, ...]]:
    """:raises InvalidInput: conflicts."""
    versions = {name: choice.version for name, choice in chosen.items()}
    wheels = resolve(versions, approved, runs_on or own_environment(), register_id) if versions else []
    _refuse_doubles(wheels, register_id)
    locked = tuple(
        LockedWheel(one.facts.distribution, one.facts.version, one.file_name, one.package_id, one.facts.size,
                    one.facts.sha256)
        for one in wheels
    )  # fmt: skip
    known = {(one.facts.distribution, one.facts.version): one.facts.plugins for one in approved}
    plugins = tuple(
        LockedPlugin(plugin, name, choice.version, choice.required, dict(choice.settings.get(plugin, {})))
        for name, choice in sorted(chosen.items())
        for plugin in known[name, choice.version]
    )
    return locked, plugins


def _refuse_doubles(wheels: Sequence[AllowedWheel], register_id: str) -> None:
    """Two plugins of one name, one operation's id or one request."""
    claims: dict[str, list[str]] = {}
    for wheel in wheels:
        for plugin in wheel.facts.plugins:
            declared = wheel.declared.get(plugin)
            claimed: Iterable[str] = [f"plugin {plugin}"]
            if declared is not None:
                claimed = [*claimed, *(f"operation {number}" for number in declared.operations), *declared.requests]
            for claim in claimed:
                claims.setdefault(claim, []).append(wheel.name)
    for claim, owners in claims.items():
        if len(owners) > 1:
            raise InvalidInput(
                _("{claim} is claimed by {plugins}.", claim=literal(claim), plugins=literal(" and ".join(owners))),
                kept=KEPT, hint=_("A register can have one of them."), where=register_id,
            )  # fmt: skip


def _check(connection: Connection, choice: Choice) -> None:
    approved = list_wheels(connection, state=APPROVED)
    found = [one for one in approved if one.facts.distribution == choice.distribution]
    wheel = next((one for one in found if one.facts.version == choice.version), None)
    name = f"{choice.distribution} {choice.version}"
    if wheel is None or not wheel.facts.plugins:
        raise InvalidInput(_("{wheel} is not approved.", wheel=literal(name)), kept=KEPT)
    if not 0 < choice.percent <= choices.WHOLE:
        raise InvalidInput(_("Per cent are 1 to 100."), kept=KEPT)
    for plugin in choice.settings:
        if plugin not in wheel.facts.plugins:
            raise InvalidInput(_("{wheel} has no plugin {name}.", wheel=literal(name), name=literal(plugin)), kept=KEPT)
    for plugin in wheel.facts.plugins:
        check_settings(plugin, choice.settings.get(plugin, {}), wheel.declared[plugin].settings)


def check_settings(plugin: str, settings: Mapping[str, Any], schema: Mapping[str, Any] | None) -> None:
    """Settings against the schema that the plugin declares.

    :raises InvalidInput: they do not fit; names the setting.
    """
    if schema is None:
        return
    errors = jsonschema.Draft202012Validator(schema).iter_errors(settings)
    error = next(iter(sorted(errors, key=lambda one: one.json_path)), None)
    if error is not None:
        raise InvalidInput(
            _("The settings of plugin {name} do not fit.", name=literal(plugin)), kept=KEPT,
            where=f"{error.json_path.removeprefix('$.')}: {error.message}",
        )  # fmt: skip


def uses_of(connection: Connection, wheel: AllowedWheel) -> list[str]:
    """Where a wheel is chosen or needed, in words."""
    registers, history = choices.placed_registers(connection), choices.history(connection)
    chosen: Counter[str] = Counter()
    for one in registers:
        for choice in choices.in_force(one, registers, history).values():
            if (choice.distribution, choice.version) == (wheel.facts.distribution, wheel.facts.version):
                chosen[str(choice.place)] += 1
    newest = {one.register_id: one for one in sets_in_use(connection)}.values()
    needed = [one.register_id for one in newest if wheel.facts.sha256 in {part.sha256 for part in one.wheels}]
    return list(chosen) or needed


def wheel_for(connection: Connection, package_id: str, register_ids: Collection[str]) -> LockedWheel | None:
    """A wheel that registers may fetch."""
    mine = select(plugin_set.c.signed).where(plugin_set.c.register_id.in_(register_ids))
    for signed in connection.execute(mine).scalars():
        for wheel in opened(msgspec.json.decode(signed, type=Signed)).wheels:
            if wheel.package_id == package_id:
                return wheel
    return None


def _forget(connection: Connection, register_id: str, active: int) -> None:
    """Sets before the one that the register runs are over; the newest stays."""
    mine = (plugin_set.c.register_id == register_id) & (plugin_set.c.number < active)
    connection.execute(delete(plugin_set).where(mine))
