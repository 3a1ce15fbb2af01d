"""What this register runs on, for headquarters to choose wheels by."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable
from functools import cache
from pathlib import Path

from kassa.packages.plugin_sets import OwnEnvironment


@cache
def _platform() -> tuple[dict[str, str], str, tuple[str, ...]]:
    from packaging.markers import default_environment
    from packaging.tags import interpreter_name, interpreter_version, platform_tags

    markers = {name: str(value) for name, value in default_environment().items()}
    return markers, interpreter_name() + interpreter_version(), tuple(platform_tags())


def own_environment(is_from_headquarters: Callable[[Path], bool] = lambda _file: False) -> OwnEnvironment:
    """Platform, Python and installed distributions.

    Takes as long as reading a file for each distribution; they do not change while a process runs.

    :param is_from_headquarters: whether a file came with a set of plugins; such distributions are not the register's.
    """
    markers, interpreter, platforms = _platform()
    own: dict[str, str] = {}
    for distribution in importlib.metadata.distributions():
        name, version = _name_and_version(distribution)
        if name and not is_from_headquarters(Path(str(distribution.locate_file("")))):
            own.setdefault(name, version)
    return OwnEnvironment(markers, interpreter, platforms, dict(sorted(own.items())))


def _name_and_version(distribution: importlib.metadata.Distribution) -> tuple[str, str]:
    """From the first lines of its metadata: reading all of it as mail takes ten times as long."""
    from packaging.utils import canonicalize_name

    name = version = ""
    for line in (distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or "").splitlines():
        if not line or (name and version):
            break
        field, _colon, value = line.partition(": ")
        name = canonicalize_name(value) if field == "Name" else name
        version = value if field == "Version" else version
    return name, version
