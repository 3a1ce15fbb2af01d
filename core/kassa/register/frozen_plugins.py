"""Plugins that have frozen this register whole: named, counted, and in the end left out."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import EntryPoint
from pathlib import Path

from kassa.environment import Environment
from kassa.model import EnabledPlugin
from kassa.plugin_problems import HINTS
from kassa.plugins import OWN, Finder, PluginHost
from kassa.supervision.freezes import MOST, Freeze, Freezes, version_of
from kassa.text import literal, texts

_, n_ = texts("kassa")


class FrozenPlugins:
    """What the supervisor left, and what stands in the book.

    :param directory: the register's.
    :param enabled: its plugins.
    """

    def __init__(
        self, directory: Path, environment: Environment, enabled: Sequence[EnabledPlugin], finder: Finder
    ) -> None:
        self._freezes = Freezes(directory, environment.clock.utc())
        self._noted: dict[str, tuple[Freeze, ...]] = {}
        self.left_out: frozenset[str] = frozenset()
        """Plugins that are not loaded for it."""
        if not self._freezes.noted and not self._freezes.has_stop:
            return
        required = {plugin.name: plugin.required for plugin in enabled}
        points = [point for point in finder() if point.name in required]
        self._freezes.take(points)
        for point in points:
            noted = self._freezes.of(point.name, version_of(point))
            if noted:
                self._noted[point.name] = noted
        self.left_out = frozenset(
            point.name
            for point in points
            if len(self._noted.get(point.name, ())) >= MOST and not required[point.name] and not _is_own(point)
        )

    def name(self, plugins: PluginHost) -> None:
        """Say it, on the screen and to headquarters."""
        for plugin, noted in self._noted.items():
            if plugin in self.left_out:
                what = _("Plugin {name} is left out: it has frozen this register {count} times in a week.",
                         name=literal(plugin), count=str(len(noted)))  # fmt: skip
            else:
                what = _("Plugin {name} has frozen this register, which was started again.", name=literal(plugin))
            last = noted[-1]
            error = f"{len(noted)} times in a week, last {last.at.isoformat(timespec='seconds')}"
            plugins.problem(plugin, "frozen", what, error, file=last.place, hint=HINTS["frozen"])


def _is_own(point: EntryPoint) -> bool:
    """Whether it comes with Kassa: without those nobody sells."""
    return point.dist is not None and point.dist.name == OWN
