"""``kassa plugin new``: a distribution with a plugin that works, to begin from. Its files are those of ``template``,
in which ``$name`` stands for a fact of the new plugin."""

from __future__ import annotations

import importlib.metadata
import importlib.resources
import keyword
import re
import sys
import zlib
from collections.abc import Iterator, Mapping
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from kassa.errors import SetupError
from kassa.hookspecs import API_LEVEL, FIRST_PARTNER_OPERATION
from kassa.partner.catalogues import compile_catalogue
from kassa.text import Text, literal, texts

_, n_ = texts("kassa")

FIRST_VERSION = "0.1.0"
SUFFIX = ".template"
BLOCK, BLOCKS = 10, 9500
_DISTRIBUTION = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def make_plugin(name: str, directory: Path, operation: int | None = None) -> list[Path]:
    """Write a new plugin's distribution; the files, in order.

    :param name: of the distribution: ``acme-loyalty``. Package and plugin are ``acme_loyalty``.
    :param directory: the new folder; there is none of that name, or it is empty.
    :param operation: the id of its operation; None: one that is made from the name.
    :raises kassa.errors.SetupError: the name or the id cannot be used, or the folder holds something.
    """
    facts = _facts(name, operation)
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise SetupError(
            _("{folder} is there already.", folder=literal(str(directory))),
            kept=_("Nothing was written."), hint=_("Give another folder with --directory."), where=str(directory),
        )  # fmt: skip
    made = []
    template = importlib.resources.files("kassa.partner") / "template"
    for path, file in _files(template):
        target = directory / _target(path, facts)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(Template(file.read_text(encoding="utf-8")).substitute(facts), encoding="utf-8")
        made.append(target)
    made += [compile_catalogue(catalogue) for catalogue in directory.rglob("*.po")]
    return sorted(made)


def operation_of(name: str) -> int:
    """The first of ten operation ids for a plugin of that name, from 5000 up: two partners seldom get the same."""
    return FIRST_PARTNER_OPERATION + BLOCK * (zlib.crc32(name.encode()) % BLOCKS)


def _facts(name: str, operation: int | None) -> dict[str, str]:
    package = name.replace("-", "_")
    if not _DISTRIBUTION.fullmatch(name) or keyword.iskeyword(package) or package in sys.stdlib_module_names:
        raise _unusable(name, _("Use small letters, digits and hyphens: acme-loyalty."))
    if package == "kassa" or package.startswith("kassa_"):
        raise _unusable(name, _("Names that begin with kassa are Kassa's own: begin with your own name."))
    if operation is not None and operation < FIRST_PARTNER_OPERATION:
        raise SetupError(
            _("{id} is no id for a partner's operation.", id=str(operation)),
            kept=_("Nothing was written."), hint=_("Ids of partners start at 5000."),
        )  # fmt: skip
    return {
        "distribution": name,
        "package": package,
        "plugin": package,
        "title": name.replace("-", " ").capitalize(),
        "version": FIRST_VERSION,
        "operation": str(operation if operation is not None else operation_of(name)),
        "api_level": str(API_LEVEL),
        "kassa_version": importlib.metadata.version("kassa"),
    }


def _unusable(name: str, hint: Text) -> SetupError:
    return SetupError(
        _("{name} cannot be a plugin's name.", name=literal(name)), kept=_("Nothing was written."), hint=hint
    )


def _files(folder: Traversable, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.is_dir():
            yield from _files(entry, (*path, entry.name))
        elif entry.name.endswith(SUFFIX):
            yield (*path, entry.name), entry


def _target(path: tuple[str, ...], facts: Mapping[str, str]) -> Path:
    """Where a file of the template goes: its names say ``package`` for the package, ``dot-`` for a hidden file."""
    names = [_named(part.removesuffix(SUFFIX), facts) for part in path]
    return Path(*names)


def _named(part: str, facts: Mapping[str, str]) -> str:
    if part.startswith("dot-"):
        return "." + part.removeprefix("dot-")
    stem, dot, suffix = part.partition(".")
    return facts["package"] + dot + suffix if stem == "package" else part
