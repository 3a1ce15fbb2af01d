"""What a register tells headquarters of its plugins."""

from __future__ import annotations

from kassa.packages.plugin_sets import PluginsReport, PluginTrouble, RunningPlugin
from kassa.plugins import PluginHost
from kassa.register.plugin_folders import PluginFolders

MOST = 20


def report_of(host: PluginHost, folders: PluginFolders) -> PluginsReport:
    """The sets, what is wrong with which plugin, and what the register runs on."""
    kept = folders.kept
    troubles = tuple(
        PluginTrouble(one.name, one.stage, f"{one.what} {one.error}"[:300], one.version, one.required)
        for one in host.problems[:MOST]
    )
    active = folders.active
    runs = () if active is None else active.plugins
    return PluginsReport(
        kept.active, kept.ready, kept.waits, kept.where[:300],
        tuple(RunningPlugin(one.name, one.distribution, one.version) for one in runs), troubles,
        folders.own_environment,
    )  # fmt: skip
