"""A register's plugins as one locked set: which wheels, by SHA-256, and which plugins of them run with which settings.

Headquarters resolves it for the register's own platform and Python, and signs it with a key of its own for plugins, so
that whoever signs prices cannot put code on a till. The number only rises.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec


class LockedWheel(msgspec.Struct, frozen=True):
    """A wheel of the set. ``package_id``: its file's, fetched as a data package is; ``size`` in bytes."""

    distribution: str
    version: str
    file_name: str
    package_id: str
    size: int
    sha256: str


class LockedPlugin(msgspec.Struct, frozen=True, omit_defaults=True):
    """A plugin that runs. ``name``: its entry point's; ``version``: of its distribution."""

    name: str
    distribution: str
    version: str
    required: bool = False
    settings: dict[str, Any] = {}


class PluginSet(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything that a register runs besides what it has of its own."""

    register_id: str
    number: int
    made_at: datetime
    wheels: tuple[LockedWheel, ...] = ()
    plugins: tuple[LockedPlugin, ...] = ()

    @property
    def versions(self) -> frozenset[str]:
        """What a store server must serve before the set is used: ``acme_loyalty 0.1.0``."""
        return frozenset(f"{plugin.name} {plugin.version}" for plugin in self.plugins)


class OwnEnvironment(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a register runs on.

    :param markers: as requirements' markers name them: ``python_version``, ``sys_platform`` and so on.
    :param interpreter: as wheels' tags name it: ``cp311``.
    :param platforms: the platforms whose wheels it takes, best first.
    :param distributions: installed beside Kassa, name to version; no plugin changes one of them.
    """

    markers: dict[str, str]
    interpreter: str
    platforms: tuple[str, ...]
    distributions: dict[str, str]


class RunningPlugin(msgspec.Struct, frozen=True):
    """A plugin of the set that a register runs."""

    name: str
    distribution: str
    version: str


class PluginTrouble(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is wrong with a plugin on a register: ``stage`` is ``load``, ``settings``, a hook's name and so on."""

    name: str
    stage: str
    what: str
    version: str = ""
    required: bool = False


class PluginsReport(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a register tells of its plugins.

    :param active: the number of the set that it runs; 0: none.
    :param ready: of the set that it takes at its next start; 0: none waits.
    :param waits: why that set, or the one that headquarters gave last, is not used: ``restart``, ``not_served``,
        ``not_installed``, ``unsent``, ``went_back``; empty: it is.
    :param where: for support.
    :param runs: the plugins of the set that it runs; ``troubles``: what is wrong with plugins, from there or its own.
    """

    active: int = 0
    ready: int = 0
    waits: str = ""
    where: str = ""
    runs: tuple[RunningPlugin, ...] = ()
    troubles: tuple[PluginTrouble, ...] = ()
    environment: OwnEnvironment | None = None
