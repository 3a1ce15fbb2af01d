"""Plugins that headquarters has put on this register: folders beside its environment, one for each set of wheels.

A set is made ready while the register sells, and becomes active at the start of a process, never in the middle of
anything: only when the store server has said that it serves it, and when no plugin goes whose commands still wait.
The folder before is kept. Until a set has once started well it is on trial: after two starts that failed, or in which
one of its plugins did not load, the register goes back to the set before.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import cached_property
from pathlib import Path

import msgspec
import structlog

from kassa.errors import DiskFull
from kassa.model import EnabledPlugin
from kassa.packages.errors import PackageDamaged
from kassa.packages.plugin_sets import LockedWheel, OwnEnvironment, PluginSet
from kassa.register.own_environment import own_environment
from kassa.text import texts

_, n_ = texts("kassa")
FOLDER = "plugins"
MOST_TRIES = 2
ROOM_FOR_SALES = 16 * 1024 * 1024
"""Bytes of the disk that are left to the journal."""
GROWS = 6
"""How many times its own size a wheel takes while it is installed, at most about: itself, and unpacked."""
Fetch = Callable[[str, Path, int], None]
"""Brings a package's file: id, where to, bytes."""


class Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the register remembers of its sets, by their numbers.

    :param taken: the newest that headquarters has given.
    :param ready: installed, and not used yet; ``served``: the store server serves it.
    :param trial: the active set has not started well yet; ``tries``: how often that was tried.
    :param bad: the set that was given up last.
    :param waits: why ``taken`` is not used, and ``where`` for support.
    """

    active: int = 0
    previous: int = 0
    ready: int = 0
    served: bool = False
    trial: bool = False
    tries: int = 0
    bad: int = 0
    waits: str = ""
    where: str = ""

    @property
    def taken(self) -> int:
        """The newest set that needs not be fetched again."""
        return max(self.active, self.ready, self.bad)


class PluginFolders:
    """The sets of one register."""

    def __init__(self, directory: Path) -> None:
        self._folder = directory / FOLDER
        self._log = structlog.get_logger("kassa.plugins")
        self.kept = self._load()

    # -- at the start of a process ----------------------------------------------------------------------------------

    def begin(self, waiting: Collection[str] = ()) -> PluginSet | None:
        """The set that this process runs; None: none. Counts as a try while the set is on trial.

        :param waiting: plugins with commands that the store server has not answered yet.
        """
        kept = self.kept
        if kept.trial and kept.tries >= MOST_TRIES:
            self._log.error("plugin_set_given_up", number=kept.active, back_to=kept.previous)
            kept = msgspec.structs.replace(
                kept, active=kept.previous, previous=0, trial=False, tries=0, bad=kept.active, waits="went_back"
            )
        kept = self._use_ready(kept, waiting)
        if kept.trial:
            kept = msgspec.structs.replace(kept, tries=kept.tries + 1)
        self._keep(kept)
        return self.use()

    def _use_ready(self, kept: Kept, waiting: Collection[str]) -> Kept:
        ready = self._read(kept.ready) if kept.ready and kept.served else None
        if ready is None:
            return kept
        unsent = self._unsent(ready, waiting)
        if unsent:
            return msgspec.structs.replace(kept, waits="unsent", where=", ".join(unsent))
        return Kept(ready.number, kept.active, trial=True, bad=kept.bad)

    def _unsent(self, ready: PluginSet, waiting: Collection[str]) -> list[str]:
        """The plugins that would go while commands of theirs wait."""
        active = self._read(self.kept.active)
        here = set() if active is None else {plugin.name for plugin in active.plugins}
        return sorted((here - {plugin.name for plugin in ready.plugins}) & set(waiting))

    def would_use_ready(self, waiting: Collection[str]) -> bool:
        """Whether a start now would use another set; ``waiting`` as for :meth:`begin`."""
        ready = self._read(self.kept.ready) if self.is_ready else None
        return ready is not None and not self._unsent(ready, waiting)

    def use(self) -> PluginSet | None:
        """Put the active set's folder on Python's path, behind everything of the register's own; the set."""
        active = self._read(self.kept.active)
        mine = str(self._folder)
        sys.path[:] = [place for place in sys.path if not place.startswith(mine)]
        if active is not None and active.wheels:
            sys.path.append(str(self._library(active)))
        return active

    def started(self, *, well: bool) -> None:
        """The register has started; ``well``: with every plugin of the set."""
        if well and self.kept.trial:
            self._keep(msgspec.structs.replace(self.kept, trial=False, tries=0))
            self._tidy()

    def enabled(self, own: tuple[EnabledPlugin, ...]) -> tuple[EnabledPlugin, ...]:
        """The plugins of the register's record, and behind them those of the active set."""
        active = self._read(self.kept.active)
        chosen = () if active is None else active.plugins
        names = {plugin.name for plugin in chosen}
        return (
            *(plugin for plugin in own if plugin.name not in names),
            *(EnabledPlugin(plugin.name, plugin.required, plugin.settings) for plugin in chosen),
        )

    # -- while the register sells -----------------------------------------------------------------------------------

    def prepare(self, given: PluginSet, fetch: Fetch) -> None:
        """Fetch, verify and install a set that headquarters has signed. What runs now is not touched.

        :raises kassa.errors.NoAnswer: the store server gives not all of it.
        :raises PackageDamaged: a wheel is not the one that was signed, or not whole.
        :raises OSError: the disk is full.
        """
        library = self._library(given)
        if given.wheels and not library.exists():
            self._install(given, library, fetch)
        _write(self._file(given.number), msgspec.json.encode(given))
        self._keep(msgspec.structs.replace(self.kept, ready=given.number, served=False, waits="not_served", where=""))

    def serves(self, served: Collection[str]) -> None:
        """What the store server serves, of the set that is ready."""
        ready = self._read(self.kept.ready)
        if ready is None:
            return
        missing = sorted(ready.versions - set(served))
        kept = msgspec.structs.replace(
            self.kept, served=not missing, waits="not_served" if missing else "restart", where=", ".join(missing)
        )
        if kept != self.kept and self.kept.waits != "unsent":
            self._keep(kept)

    def refused(self, where: str) -> None:
        """Headquarters' set cannot be taken."""
        self._keep(msgspec.structs.replace(self.kept, waits="not_installed", where=where))

    @property
    def is_unserved(self) -> bool:
        """Whether a set waits for the store server."""
        return bool(self.kept.ready) and not self.kept.served

    @cached_property
    def own_environment(self) -> OwnEnvironment:
        """What the register runs on, without what headquarters has put there."""
        return own_environment(self.is_from_here)

    def is_from_here(self, file: Path) -> bool:
        """Whether a file belongs to a set."""
        return file.is_relative_to(self._folder)

    @property
    def is_ready(self) -> bool:
        """Whether the next start uses another set."""
        return bool(self.kept.ready) and self.kept.served

    @property
    def active(self) -> PluginSet | None:
        """The set that runs."""
        return self._read(self.kept.active)

    # -- files ------------------------------------------------------------------------------------------------------

    def _install(self, given: PluginSet, library: Path, fetch: Fetch) -> None:
        draft = self._folder / "new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        self._check_room(given)
        for wheel in given.wheels:
            file = self._folder / wheel.file_name
            fetch(wheel.package_id, file, wheel.size)
            try:
                verify_wheel(file, wheel)
                install_wheel(file, draft)
            finally:
                file.unlink(missing_ok=True)
        draft.replace(library)

    def _check_room(self, given: PluginSet) -> None:
        """Plugins do not take the room that sales need.

        :raises DiskFull: they would.
        """
        free, needed = shutil.disk_usage(self._folder).free, sum(wheel.size for wheel in given.wheels)
        if free < ROOM_FOR_SALES + GROWS * needed:
            raise DiskFull(where=f"{self._folder}: {free} bytes are free, the wheels have {needed}")

    def _library(self, given: PluginSet) -> Path:
        """A folder is named by what is in it: another set of the same wheels uses the same."""
        contents = "\n".join(sorted(wheel.sha256 for wheel in given.wheels))
        return self._folder / hashlib.sha256(contents.encode()).hexdigest()[:16]

    def _file(self, number: int) -> Path:
        return self._folder / f"{number}.json"

    def _read(self, number: int) -> PluginSet | None:
        if not number:
            return None
        try:
            return msgspec.json.decode(self._file(number).read_bytes(), type=PluginSet)
        except (OSError, msgspec.DecodeError) as error:
            self._log.error("plugin_set_lost", number=number, where=str(error))
            return None

    def _load(self) -> Kept:
        try:
            return msgspec.json.decode((self._folder / "kept.json").read_bytes(), type=Kept)
        except FileNotFoundError:
            return Kept()
        except (OSError, msgspec.DecodeError) as error:
            self._log.error("plugin_sets_lost", where=str(error))
            return Kept()

    def _keep(self, kept: Kept) -> None:
        if kept != self.kept:
            _write(self._folder / "kept.json", msgspec.json.encode(kept))
            self.kept = kept

    def _tidy(self) -> None:
        """Only what runs, what would be gone back to and what is ready stays."""
        numbers = {number for number in (self.kept.active, self.kept.previous, self.kept.ready) if number}
        known = {number: found for number in numbers if (found := self._read(number)) is not None}
        files = {f"{number}.json" for number in numbers}
        libraries = {self._library(one) for one in known.values()}
        for place in self._folder.iterdir():
            if place.is_dir() and place not in libraries:
                shutil.rmtree(place, ignore_errors=True)
            elif place.suffix == ".whl" or (place.stem.isdigit() and place.name not in files):
                with suppress(OSError):
                    place.unlink()


