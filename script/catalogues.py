"""The gettext catalogues: extracted from each package's ``_("…")``, ``n_("…", "…")`` and ``app.tr("…")``, in Python, kv
and templates.

A translation that is there stays as it is; a text that is new waits for one, and is named. A text that is gone stays
at the end of its file for a while, in case it comes back. The English catalogue repeats the message ids.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
ROOMS = ("core", "plugins", "ui", "server")
LANGUAGES = ("en", "sv")
KEYWORDS = {"_": None, "n_": (1, 2)}
KV = re.compile(r'\btr\(\s*("(?:[^"\\]|\\.)*")')
WIDTH = 120
DATE = datetime(2026, 1, 1, tzinfo=UTC)
"""The same in every catalogue, always: a date would change each file at each run."""
PLACEHOLDER = re.compile(r"\{(\w*)\}")


def packages() -> dict[str, Path]:
    """Each top-level package and its folder."""
    return {
        folder.name: folder
        for room in ROOMS
        for folder in sorted((ROOT / room).iterdir())
        if (folder / "__init__.py").exists()
    }


def extracted(folder: Path) -> Catalog:
    """A catalogue without translations of every text in a package."""
    catalogue = _empty(folder.name, None)
    for path in sorted(path for suffix in EXTRACT for path in folder.rglob(f"*{suffix}")):
        where = [(path.relative_to(folder).as_posix(), 1)]
        for message in EXTRACT[path.suffix](path):
            catalogue.add(message, None, where)
    return catalogue


def _python(path: Path) -> Iterator[str | tuple[str, ...]]:
    for _line, message, _comments, _context in extract_from_file("python", path, keywords=KEYWORDS):
        yield message


def _kv(path: Path) -> Iterator[str]:
    for found in KV.findall(path.read_text(encoding="utf-8")):
        yield ast.literal_eval(found)


def _template(path: Path) -> Iterator[str | tuple[str, ...]]:
    options = {"trim_blocks": "true", "lstrip_blocks": "true"}
    for _line, message, _comments, _context in extract_from_file("jinja2", path, keywords=KEYWORDS, options=options):
        yield message


EXTRACT = {".py": _python, ".kv": _kv, ".html": _template}
"""How each kind of file says its texts."""


def _empty(domain: str, language: str | None) -> Catalog:
    return Catalog(
        locale=language,
        domain=domain,
        project="Kassa",
        copyright_holder="the Kassa authors",
        header_comment="# Texts of Kassa.",
        creation_date=DATE,
        revision_date=DATE,
        last_translator="Kassa",
        language_team=language or "none",
        fuzzy=False,
    )


def po_path(folder: Path, language: str) -> Path:
    """Where a package's catalogue for a language lies."""
    return folder / "locale" / language / "LC_MESSAGES" / f"{folder.name}.po"


def stored(folder: Path, language: str) -> Catalog:
    """The catalogue as it lies there; an empty one if there is none."""
    path = po_path(folder, language)
    if not path.exists():
        return _empty(folder.name, language)
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=folder.name)


def renewed(folder: Path, language: str) -> Catalog:
    """The catalogue as it should be: today's texts with the translations that are there."""
    old, texts = stored(folder, language), extracted(folder)
    catalogue = _empty(folder.name, language)
    for message in texts:
        if message.id:
            kept = old.get(message.id if isinstance(message.id, str) else message.id[0])
            words = kept.string if kept is not None and _same_kind(kept, message) else None
            if language == "en" and not _whole(words):
                words = message.id
            catalogue.add(message.id, words, message.locations)
    for gone in (*old, *old.obsolete.values()):
        identity = gone.id if isinstance(gone.id, str) else gone.id[0]
        if identity and identity not in texts and _whole(gone.string) and language != "en":
            catalogue.obsolete[identity] = gone
    return catalogue


def _same_kind(one: Message, other: Message) -> bool:
    return isinstance(one.id, str) == isinstance(other.id, str)


def _whole(words: str | tuple[str, ...] | list[str] | None) -> bool:
    """Whether there is a translation, with every plural form."""
    return bool(words) and (isinstance(words, str) or all(words))


def missing(catalogue: Catalog) -> list[str]:
    """The texts that have no translation."""
    return [_name(message) for message in catalogue if message.id and not _whole(message.string)]


def misplaced(catalogue: Catalog) -> list[str]:
    """The texts whose translation has other placeholders than they have."""
    return [
        _name(message)
        for message in catalogue
        if message.id and _whole(message.string) and not _same_placeholders(message)
    ]


def _same_placeholders(message: Message) -> bool:
    wanted = [set(PLACEHOLDER.findall(form)) for form in _forms(message.id)]
    return all(
        set(PLACEHOLDER.findall(form)) in (wanted if len(wanted) > 1 else wanted[:1]) for form in _forms(message.string)
    )


def _forms(words: str | tuple[str, ...] | list[str]) -> list[str]:
    return [words] if isinstance(words, str) else list(words)


def _name(message: Message) -> str:
    return str(message.id if isinstance(message.id, str) else message.id[0])


def as_po(catalogue: Catalog) -> bytes:
    """The bytes of the ``.po`` file."""
    file = io.BytesIO()
    write_po(file, catalogue, width=WIDTH, include_lineno=False, sort_output=False)
    return file.getvalue()


def as_mo(catalogue: Catalog) -> bytes:
    """The bytes of the ``.mo`` file."""
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def main(arguments: list[str]) -> int:
    """Renew or check every catalogue; how many things are wrong decides the exit code."""
    wrong = 0
    for name, folder in packages().items():
        if len(list(extracted(folder))) <= 1:
            continue
        for language in LANGUAGES:
            catalogue, path = renewed(folder, language), po_path(folder, language)
            files = {path: as_po(catalogue), path.with_suffix(".mo"): as_mo(catalogue)}
            for file, content in files.items():
                if file.exists() and file.read_bytes() == content:
                    continue
                if "--check" in arguments:
                    wrong += 1
                    sys.stdout.write(f"{file.relative_to(ROOT)} is out of date\n")
                else:
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_bytes(content)
            for text in (*missing(catalogue), *misplaced(catalogue)):
                wrong += 1
                sys.stdout.write(f"{name} [{language}]: {text!r} has no (fitting) translation\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
