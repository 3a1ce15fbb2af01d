"""The book of plugins that have frozen or crashed a register: after the second time in a week one is left out."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from importlib.metadata import EntryPoint
from pathlib import Path

import msgspec
import structlog

from kassa.supervision.culprit import find_culprit
from kassa.supervision.stops import FOLDER, STOP_FILE, folder_of, take_stop

MOST = 2
WITHIN = timedelta(days=7)
FILE = "freezes.json"


class Freeze(msgspec.Struct, frozen=True):
    """A plugin's code held the register. ``place``: file and line."""

    plugin: str
    version: str
    at: datetime
    place: str


class Freezes:
    """Of the register in ``directory``."""

    def __init__(self, directory: Path, now: datetime) -> None:
        self._file = directory / FOLDER / FILE
        self._directory = directory
        self._now = now
        self._log = structlog.get_logger("kassa.supervision")
        self.noted = tuple(one for one in self._read() if now - one.at < WITHIN)

    @property
    def has_stop(self) -> bool:
        """Whether the supervisor has left something since the last start."""
        return (self._directory / FOLDER / STOP_FILE).exists()

    def take(self, points: Sequence[EntryPoint]) -> None:
        """Note what the supervisor has left since the last start, if it was one plugin's doing."""
        stop = take_stop(self._directory)
        if stop is None:
            return
        culprit = find_culprit(stop.trace, {point.name: places_of(point) for point in points})
        self._log.error(
            "register_" + stop.why, at=stop.at.isoformat(), exit=stop.code,
            plugin=None if culprit is None else culprit.plugin, where=None if culprit is None else culprit.place,
        )  # fmt: skip
        if culprit is not None:
            version = next((version_of(point) for point in points if point.name == culprit.plugin), "")
            self._keep((*self.noted, Freeze(culprit.plugin, version, stop.at, culprit.place)))

    def of(self, plugin: str, version: str) -> tuple[Freeze, ...]:
        """How often this version has done it, within a week."""
        return tuple(one for one in self.noted if (one.plugin, one.version) == (plugin, version))

    def forget(self, plugin: str) -> bool:
        """Give a plugin another chance; False: nothing stood against it."""
        rest = tuple(one for one in self.noted if one.plugin != plugin)
        known = rest != self.noted
        if known:
            self._keep(rest)
        return known

    def _read(self) -> tuple[Freeze, ...]:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=tuple[Freeze, ...])
        except (OSError, msgspec.DecodeError):
            return ()

    def _keep(self, noted: tuple[Freeze, ...]) -> None:
        self.noted = noted
        try:
            draft = folder_of(self._directory) / f"{FILE}.new"
            draft.write_bytes(msgspec.json.encode(noted))
            os.replace(draft, self._file)
        except OSError as error:  # a full disk does not keep the register from starting
            self._log.warning("freezes_not_kept", where=str(error))


def version_of(point: EntryPoint) -> str:
    """Of the distribution that a plugin came with."""
    return "" if point.dist is None else point.dist.version


def places_of(point: EntryPoint) -> tuple[str, ...]:
    """The folders and files of a plugin's code. Nothing of it is imported."""
    first, *rest = point.module.split(".")
    try:
        spec = importlib.util.find_spec(first)
    except (ImportError, ValueError):
        return ()
    if spec is None:
        return ()
    folders = spec.submodule_search_locations
    if folders is None:
        return () if spec.origin is None else (spec.origin,)
    inner = [str(Path(folder, *rest)) for folder in folders]
    return (*inner, *(f"{place}.py" for place in inner)) if rest else tuple(inner)
