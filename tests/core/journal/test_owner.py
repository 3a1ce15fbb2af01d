"""One journal, one owner: another process and another journal of this process are kept out until it is closed."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.core.journal.book import sell
from tests.core.journal.conftest import Shelf

from kassa.environment import Environment
from kassa.errors import JournalError, JournalInUse
from kassa.journal import Journal

OWNER = """
import sys
from pathlib import Path
from kassa.environment import Environment
from kassa.journal import Journal
journal = Journal(Path(sys.argv[1]), Environment())
print("open", flush=True)
sys.stdin.read()
"""


@contextmanager
def owned_elsewhere(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process has the journal."""
    command = [sys.executable, "-c", OWNER, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        try:
            yield process
        finally:
            process.kill()


def test_second_process_is_refused_and_changes_nothing(shelf: Shelf) -> None:
    """While a process has the journal another is told so, in words for the cashier; it goes on undisturbed."""
    sell(shelf.journal)
    shelf.journal.close()
    with owned_elsewhere(shelf.folder), pytest.raises(JournalInUse) as caught:
        Journal(shelf.folder, shelf.environment)
    assert caught.value.hint is not None
    assert str(shelf.path) in caught.value.where


def test_killed_owner_leaves_the_journal_free(shelf: Shelf) -> None:
    """The lock is the operating system's: it does not outlive a process that was killed."""
    sell(shelf.journal)
    shelf.journal.close()
    with owned_elsewhere(shelf.folder) as owner:
        owner.kill()
        owner.wait()
        shelf.journal = Journal(shelf.folder, shelf.environment)
    assert shelf.journal.series.sequence == 1


def test_second_owner_in_this_process_is_refused(shelf: Shelf) -> None:
    """The same process may not open it twice either."""
    with pytest.raises(JournalInUse):
        Journal(shelf.folder, shelf.environment)
    assert sell(shelf.journal)[0].sequence == 1


def test_any_thread_may_close_it(shelf: Shelf) -> None:
    """A journal that one thread opened and another closed is free."""
    closing = threading.Thread(target=shelf.journal.close)
    closing.start()
    closing.join()
    shelf.journal = Journal(shelf.folder, shelf.environment)
    assert shelf.journal.activated


def test_journal_that_could_not_be_opened_is_free(shelf: Shelf) -> None:
    """A failed opening gives the lock back."""
    shelf.journal.close()
    content = shelf.path.read_bytes()
    shelf.path.write_bytes(b"no journal at all" * 100)
    with pytest.raises(JournalError) as first:
        Journal(shelf.folder, shelf.environment)
    with pytest.raises(JournalError) as second:
        Journal(shelf.folder, shelf.environment)
    assert type(second.value) is type(first.value)
    shelf.path.write_bytes(content)
    shelf.journal = Journal(shelf.folder, shelf.environment)
    assert shelf.journal.activated


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    """A folder that does not exist is an error of the journal, with its name."""
    with pytest.raises(JournalError) as caught:
        Journal(tmp_path / "nowhere", Environment())
    assert "nowhere" in caught.value.where
