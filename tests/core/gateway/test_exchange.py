"""One request on its way: whoever settles it first wins, and *never sent* stays true."""

from __future__ import annotations

import pytest

from kassa.errors import Canceled, NoAnswer
from kassa.gateway.exchange import Exchange
from kassa.testing.clock import TestClock


@pytest.fixture
def exchange() -> Exchange:
    return Exchange(TestClock(), 10, "POST /")


def test_nothing_is_written_after_it_was_cut_off(exchange: Exchange) -> None:
    """A request that ended as never sent refuses to be written afterwards."""
    assert exchange.cut_off()
    with pytest.raises(ConnectionAbortedError):
        exchange.about_to_write()
    error = exchange.future.exception()
    assert isinstance(error, Canceled)
    assert not error.sent


def test_what_was_written_was_sent(exchange: Exchange) -> None:
    """From the first byte on it counts as sent."""
    exchange.about_to_write()
    exchange.time_out()
    error = exchange.future.exception()
    assert isinstance(error, NoAnswer)
    assert (error.reason, error.sent) == ("timeout", True)


def test_first_outcome_counts(exchange: Exchange) -> None:
    """What comes after the outcome changes nothing."""
    exchange.succeed("answer")
    assert not exchange.cut_off()
    exchange.time_out()
    exchange.fail(ValueError())
    exchange.succeed("another")
    assert exchange.future.result() == "answer"
