"""The allow-list: wheels that somebody has uploaded, approved by an administrator, or withdrawn."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, insert, select, update

from kassa.environment import Environment
from kassa.errors import InvalidInput, NotAllowed, NotFound
from kassa.partner.check.wheel import Wheel, unpack
from kassa.partner.describing import Declared, describe
from kassa.text import Text, literal, texts
from kassa_server import audit
from kassa_server.channel import Channel
from kassa_server.headquarters.package_files import PackageFiles
from kassa_server.headquarters.plugins.facts import KEPT, WheelFacts, read_facts
from kassa_server.schema import plugin_wheel

_, n_ = texts("kassa_server")
UPLOADED, APPROVED, WITHDRAWN = "uploaded", "approved", "withdrawn"


@dataclass(frozen=True)
class AllowedWheel:
    """A wheel on the list. ``declared``: by plugin, once it has been approved."""

    file_name: str
    package_id: str
    facts: WheelFacts
    declared: Mapping[str, Declared]
    state: str
    uploaded_at: datetime
    uploaded_by: str
    decided_at: datetime | None
    decided_by: str

    @property
    def name(self) -> str:
        """Distribution and version."""
        return f"{self.facts.distribution} {self.facts.version}"


def list_wheels(connection: Connection, *, state: str | None = None) -> list[AllowedWheel]:
    """The wheels, by distribution, the newest upload first."""
    wheel = plugin_wheel.c
    statement = select(plugin_wheel).order_by(wheel.distribution, wheel.uploaded_at.desc(), wheel.sha256)
    if state is not None:
        statement = statement.where(wheel.state == state)
    return [_wheel(row) for row in connection.execute(statement)]


def find_wheel(connection: Connection, sha256: str) -> AllowedWheel:
    """A wheel by its SHA-256.

    :raises NotFound: there is none.
    """
    row = connection.execute(select(plugin_wheel).where(plugin_wheel.c.sha256 == sha256)).first()
    if row is None:
        raise NotFound(_("There is no wheel {wheel}.", wheel=literal(sha256[:64])))
    return _wheel(row)


def add_wheel(
    channel: Channel, files: PackageFiles, name: str, content: bytes, *, by: str, sha256: str | None = None
) -> AllowedWheel:
    """Put a wheel on the list: it runs nowhere before it is approved and chosen. The same one again is nothing new.

    :param name: the file's name.
    :param sha256: the hash that its maker gave for it.
    :raises InvalidInput: it is no wheel, not the one that was meant, or another one of that name is there already.
    """
    with tempfile.TemporaryDirectory(prefix="kassa-wheel-") as folder:
        path = Path(folder) / (Path(name).name or "wheel")
        path.write_bytes(content)
        facts = read_facts(path, sha256.strip() if sha256 else None)
    with channel.reading() as connection:
        known = connection.execute(select(plugin_wheel).where(plugin_wheel.c.file_name == path.name)).first()
    if known is not None:
        if known.sha256 == facts.sha256:
            return _wheel(known)
        raise InvalidInput(
            _("Another wheel {name} is on the list already.", name=literal(path.name)), kept=KEPT,
            hint=_("What has changed needs a new version: ask its maker."),
            where=f"SHA-256 {facts.sha256}, on the list {known.sha256}",
        )  # fmt: skip
    environment = channel.environment
    package_id, now = environment.new_id(), environment.clock.utc()
    with files.writing(package_id) as file:
        file.write(content)
    row = {
        "sha256": facts.sha256, "distribution": facts.distribution, "version": facts.version, "file_name": path.name,
        "package_id": package_id, "size": facts.size, "facts": msgspec.json.encode(facts).decode(), "declared": None,
        "state": UPLOADED, "uploaded_at": now, "uploaded_by": by, "decided_at": None, "decided_by": "",
    }  # fmt: skip
    with channel.writing() as connection:
        connection.execute(insert(plugin_wheel).values(row))
        audit.note(connection, "plugin_wheel_added", now, wheel=path.name, sha256=facts.sha256, by=by)
        return find_wheel(connection, facts.sha256)


def approve_wheel(channel: Channel, files: PackageFiles, sha256: str, *, by: str) -> AllowedWheel:
    """Let registers have a wheel. What its plugins declare is found by loading them in a process of its own.

    :raises NotFound: there is no such wheel.
    :raises InvalidInput: its plugins do not load, or say something else of themselves than the wheel.
    """
    with channel.reading() as connection:
        wheel = find_wheel(connection, sha256)
        libraries = [one for one in list_wheels(connection, state=APPROVED) if not one.facts.plugins]
    declared = _describe(files, wheel, libraries)
    for name, one in declared.items():
        if one.problem or one.version != wheel.facts.version:
            where = one.problem or f"PLUGIN says version {one.version}, the wheel {wheel.facts.version}"
            raise _unfit(name, where)
    with channel.writing() as connection:
        _decide(connection, channel.environment, wheel, APPROVED, by, msgspec.json.encode(declared).decode())
        return find_wheel(connection, sha256)


def withdraw_wheel(
    connection: Connection,
    environment: Environment,
    sha256: str,
    *,
    by: str,
    used: Callable[[Connection, AllowedWheel], list[str]],
) -> None:
    """Let no register have a wheel any more.

    :param used: where it is chosen, in words.
    :raises NotFound: there is no such wheel.
    :raises NotAllowed: it is chosen somewhere.
    """
    wheel = find_wheel(connection, sha256)
    if places := used(connection, wheel):
        raise NotAllowed(
            _("{wheel} is chosen: {places}.", wheel=literal(wheel.name), places=literal(", ".join(places))),
            kept=KEPT, hint=_("Choose another version there first."),
        )  # fmt: skip
    _decide(connection, environment, wheel, WITHDRAWN, by)


def _decide(
    connection: Connection, environment: Environment, wheel: AllowedWheel, state: str, by: str,
    declared: str | None = None,
) -> None:  # fmt: skip
    now = environment.clock.utc()
    values: dict[str, Any] = {"state": state, "decided_at": now, "decided_by": by}
    if declared is not None:
        values["declared"] = declared
    sha256 = wheel.facts.sha256
    connection.execute(update(plugin_wheel).where(plugin_wheel.c.sha256 == sha256).values(values))
    audit.note(connection, f"plugin_wheel_{state}", now, wheel=wheel.file_name, sha256=sha256, by=by)


def _describe(files: PackageFiles, wheel: AllowedWheel, libraries: list[AllowedWheel]) -> dict[str, Declared]:
    if not wheel.facts.plugins:
        return {}
    with tempfile.TemporaryDirectory(prefix="kassa-wheel-") as name:
        folder = Path(name) / "unpacked"
        for one in (*libraries, wheel):
            path = Path(name) / one.file_name
            path.write_bytes(read_file(files, one))
            try:
                unpack(Wheel(path, one.facts.sha256), folder)
            except ValueError as error:
                raise _unfit(one.file_name, str(error)) from error
        return describe(list(wheel.facts.plugins), folder)


def read_file(files: PackageFiles, wheel: AllowedWheel) -> bytes:
    """The wheel itself.

    :raises NotFound: somebody has removed it from the storage of packages.
    """
    file = files.find(wheel.package_id)
    if file is None:
        raise NotFound(_("The file of {wheel} has gone.", wheel=literal(wheel.name)), hint=_("Upload it again."))
    return b"".join(file.read(0, file.size))


def _unfit(name: str, where: str) -> InvalidInput:
    what: Text = _("Plugin {name} cannot be approved.", name=literal(name))
    return InvalidInput(what, kept=KEPT, hint=_("Its maker must repair it."), where=where)


def _wheel(row: Row[Any]) -> AllowedWheel:
    declared = {} if row.declared is None else msgspec.json.decode(row.declared, type=dict[str, Declared])
    return AllowedWheel(
        row.file_name, row.package_id, msgspec.json.decode(row.facts, type=WheelFacts), declared, row.state,
        row.uploaded_at, row.uploaded_by, row.decided_at, row.decided_by,
    )  # fmt: skip
