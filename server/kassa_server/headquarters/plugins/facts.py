"""What a wheel says of itself, read from its files: nothing in it is imported."""

from __future__ import annotations

import ast
import zipfile
from pathlib import Path

import msgspec
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from kassa.errors import InvalidInput
from kassa.hookspecs import SUPPORTED_API_LEVELS
from kassa.partner.check.wheel import Wheel, read_wheel
from kassa.text import literal, texts

_, n_ = texts("kassa_server")
KEPT = _("Nothing was changed.")


class WheelFacts(msgspec.Struct, frozen=True, omit_defaults=True):
    """A wheel's metadata.

    :param plugins: entry point name to module; none: a library that plugins need.
    :param requires: requirements as the metadata writes them; ``requires_python`` a version specifier.
    :param api_levels: by entry point, where the module's source states it.
    """

    distribution: str
    version: str
    sha256: str
    size: int
    plugins: dict[str, str] = {}
    requires: tuple[str, ...] = ()
    requires_python: str = ""
    summary: str = ""
    api_levels: dict[str, int] = {}


def read_facts(path: Path, sha256: str | None = None) -> WheelFacts:
    """The facts of the wheel in ``path``, whose file name is that of a wheel.

    :param sha256: the hash that is expected of it.
    :raises InvalidInput: it is no wheel, another one than expected, changed after it was built, or made for an API
        level that no register runs.
    """
    try:
        distribution, version, _build, _tags = parse_wheel_filename(path.name)
    except InvalidWheelFilename as error:
        raise _refused(path.name, str(error)) from error
    wheel = read_wheel(path, sha256)
    wrong = [finding for finding in wheel.findings if finding.rule != "entry-point"]
    if wrong:
        raise _refused(path.name, wrong[0].what)
    if (canonicalize_name(wheel.distribution), wheel.version) != (distribution, str(version)):
        raise _refused(path.name, f"its metadata says {wheel.distribution} {wheel.version}")
    facts = WheelFacts(
        distribution, str(version), wheel.sha256, path.stat().st_size, wheel.plugins,
        tuple(str(one) for one in wheel.metadata.get_all("Requires-Dist", [])),
        str(wheel.metadata.get("Requires-Python", "")), str(wheel.metadata.get("Summary", ""))[:200],
        _api_levels(wheel),
    )  # fmt: skip
    _check(path.name, facts)
    return facts


def _check(name: str, facts: WheelFacts) -> None:
    try:
        SpecifierSet(facts.requires_python)
        for requirement in facts.requires:
            if Requirement(requirement).url:
                raise _refused(name, f"it needs a file from elsewhere: {requirement}")
    except (InvalidRequirement, InvalidSpecifier) as error:
        raise _refused(name, str(error)) from error
    for plugin, level in facts.api_levels.items():
        if level not in SUPPORTED_API_LEVELS:
            raise InvalidInput(
                _("Plugin {name} was made for another version of Kassa.", name=literal(plugin)), kept=KEPT,
                hint=_("Ask its maker for a wheel that was made for this Kassa, or update Kassa."),
                where=f"{name}: API level {level}; supported: {sorted(SUPPORTED_API_LEVELS)}",
            )  # fmt: skip


def _api_levels(wheel: Wheel) -> dict[str, int]:
    """As the modules' sources say it: ``PLUGIN = PluginInfo(…, api_level=1)``."""
    levels: dict[str, int] = {}
    with zipfile.ZipFile(wheel.path) as archive:
        for plugin, module in wheel.plugins.items():
            place = module.split(":")[0].strip().replace(".", "/")
            for file in (f"{place}/__init__.py", f"{place}.py"):
                if file in wheel.files and (level := _api_level(archive.read(file))) is not None:
                    levels[plugin] = level
    return levels


def _api_level(source: bytes) -> int | None:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return None  # found when it is approved, with its line
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] == "PluginInfo":
            given = {one.arg: one.value for one in call.keywords}
            value = given.get("api_level", call.args[2] if len(call.args) > 2 else None)
            if isinstance(value, ast.Constant) and isinstance(value.value, int):
                return value.value
    return None


def _refused(name: str, where: str) -> InvalidInput:
    return InvalidInput(
        _("The wheel {name} is not taken.", name=literal(name[:100])), kept=KEPT,
        hint=_("Get it from its maker again, and its SHA-256 over another way."), where=where,
    )  # fmt: skip
