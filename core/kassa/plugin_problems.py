"""What is wrong with a plugin: which, in what version, where in its files, and what to do about it."""

from __future__ import annotations

import importlib.metadata
import sysconfig
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from kassa.text import Text, texts

_, n_ = texts("kassa")

HERE = Path(__file__).parent
INSTALL = _("Install its distribution beside Kassa, or take it off the register's list in headquarters.")
ITS_MAKER = _("Its maker must repair it. Until then take it off the register's list in headquarters.")
HINTS: dict[str, Text] = {
    "missing": INSTALL,
    "twice": _("Uninstall one of the two distributions."),
    "level": _("Install a version of it that was made for this Kassa, or update Kassa."),
    "settings": _("Correct its settings in headquarters."),
    "claimed": _("Ask the makers for other ids or names, or take one of the plugins off the register's list."),
    "frozen": _("Give the register another version of it, or take it off its list."),
    "unsent": _("Install it again until everything that it made has been delivered."),
}
"""By what is wrong; anything else is for the plugin's maker."""


@dataclass(frozen=True)
class PluginProblem:
    """A plugin that cannot do its work.

    :param stage: ``find``, ``load``, ``check``, ``register`` or the hook's name.
    :param error: for support, in the exception's own words.
    :param distribution: that it came with, and its ``version``.
    :param file: where in its files, with the line.
    :param hint: what to do.
    """

    name: str
    stage: str
    what: Text
    error: str = ""
    distribution: str = ""
    required: bool = False
    version: str = ""
    file: str = ""
    hint: Text = ITS_MAKER


class Misfit(TypeError):
    """A plugin's hook does not keep to the contract. ``place`` is its file and line."""

    def __init__(self, what: str, place: str) -> None:
        super().__init__(what)
        self.place = place


@dataclass(frozen=True)
class Origin:
    """Where a plugin comes from, as far as that is known."""

    distribution: str = ""
    version: str = ""
    file: str = ""

    @classmethod
    def of(cls, point: importlib.metadata.EntryPoint) -> Origin:
        """An entry point's."""
        if point.dist is None:
            return cls()
        return cls(point.dist.name, point.dist.version)


def words_of(error: BaseException | str) -> str:
    """An error in its own words."""
    return error if isinstance(error, str) else f"{type(error).__name__}: {error}"


def place_of(error: BaseException | str) -> str:
    """The file and line of a plugin in which an error arose; empty if it did not arise in a plugin's."""
    if isinstance(error, str):
        return ""
    place: object = getattr(error, "place", None)
    if isinstance(place, str):
        return place
    for cause in _causes(error):
        if isinstance(cause, SyntaxError) and cause.filename:
            return f"{cause.filename}:{cause.lineno}"
        frames = traceback.extract_tb(cause.__traceback__)
        theirs = [frame for frame in frames if _is_theirs(frame.filename)]
        if theirs:
            return f"{theirs[-1].filename}:{theirs[-1].lineno}"
    return ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The innermost first: what is around it are our own words for it."""
    inner = error.__cause__
    if inner is not None:
        yield from _causes(inner)
    yield error


def _is_theirs(file: str) -> bool:
    """Whether a frame's file is neither Kassa's nor the standard library's nor that of what loads plugins."""
    path = Path(file)
    if file.startswith("<") or HERE in path.parents or {"stevedore", "pluggy"} & set(path.parts):
        return False
    return not path.is_relative_to(sysconfig.get_path("stdlib")) or "site-packages" in path.parts


def place_of_function(function: Callable[..., object]) -> str:
    """The file and line in which a function begins."""
    code = getattr(function, "__code__", None)
    return "" if code is None else f"{code.co_filename}:{code.co_firstlineno}"


def place_of_module(module: ModuleType) -> str:
    """A module's file, and the line in which it says what it is (``PLUGIN = …``)."""
    file: str | None = getattr(module, "__file__", None)
    if file is None:
        return ""
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return file
    number = next((number for number, line in enumerate(lines, 1) if line.startswith("PLUGIN")), None)
    return file if number is None else f"{file}:{number}"
