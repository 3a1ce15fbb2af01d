"""Commands: in the journal before they are sent, answered once with all that follows, and never forgotten."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.core.journal.book import FIRST, RECORD, SECOND, event, sell, transaction
from tests.core.journal.conftest import Shelf

from kassa.errors import JournalBehind, StaleGeneration
from kassa.journal import Journal

ONE, TWO, THREE = "a1" * 16, "b2" * 16, "c3" * 16


def note(journal: Journal, command_id: str = ONE) -> None:
    """Note a command that is about to be sent."""
    journal.commands.record(command_id, "acme.add_points", b'{"who":1}', b'{"points":5}', generation=journal.generation)


def answer(journal: Journal, command_id: str = ONE, **more: object) -> object:
    """Keep a command's answer."""
    given: dict[str, object] = {"generation": journal.generation, "online": True, **more}
    return journal.answer_command(command_id, b'{"total":5}', event("command"), **given)  # type: ignore[arg-type]


def pending(journal: Journal) -> list[tuple[str, bool]]:
    return [(command.command_id, command.doubtful) for command in journal.commands.pending()]


def test_command_is_there_before_it_is_sent(shelf: Shelf) -> None:
    """What was noted survives a restart as it was, with who asked; it takes no number yet."""
    note(shelf.journal)
    (command,) = shelf.reopen().commands.pending()
    assert (command.command_id, command.name, command.doubtful) == (ONE, "acme.add_points", False)
    assert (command.context, command.request) == (b'{"who":1}', b'{"points":5}')
    assert shelf.journal.entries() == []


def test_answer_comes_with_its_entry(shelf: Shelf) -> None:
    """The answer, the command's entry in the chain and the end of its waiting are one write."""
    note(shelf.journal)
    answer(shelf.journal)
    journal = shelf.reopen()
    assert pending(journal) == []
    assert journal.commands.answer_to(ONE) == b'{"total":5}'
    assert [entry.kind for entry in journal.entries()] == ["command"]


def test_second_answer_does_nothing(journal: Journal) -> None:
    """A command that was answered stays as it was answered: no second entry, row or change of the sale."""
    note(journal)
    answer(journal)
    journal.save_sale(transaction(), generation=0)
    assert answer(journal, overlay=[("item", "1", {"a": 2})], sale=(None,)) is None
    assert len(journal.entries()) == 1
    assert journal.overlay.rows("item") == {}
    assert journal.sale == transaction()


def test_noting_again_changes_nothing(journal: Journal) -> None:
    """A command sent again under its id is not pending anew once it was answered."""
    note(journal)
    answer(journal)
    note(journal)
    assert pending(journal) == []


@pytest.mark.parametrize(("before", "effect"), [(transaction(1), None), (None, transaction(2))])
def test_answer_changes_the_sale_in_the_same_write(shelf: Shelf, before: object, effect: object) -> None:
    """Suspending takes the sale off the till, recalling puts one on it, in the write that keeps the answer."""
    moments: list[str] = []
    journal = shelf.reopen(on_write=lambda when, label: moments.append(f"{when} {label}"))
    journal.save_sale(before, generation=0)  # type: ignore[arg-type]
    note(journal)
    moments.clear()
    answer(journal, sale=(effect,))
    assert moments == ["before answer_command", "after answer_command"]
    assert journal.sale == effect
    assert shelf.reopen().sale == effect


def test_refused_command_is_not_sent_again(shelf: Shelf) -> None:
    """A refusal ends a command; it takes no number."""
    note(shelf.journal)
    shelf.journal.commands.refuse(ONE, generation=0)
    journal = shelf.reopen()
    assert pending(journal) == []
    assert journal.commands.answer_to(ONE) is None
    assert journal.series.sequence == 0


def test_doubtful_command_is_to_be_asked_about(shelf: Shelf) -> None:
    """A command refused here, while the store server may have done it, stays until it has been asked about."""
    note(shelf.journal)
    shelf.journal.commands.doubt(ONE, generation=0)
    journal = shelf.reopen()
    assert pending(journal) == [(ONE, True)]
    answer(journal)
    assert pending(journal) == []


def test_pending_commands_are_in_the_order_they_were_made(shelf: Shelf) -> None:
    """Commands are sent again oldest first (their ids are made in order), those in doubt among them."""
    for command_id in (TWO, ONE, THREE):
        note(shelf.journal, command_id)
    shelf.journal.commands.doubt(TWO, generation=0)
    assert pending(shelf.reopen()) == [(ONE, False), (TWO, True), (THREE, False)]


WRITES: dict[str, Callable[[Journal], object]] = {
    "record": lambda journal: journal.commands.record(TWO, "acme.add", b"{}", b"{}", generation=0),
    "answer": lambda journal: answer(journal, generation=0),
    "refuse": lambda journal: journal.commands.refuse(ONE, generation=0),
    "doubt": lambda journal: journal.commands.doubt(ONE, generation=0),
}


@pytest.mark.parametrize("write", WRITES)
def test_worker_that_was_replaced_changes_no_command(journal: Journal, write: str) -> None:
    """Whatever a worker that was given up still knows of a command, it writes nothing."""
    note(journal)
    journal.generation = 1
    with pytest.raises(StaleGeneration):
        WRITES[write](journal)
    assert pending(journal) == [(ONE, False)]
    assert journal.entries() == []


def test_answer_that_cannot_be_numbered_leaves_the_command_pending(journal: Journal) -> None:
    """Where numbering has stopped an answer is not half kept: the command is still asked about."""
    note(journal)
    journal.stop_series(FIRST, "copy")
    with pytest.raises(JournalBehind):
        answer(journal, overlay=[("item", "1", {"a": 1})])
    assert pending(journal) == [(ONE, False)]
    assert journal.overlay.rows("item") == {}


def test_command_is_not_begun_where_numbering_has_stopped(journal: Journal) -> None:
    """What could not be kept is not asked for either."""
    journal.stop_series(FIRST, "copy")
    with pytest.raises(JournalBehind):
        note(journal)
    assert pending(journal) == []


def test_pending_commands_outlive_a_new_activation(shelf: Shelf) -> None:
    """A new series forgets no command, and numbers it when its answer comes."""
    sell(shelf.journal)
    note(shelf.journal)
    shelf.journal.open_series(SECOND, 2, RECORD)
    journal = shelf.reopen()
    assert pending(journal) == [(ONE, False)]
    answer(journal)
    assert [(entry.series, entry.sequence) for entry in journal.entries()] == [(SECOND, 1)]
