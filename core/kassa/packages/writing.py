"""Writing packages: batches of rows, column by column, into a zstd stream."""

from __future__ import annotations

import hashlib
import io
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO, Literal

import msgspec

from kassa.packages.compression import ZstdFile
from kassa.packages.manifest import LARGEST_BATCH, Batch, Manifest

LEVEL = 3
"""Measured: 5.4 MB and 0.16 s for 100,000 items; level 9 saves 7 % in four times the time."""


@dataclass(frozen=True)
class PackageFile:
    """A package as written: bytes, and SHA-256 in hexadecimal."""

    size: int
    sha256: str


class DigestingFile(io.RawIOBase):
    """Passes on what is written, and counts and digests it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self._size = 0

    def writable(self) -> bool:
        """It is for writing."""
        return True

    def write(self, data: Any) -> int:
        """Pass on."""
        written = bytes(data)
        self._digest.update(written)
        self._size += len(written)
        self._file.write(written)
        return len(written)

    @property
    def written(self) -> PackageFile:
        """What has been written."""
        return PackageFile(self._size, self._digest.hexdigest())


def make_batches(
    table: str,
    action: Literal["upsert", "update", "delete"],
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
) -> Iterator[Batch]:
    """Batches of at most :data:`LARGEST_BATCH` rows; ``rows`` are raw database values in the order of ``columns``."""
    left = iter(rows)
    while part := list(islice(left, LARGEST_BATCH)):
        values = tuple(zip(*part, strict=True))
        yield Batch(table, action, tuple(columns), values, zlib.crc32(msgspec.json.encode(values)))


def write_package(file: BinaryIO, manifest: Manifest, batches: Iterable[Batch], *, level: int = LEVEL) -> PackageFile:
    """Write a package; what stands in the list about it. ``file`` is left open."""
    digesting = DigestingFile(file)
    encoder = msgspec.json.Encoder()
    with ZstdFile(digesting, "wb", level=level) as stream:
        stream.write(encoder.encode(manifest) + b"\n")
        for batch in batches:
            stream.write(encoder.encode(batch) + b"\n")
    return digesting.written
