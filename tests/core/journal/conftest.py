"""A journal in a folder of its own, that a test may close and open again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.core.journal.book import FIRST, RECORD, environment

from kassa.errors import KassaError
from kassa.journal import Journal
from kassa.journal.database import WriteListener


class Shelf:
    """Where the journal lies."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment, self.clock = environment()
        self.journal = self._take(create=True)
        self.journal.open_series(FIRST, 1, RECORD)

    @property
    def path(self) -> Path:
        """The journal's file."""
        return self.folder / Journal.FILE

    def _take(self, *, create: bool = False, on_write: WriteListener | None = None) -> Journal:
        return Journal(self.folder, self.environment, create=create, on_write=on_write)

    def reopen(self, on_write: WriteListener | None = None) -> Journal:
        """Close the journal and open it again."""
        self.journal.close()
        self.journal = self._take(on_write=on_write)
        return self.journal


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    """A journal with a series open and nothing in it."""
    made = Shelf(tmp_path)
    yield made
    with suppress(KassaError):
        made.journal.close()


@pytest.fixture
def journal(shelf: Shelf) -> Journal:
    """The journal on the shelf."""
    return shelf.journal
