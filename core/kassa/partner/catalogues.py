"""A package's gettext catalogues: extracted from its ``_("…")`` and ``n_("…", "…")``, and compiled."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

LANGUAGES = ("sv",)
"""English is the texts themselves."""
_HEADERS = (b'"Language:', b'"Plural-Forms:', b'"MIME-Version:', b'"Content-')
_KEYWORDS = {"_": None, "n_": (1, 2)}
_DATE = datetime(2026, 1, 1, tzinfo=UTC)


def renew_catalogues(package: Path) -> list[str]:
    """Bring a package's catalogues up to date with its sources, and compile them.

    :param package: its folder.
    :returns: what has no translation: language and text.
    """
    found = _extracted(package)
    missing = []
    for language in LANGUAGES:
        path = package / "locale" / language / "LC_MESSAGES" / f"{package.name}.po"
        catalogue = _renewed(path, language, found)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_as_po(catalogue, package.name))
        compile_catalogue(path)
        missing += [f"{language}: {text}" for text in untranslated(catalogue)]
    return missing


def untranslated_texts(package: Path) -> list[str]:
    """The texts in a package's sources that its compiled catalogues do not translate: language and text."""
    missing = []
    for language in LANGUAGES:
        path = package / "locale" / language / "LC_MESSAGES" / f"{package.name}.mo"
        known: set[str] = set()
        if path.exists():
            with path.open("rb") as file:
                catalogue = read_mo(file)
            known = {_first(message) for message in catalogue if _whole(message.string)}
        used = [_first(message) for message in _extracted(package) if message.id]
        missing += [f"{language}: {text}" for text in used if text not in known]
    return missing


def _first(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _extracted(package: Path) -> Catalog:
    found = Catalog(charset="utf-8")
    for _file, _line, message, _comments, _context in extract_from_dir(
        package, method_map=[("**.py", "python")], keywords=_KEYWORDS
    ):
        found.add(message)
    return found


def _renewed(path: Path, language: str, found: Catalog) -> Catalog:
    catalogue = read_catalogue(path, language) if path.exists() else Catalog(locale=language, charset="utf-8")
    catalogue.update(found, no_fuzzy_matching=True)
    catalogue.creation_date = catalogue.revision_date = _DATE
    return catalogue


def _as_po(catalogue: Catalog, name: str) -> bytes:
    """A ``.po`` file that is the same whoever writes it, and whenever."""
    catalogue.header_comment = f"# Texts of {name}."
    file = io.BytesIO()
    write_po(file, catalogue, include_lineno=False)
    head, gap, rest = file.getvalue().partition(b"\n\n")
    lines = [line for line in head.split(b"\n") if not line.startswith(b'"') or line.startswith(_HEADERS)]
    return b"\n".join(lines) + gap + rest


def read_catalogue(path: Path, language: str) -> Catalog:
    """A ``.po`` file."""
    with path.open("rb") as file:
        return read_po(file, locale=language)


def untranslated(catalogue: Catalog) -> list[str]:
    """The texts of a catalogue that have no translation, or not every form of one."""
    return [_first(message) for message in catalogue if message.id and not _whole(message.string)]


def _whole(words: str | tuple[str, ...] | list[str] | None) -> bool:
    return bool(words) and (isinstance(words, str) or all(words or ()))


def compile_catalogue(path: Path) -> Path:
    """Write the ``.mo`` file beside a ``.po`` file; its path."""
    catalogue = read_catalogue(path, path.parents[1].name)
    catalogue.creation_date = catalogue.revision_date = _DATE
    compiled = path.with_suffix(".mo")
    with compiled.open("wb") as file:
        write_mo(file, catalogue)
    return compiled
