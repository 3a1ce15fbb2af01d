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

    :param is_from_headquarters: whether a file came with a set of plugins; such distributions are not the register's.
    """
    from packaging.utils import canonicalize_name

    markers, interpreter, platforms = _platform()
    own: dict[str, str] = {}
    for distribution in importlib.metadata.distributions():
        name = distribution.metadata["Name"]
        if name and not is_from_headquarters(Path(str(distribution.locate_file("")))):
            own.setdefault(canonicalize_name(name), distribution.version)
    return OwnEnvironment(markers, interpreter, platforms, dict(sorted(own.items())))
