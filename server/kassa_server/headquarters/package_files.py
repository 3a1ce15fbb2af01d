"""Where the files of packages are: immutable once they are there, served by ranges.

A store server keeps them in a directory, or in an object store (:mod:`kassa_server.headquarters.s3_files`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from kassa.errors import KassaError

CHUNK = 256 * 1024
"""Bytes read at a time."""


class StorageUnavailable(KassaError):
    """The storage of packages does not answer, or does not let us in. What is there stays; nothing was written."""

    code = "storage_unavailable"
    retryable = True


class StoredFile(Protocol):
    """A file that is there. ``size`` in bytes; ``path``: where it is, if that is on this machine."""

    @property
    def size(self) -> int: ...

    @property
    def path(self) -> Path | None: ...

    def read(self, first: int, count: int) -> Iterator[bytes]:
        """``count`` bytes from ``first`` on, in chunks.

        :raises StorageUnavailable: the storage does not give them.
        """


class PackageFiles(Protocol):
    """Files by package id. Each method raises :class:`StorageUnavailable` if the storage does not answer."""

    @contextmanager
    def writing(self, package_id: str) -> Iterator[BinaryIO]:
        """Write one; it is there, whole, when this ends without an exception, and not at all otherwise."""

    def find(self, package_id: str) -> StoredFile | None:
        """The file; None: it is not there."""

    def draft(self, package_id: str) -> Path:
        """A place on this machine to build something in."""

    def remove(self, package_id: str) -> None:
        """Remove one; nothing happens if it is not there."""


def check_id(package_id: str) -> str:
    """The id itself, if it can be a file's name.

    :raises ValueError: it cannot.
    """
    if not (package_id.isascii() and package_id.isalnum()):
        raise ValueError("not a package id")
    return package_id


@dataclass(frozen=True)
class FileInDirectory:
    """A file in a directory."""

    path: Path
    size: int

    def read(self, first: int, count: int) -> Iterator[bytes]:
        """``count`` bytes from ``first`` on, in chunks."""
        with self.path.open("rb") as file:
            file.seek(first)
            while count > 0 and (chunk := file.read(min(CHUNK, count))):
                count -= len(chunk)
                yield chunk


class DirectoryFiles:
    """Package files in a directory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def writing(self, package_id: str) -> Iterator[BinaryIO]:
        """Write one beside its place, and move it there when it is whole and on the disk."""
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = self._folder / f"{package_id}.new"
        try:
            with draft.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._file(package_id))
        finally:
            draft.unlink(missing_ok=True)

    def find(self, package_id: str) -> FileInDirectory | None:
        """The file, if it is there."""
        file = self._file(package_id)
        try:
            return FileInDirectory(file, file.stat().st_size)
        except FileNotFoundError:
            return None

    def draft(self, package_id: str) -> Path:
        """A database that a snapshot is built in."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder / f"{package_id}.draft"

    def remove(self, package_id: str) -> None:
        """Remove the file."""
        with suppress(OSError):
            self._file(package_id).unlink()

    def _file(self, package_id: str) -> Path:
        return self._folder / f"{check_id(package_id)}.zst"
