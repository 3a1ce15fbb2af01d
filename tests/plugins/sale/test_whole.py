"""500 Void transaction, 501 Transaction comment, 503 Suspend and 504 Recall transaction."""

from __future__ import annotations

import pytest
from tests.plugins.counter import Counter

from kassa.errors import NotAvailable, NotFound
from kassa.testing.store import SECOND_REGISTER


def recall_all(counter: Counter) -> None:
    """Take up and void what other tests have suspended."""
    while True:
        try:
            found = counter.run(504).data
        except NotFound:
            return
        if counter.register.transaction is None:
            counter.run(504, transaction_id=found[0].transaction_id)
        counter.run(500)


def test_a_void_sale_is_in_the_journal_without_a_receipt(counter: Counter) -> None:
    """500 ends the sale: the journal has it as void, and it takes no receipt number."""
    counter.scan()
    result = counter.run(500)
    finished = counter.finished(result)
    assert (finished.kind, finished.receipt_number) == ("void", None)
    assert finished.transaction is not None
    assert finished.transaction.voided


def test_a_sale_with_payments_is_neither_voided_nor_suspended(counter: Counter) -> None:
    """Money that has been taken is given back first."""
    counter.scan("1004")
    counter.run(200, amount="100")
    for operation in (500, 503):
        with pytest.raises(NotAvailable, match="payments") as refused:
            counter.run(operation)
        assert "Void the payments" in str(refused.value.hint)
    counter.run(211)
    counter.finished(counter.run(500))


def test_a_comment_stays_with_the_sale(counter: Counter) -> None:
    """501 comments the sale as a whole."""
    counter.scan()
    counter.run(501, comment="fetch at three")
    assert counter.sale.comment == "fetch at three"


def test_a_suspended_sale_comes_back_whole(counter: Counter) -> None:
    """503 takes the sale off the till, 504 brings it back with its lines, discounts and comment, once."""
    recall_all(counter)
    counter.scan("1001")
    counter.scan("1002", quantity=3)
    counter.run(301, percent="5")
    counter.run(501, comment="blue coat")
    before = counter.sale
    result = counter.run(503)
    assert result.message is not None
    assert "Kaffe mellanrost" in str(result.message)
    assert counter.register.transaction is None
    counter.run(504)
    assert counter.sale == before
    counter.run(500)
    with pytest.raises(NotFound):
        counter.run(504)


def test_a_sale_without_lines_is_not_suspended(counter: Counter) -> None:
    """There would be nothing to take up."""
    counter.scan()
    counter.run(102)
    with pytest.raises(NotAvailable):
        counter.run(503)


def test_a_sale_is_not_recalled_into_another(counter: Counter) -> None:
    """With a sale in progress nothing is taken up."""
    counter.scan()
    with pytest.raises(NotAvailable, match="in progress"):
        counter.run(504)


def test_several_suspended_sales_are_chosen_from(counter: Counter) -> None:
    """Two and more are listed in a window, oldest first; its buttons take one up."""
    recall_all(counter)
    for label in ("first", None):
        counter.scan("1001" if label else "1002")
        counter.run(503, **({"label": label} if label else {}))
    result = counter.run(504)
    assert result.window is not None
    assert [row.label.words("sv") for row in result.window.rows] == ["first", "Mjölk 1,5 % 1 l"]
    action = result.window.actions[1]
    assert action.operation == 504
    counter.run(504, **action.parameters)
    assert counter.sale.lines[0].item.number == "1002"
    counter.run(500)
    recall_all(counter)


def test_another_register_takes_a_suspended_sale_up(counter: Counter) -> None:
    """A sale suspended at one till goes on at another of the store, as a sale of that till; and only there."""
    recall_all(counter)
    counter.scan("1001")
    counter.run(503)
    other = Counter(counter.shop, counter.shop.activate(SECOND_REGISTER))
    other.run(504)
    assert (other.sale.register_id, other.sale.lines[0].item.number) == (SECOND_REGISTER, "1001")
    with pytest.raises(NotFound):
        counter.run(504)
    other.run(500)
    other.register.close()
