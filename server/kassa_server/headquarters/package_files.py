"""Where the files of packages are: immutable once they are there, served by ranges.

A store server keeps them in a directory. Another storage (an object store) is another class with the same methods.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Protocol


class PackageFiles(Protocol):
    """Files by package id."""

    @contextmanager
    def writing(self, package_id: str) -> Iterator[BinaryIO]:
        """Write one; it is there, whole, when this ends without an exception, and not at all otherwise."""

    def path(self, package_id: str) -> Path | None:
        """Where it is on this machine; None: it is not there."""

    def draft(self, package_id: str) -> Path:
        """A place to build something in."""

    def remove(self, package_id: str) -> None:
        """Remove one; nothing happens if it is not there."""


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

    def path(self, package_id: str) -> Path | None:
        """The file, if it is there."""
        file = self._file(package_id)
        return file if file.exists() else None

    def draft(self, package_id: str) -> Path:
        """A database that a snapshot is built in."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder / f"{package_id}.draft"

    def remove(self, package_id: str) -> None:
        """Remove the file."""
        with suppress(OSError):
            self._file(package_id).unlink()

    def _file(self, package_id: str) -> Path:
        if not package_id.isalnum():
            raise ValueError("not a package id")
        return self._folder / f"{package_id}.zst"
