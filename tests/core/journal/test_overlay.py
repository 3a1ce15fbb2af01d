"""The overlay: rows made here, kept until the store server's own have come back, and no longer."""

from __future__ import annotations

from typing import Any

from tests.core.journal.book import FIRST, event, sell
from tests.core.journal.conftest import Shelf

from kassa.journal import Journal

ONE, TWO = "a1" * 16, "b2" * 16


def write(journal: Journal, command_id: str, *rows: tuple[str, dict[str, Any] | None], online: bool = False) -> None:
    """A command that lays rows over the table of suspended sales."""
    journal.commands.record(command_id, "acme.put", b"{}", b"{}", generation=0)
    changes = [("suspended_sale", key, row) for key, row in rows]
    journal.answer_command(command_id, b"{}", event("command"), generation=0, online=online, overlay=changes)


def keys(journal: Journal) -> list[str]:
    """The keys of the rows whose command the store server knows."""
    return sorted(mark.key for mark in journal.overlay.delivered())


def test_rows_survive(shelf: Shelf) -> None:
    """A row made here is there after a restart, and None says that a row was removed here."""
    write(shelf.journal, ONE, ("1", {"label": "Eva", "lines": [1, 2]}), ("2", None))
    overlay = shelf.reopen().overlay
    assert overlay.rows("suspended_sale") == {"1": {"label": "Eva", "lines": [1, 2]}, "2": None}
    assert overlay.rows("item") == {}


def test_last_change_of_a_row_counts(journal: Journal) -> None:
    """A later command's row takes the place of an earlier one's."""
    write(journal, ONE, ("1", {"label": "Eva"}))
    write(journal, TWO, ("1", None))
    assert journal.overlay.rows("suspended_sale") == {"1": None}


def test_row_waits_for_the_delivery_of_its_command(journal: Journal) -> None:
    """A row made offline can settle only after its command's entry was acknowledged; one answered online at once."""
    sell(journal)
    write(journal, ONE, ("1", {"a": 1}))
    write(journal, TWO, ("2", {"a": 1}), online=True)
    assert keys(journal) == ["2"]
    journal.acknowledge(FIRST, 1)
    assert keys(journal) == ["2"]
    journal.acknowledge(FIRST, 2)
    assert keys(journal) == ["1", "2"]
    assert {mark.key: mark.done for mark in journal.overlay.delivered()} == {"1": False, "2": True}


def test_settled_row_is_gone(shelf: Shelf) -> None:
    """A row that came back from the store server is taken away, and others stay."""
    write(shelf.journal, ONE, ("1", {"a": 1}), ("2", {"a": 2}), online=True)
    marks = tuple(mark for mark in shelf.journal.overlay.delivered() if mark.key == "1")
    shelf.journal.overlay.settle(marks)
    assert shelf.reopen().overlay.rows("suspended_sale") == {"2": {"a": 2}}


def test_change_made_meanwhile_is_not_settled(journal: Journal) -> None:
    """A row changed again while the store server was read keeps its newer change."""
    write(journal, ONE, ("1", {"a": 1}), online=True)
    marks = journal.overlay.delivered()
    write(journal, TWO, ("1", {"a": 2}))
    journal.overlay.settle(marks)
    assert journal.overlay.rows("suspended_sale") == {"1": {"a": 2}}