def verify_wheel(file: Path, wheel: LockedWheel) -> None:
    """Check size and SHA-256 before anything in the file is read.

    :raises PackageDamaged: it is another file.
    """
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    if file.stat().st_size != wheel.size or digest != wheel.sha256:
        raise PackageDamaged(
            _("A plugin's wheel is not the one that headquarters signed."), where=f"{wheel.file_name}: {digest}"
        )


def install_wheel(file: Path, folder: Path) -> None:
    """Put a wheel's modules into a folder, each file compared with the wheel's own record. Nothing of it runs.

    :raises PackageDamaged: it is not as its record says, or does not read.
    """
    # Only a register that is given a set needs it.
    from installer import install
    from installer.destinations import SchemeDictionaryDestination
    from installer.exceptions import InvalidWheelSource
    from installer.sources import WheelFile

    places = dict.fromkeys(("purelib", "platlib"), str(folder))
    places |= {name: str(folder / f".{name}") for name in ("headers", "scripts", "data")}
    destination = SchemeDictionaryDestination(places, interpreter=sys.executable, script_kind="posix")
    try:
        with WheelFile.open(file) as source:
            source.validate_record()
            install(source, destination, {})
    except (InvalidWheelSource, ValueError, KeyError) as error:
        raise PackageDamaged(_("A plugin's wheel does not read."), where=f"{file.name}: {error}") from error


def _write(path: Path, content: bytes) -> None:
    """Whole and on the disk, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
