"""Sets of plugins on a register's disk: what is installed, when it is used, and when the register goes back."""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from tests.acme import example_wheel
from tests.bad_plugins.wheels import pack

from kassa.model import EnabledPlugin
from kassa.packages.errors import PackageDamaged
from kassa.packages.plugin_sets import LockedPlugin, LockedWheel, PluginSet
from kassa.plugins import PluginHost
from kassa.register.plugin_folders import PluginFolders

NAME = "acme_loyalty"
SERVED = ("acme_loyalty 0.1.0", "acme_loyalty 0.2.0")


class Tablet:
    """A register's disk, and the wheels that its store server gives."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "register"
        self.wheels = folder / "wheels"
        self.folder.mkdir()

    def folders(self) -> PluginFolders:
        """As a new process finds it."""
        return PluginFolders(self.folder)

    def given(self, number: int, version: str = "0.1.0", *, plugins: bool = True) -> PluginSet:
        """A set with the example plugin in a version."""
        wheel = example_wheel(self.wheels, version)
        content = wheel.read_bytes()
        locked = LockedWheel("acme-loyalty", version, wheel.name, version, len(content), _hash(content))
        at = datetime(2026, 11, 25, tzinfo=UTC)
        if not plugins:
            return PluginSet("R1", number, at)
        return PluginSet("R1", number, at, (locked,), (LockedPlugin(NAME, "acme-loyalty", version),))

    def fetch(self, package_id: str, target: Path, size: int) -> None:
        """As the store server gives it."""
        shutil.copy(self.wheels / f"acme_loyalty-{package_id}-py3-none-any.whl", target)

    def take(self, given: PluginSet, served: tuple[str, ...] = SERVED) -> None:
        """Take a set up while the register sells."""
        folders = self.folders()
        folders.prepare(given, self.fetch)
        folders.serves(served)

    def start(self, *, well: bool = True, waiting: tuple[str, ...] = ()) -> PluginFolders:
        """A start of the register."""
        folders = self.folders()
        folders.begin(waiting)
        folders.started(well=well)
        return folders


@pytest.fixture
def tablet(tmp_path: Path) -> Iterator[Tablet]:
    """A tablet; Python's path is as it was afterwards, and the plugin forgotten."""
    path = list(sys.path)
    yield Tablet(tmp_path)
    sys.path[:] = path
    for name in [name for name in sys.modules if name.partition(".")[0] == NAME]:
        del sys.modules[name]


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_a_set_is_used_at_the_next_start(tablet: Tablet) -> None:
    """Not before; its plugin loads from its folder, and nothing else of the register's changes."""
    running = tablet.start()
    tablet.take(tablet.given(1))
    assert running.enabled((EnabledPlugin("sale"),)) == (EnabledPlugin("sale"),)
    started = tablet.start()
    host = PluginHost(started.enabled(()))
    assert list(host.loaded) == [NAME]
    assert str(host.loaded[NAME].module.__file__).startswith(str(tablet.folder / "plugins"))
    assert host.problems_of(started.active) == []


def test_a_version_that_the_store_server_does_not_serve_waits(tablet: Tablet) -> None:
    """However often the register starts; once it is served, it is used."""
    tablet.take(tablet.given(1), served=())
    assert tablet.start().kept.active == 0
    assert tablet.start().kept.waits == "not_served"
    tablet.folders().serves(("acme_loyalty 0.2.0",))
    assert tablet.start().kept.active == 0
    tablet.folders().serves(SERVED)
    assert tablet.start().kept.active == 1


def another(content: bytes) -> bytes:
    """One letter is other."""
    return content.replace(b"Root-Is-Purelib: true", b"Root-Is-Purelib: TRUE")


