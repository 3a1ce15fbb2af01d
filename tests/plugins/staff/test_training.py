"""704 Training mode: everything as at work, and nothing of it counts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.plugins.counter import APPROVAL, Counter

from kassa.errors import NotAllowed, NotAvailable
from kassa.journal.entry import EntryBody
from kassa.operations import Finished


@pytest.fixture
def learner(counter: Counter) -> Iterator[Counter]:
    """The cashier, in training with a manager's approval."""
    counter.run(704, approval=APPROVAL)
    yield counter
    counter.ready()
    counter.register.session.training = False


def entry(counter: Counter, finished: Finished) -> EntryBody:
    found = counter.register.journal_entry(entry_id=finished.entry_id)
    assert found is not None
    return found


def test_training_sales_have_a_series_of_their_own(learner: Counter) -> None:
    """Paid in cash or by card, a training sale takes the next training number, no receipt number, and charges no card;
    after training the receipts go on without a gap."""
    before = learner.register.journal.next_receipt_number()
    numbers = []
    for operation in (200, 201):
        learner.scan()
        finished = learner.finished(learner.run(operation))
        body = entry(learner, finished)
        assert (body.kind, body.training, body.receipt_number) == ("sale", True, None)
        assert finished.transaction is not None
        numbers.append(finished.transaction.extra["training_number"])
    first = int(numbers[0].removeprefix("T-"))
    assert numbers == [f"T-{first:06}", f"T-{first + 1:06}"]
    assert learner.register.setting("card_simulator", "payments") is None
    learner.run(704, approval=APPROVAL)
    learner.scan()
    finished = learner.finished(learner.run(200))
    assert finished.receipt_number == before
    assert not entry(learner, finished).training


def test_training_is_never_posted_as_a_sale(learner: Counter) -> None:
    """The store server has a training sale in the journal, and none of it in the tables of sales."""
    learner.scan()
    finished = learner.finished(learner.run(200))
    assert finished.transaction is not None
    assert entry(learner, finished).training
    learner.shop.delivered(learner.register)
    query = learner.shop.server.query
    stored = query("SELECT posting FROM journal_entry WHERE entry_id = :entry", entry=finished.entry_id)
    assert stored == [{"posting": "posted"}]
    posted = query("SELECT * FROM sales_transaction WHERE entry_id = :entry", entry=finished.entry_id)
    lines = query("SELECT * FROM sales_line WHERE transaction_id = :id", id=finished.transaction.transaction_id)
    assert (posted, lines) == ([], [])


def test_what_would_count_is_refused(learner: Counter) -> None:
    """A customer added, a sale suspended or goods of a receipt taken back would be real: refused, the sale goes on."""
    learner.scan()
    with pytest.raises(NotAvailable, match="Not while training"):
        learner.run(503)
    with pytest.raises(NotAvailable, match="Not while training"):
        learner.run(612, name="Anna Ek")
    assert len(learner.sale.lines) == 1
    assert learner.register.journal.commands.pending() == []


def test_a_training_sale_stays_training(learner: Counter) -> None:
    """A sale begun in training is training, though the register has forgotten that it trains, and one that is voided is
    a training void."""
    learner.scan()
    learner.register.session.training = False
    assert learner.register.view().training
    learner.finished(learner.run(200))
    assert not learner.register.view().training


def test_training_needs_a_manager_and_ends_with_log_off(counter: Counter) -> None:
    """A cashier alone may not train; not in the middle of a sale; log off ends it, as whoever comes next sells."""
    with pytest.raises(NotAllowed):
        counter.run(704)
    counter.scan()
    with pytest.raises(NotAvailable, match="in progress"):
        counter.run(704, approval=APPROVAL)
    counter.ready()
    counter.run(704, approval=APPROVAL)
    assert counter.register.view().training
    counter.run(701)
    counter.ready()
    assert not counter.register.view().training
