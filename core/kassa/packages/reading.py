"""Reading packages: types are checked while decoding, and nothing in a package can make the register run out of memory.

What is read here has been verified already (:mod:`kassa.packages.verifying`); the limits hold all the same.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO, Literal, NoReturn

import msgspec

from kassa.packages.compression import ZstdError, ZstdFile, largest_unpacked
from kassa.packages.errors import PackageDamaged, PackageRefused, from_the_future
from kassa.packages.manifest import FORMAT, LARGEST_BATCH, Batch, Manifest, PackagedTable
from kassa.schema.groups import SCHEMA_REVISION
from kassa.text import texts

_, n_ = texts("kassa")
LONGEST_LINE = 16 * 1024 * 1024
"""Bytes of one line: 2,000 rows of the widest table, many times over."""
_TYPES: dict[str, Any] = {"text": str, "integer": int, "boolean": bool, "bytes": bytes, "time": datetime}


class _Line(msgspec.Struct, frozen=True):
    """A batch whose values have not been looked at."""

    table: str
    action: Literal["upsert", "update", "delete"]
    columns: tuple[str, ...]
    values: msgspec.Raw
    checksum: int


def open_package(file: BinaryIO, *, longest_line: int = LONGEST_LINE) -> tuple[Manifest, Iterator[Batch]]:
    """The manifest, and the batches as they are read.

    :raises PackageDamaged: it does not read as a package; from the iterator too.
    :raises PackageFromTheFuture: format or schema are newer than this version.
    """
    largest = largest_unpacked(file)
    lines = _lines(ZstdFile(file, "rb"), longest_line, largest)
    first = next(lines, b"")
    manifest = _manifest(first)
    return manifest, _batches(manifest, lines)


def _lines(stream: Any, longest: int, largest: int) -> Iterator[bytes]:
    """Lines of the stream.

    :raises PackageDamaged: it ends too early, is not zstd, a line is too long, or all of them are.
    """
    left = largest
    while True:
        try:
            line: bytes = stream.readline(longest + 1)
        except (ZstdError, EOFError, OSError) as error:
            raise _damaged(str(error)) from error
        if not line:
            return
        if not line.endswith(b"\n"):
            _give_up("a line without end" if len(line) <= longest else f"a line of over {longest} bytes")
        left -= len(line)
        if left < 0:
            _give_up(f"it unpacks to over {largest} bytes")
        yield line


def _manifest(line: bytes) -> Manifest:
    try:
        told = msgspec.json.decode(line)
        version = told["format"] if isinstance(told, dict) else None
        if isinstance(version, int) and version > FORMAT:
            raise from_the_future(f"format {version}")
        manifest = msgspec.json.decode(line, type=Manifest)
    except (msgspec.DecodeError, KeyError, UnicodeDecodeError) as error:
        raise _damaged(f"manifest: {error}") from error
    if manifest.schema_revision > SCHEMA_REVISION:
        raise from_the_future(f"schema {manifest.schema_revision}, here {SCHEMA_REVISION}")
    return manifest


def _batches(manifest: Manifest, lines: Iterator[bytes]) -> Iterator[Batch]:
    tables = {table.name: table for table in manifest.tables}
    left = {table.name: table.rows for table in manifest.tables}
    line_decoder = msgspec.json.Decoder(_Line)
    value_decoders: dict[tuple[str, tuple[str, ...]], msgspec.json.Decoder[Any]] = {}
    for line in lines:
        try:
            told = line_decoder.decode(line)
            if zlib.crc32(bytes(told.values)) != told.checksum:
                _give_up(f"checksum of a batch of {told.table}")
            shape = (told.table, told.columns)
            if shape not in value_decoders:
                value_decoders[shape] = _decoder(tables, *shape)
            values = value_decoders[shape].decode(told.values)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise _damaged(f"batch: {error}") from error
        rows = len(values[0])
        left[told.table] -= rows
        uneven = any(len(column) != rows for column in values)
        if uneven or not 0 < rows <= LARGEST_BATCH or left[told.table] < 0:
            _give_up(f"rows of {told.table}")
        yield Batch(told.table, told.action, told.columns, values, told.checksum)
    if any(left.values()):
        _give_up(f"rows missing: {left}")


def _decoder(tables: dict[str, PackagedTable], name: str, columns: tuple[str, ...]) -> msgspec.json.Decoder[Any]:
    table = tables.get(name)
    known = {} if table is None else {column.name: column for column in table.columns}
    if table is None or not columns or len(set(columns)) != len(columns) or not set(columns) <= set(known):
        raise PackageRefused(
            _("A data package has a table or column that it does not name."), where=f"{name} {columns}"
        )
    if not set(table.key) <= set(columns):
        raise PackageRefused(_("A data package has rows without a key."), where=f"{name} {columns}")
    types = []
    for column in columns:
        plain = _TYPES[known[column].type]
        types.append(list[plain | None] if known[column].nullable else list[plain])  # type: ignore[valid-type]
    return msgspec.json.Decoder(tuple[tuple(types)])  # type: ignore[misc]


def _give_up(where: str) -> NoReturn:
    raise _damaged(where)


def _damaged(where: str) -> PackageDamaged:
    return PackageDamaged(_("A data package is damaged and was not used."), where=where)