def shorter(content: bytes) -> bytes:
    """Cut off."""
    return content[: len(content) // 2]


@pytest.mark.parametrize("change", [another, shorter])
def test_a_wheel_that_is_not_the_signed_one_is_not_installed(tablet: Tablet, change: Callable[[bytes], bytes]) -> None:
    """The hash differs: nothing of it reaches the folder, and what runs goes on."""
    tablet.take(tablet.given(1))
    tablet.start()
    later = tablet.given(2, "0.2.0")
    file = tablet.wheels / "acme_loyalty-0.2.0-py3-none-any.whl"
    file.write_bytes(change(file.read_bytes()))
    with pytest.raises(PackageDamaged):
        tablet.take(later)
    folders = tablet.start()
    assert (folders.kept.active, folders.kept.ready) == (1, 0)
    assert not list(tablet.folder.rglob("*0.2.0*"))


def test_a_wheel_writes_nothing_outside_its_folder(tablet: Tablet) -> None:
    """Whatever its record says."""
    given = tablet.given(1)
    file = tablet.wheels / given.wheels[0].file_name
    evil = pack(file, {"../../evil.py": b"", **_dist_info()})
    content = evil.read_bytes()
    locked = msgspec.structs.replace(given.wheels[0], size=len(content), sha256=_hash(content))
    with pytest.raises(PackageDamaged):
        tablet.take(msgspec.structs.replace(given, wheels=(locked,)))
    assert not list(tablet.folder.parent.rglob("evil.py"))
    assert tablet.start().kept.active == 0


def _dist_info() -> dict[str, bytes]:
    info = "acme_loyalty-0.1.0.dist-info"
    return {
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: acme-loyalty\nVersion: 0.1.0\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }


def test_without_a_required_plugin_no_sale_starts(tablet: Tablet) -> None:
    """One that is required and does not load is named, as one of the register's own list would be."""
    given = tablet.given(1)
    plugin = msgspec.structs.replace(given.plugins[0], settings={"offline_limit": "many"}, required=True)
    tablet.take(msgspec.structs.replace(given, plugins=(plugin,)))
    started = tablet.start()
    host = PluginHost(started.enabled(()))
    (problem,) = host.missing_required
    assert (problem.name, problem.stage, problem.version) == (NAME, "settings", "0.1.0")
    assert host.problems_of(started.active) == [problem]


def test_two_failed_starts_go_back_to_the_last_good_set(tablet: Tablet) -> None:
    """A process that died while it started, or a plugin that did not load: the third start has the set before, which
    stands in its own folder, and what was given up is not taken again."""
    tablet.take(tablet.given(1))
    tablet.start()
    tablet.take(tablet.given(2, "0.2.0"))
    tablet.folders().begin()  # and the process dies
    assert tablet.start(well=False).kept.active == 2
    third = tablet.start()
    assert (third.kept.active, third.kept.bad, third.kept.waits) == (1, 2, "went_back")
    assert third.kept.taken == 2
    assert tablet.start().kept.active == 1
    tablet.take(tablet.given(3, "0.2.0"))
    assert tablet.start().kept.active == 3
    assert tablet.start(well=False).kept.active == 3, "one that has started well is not on trial any more"


def test_only_what_may_be_needed_is_kept(tablet: Tablet) -> None:
    """The set that runs and the one before: a year of versions does not fill the disk."""
    for number in range(1, 5):
        tablet.take(tablet.given(number, f"0.1.{number}"), served=(f"acme_loyalty 0.1.{number}",))
        tablet.start()
    kept = {place.name for place in (tablet.folder / "plugins").glob("*.json")}
    assert kept == {"kept.json", "3.json", "4.json"}
    assert len([place for place in (tablet.folder / "plugins").iterdir() if place.is_dir()]) == 2


def test_a_plugin_is_not_removed_while_what_it_made_waits(tablet: Tablet) -> None:
    """Its commands without an answer need it: the set without it waits, and says for which plugin."""
    tablet.take(tablet.given(1))
    tablet.start()
    tablet.take(tablet.given(2, plugins=False))
    held = tablet.start(waiting=(NAME,))
    assert (held.kept.active, held.kept.waits, held.kept.where) == (1, "unsent", NAME)
    assert tablet.start().kept.active == 2
    assert tablet.start().enabled(()) == ()


def test_what_is_unreadable_costs_no_sale(tablet: Tablet) -> None:
    """A power loss may leave anything: the register starts with its own plugins."""
    tablet.take(tablet.given(1))
    tablet.start()
    (tablet.folder / "plugins" / "1.json").write_bytes(b"{")
    assert tablet.start().enabled((EnabledPlugin("sale"),)) == (EnabledPlugin("sale"),)
    (tablet.folder / "plugins" / "kept.json").write_bytes(b"")
    assert tablet.start().kept.active == 0
