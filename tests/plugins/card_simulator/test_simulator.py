"""The simulated card terminal: answers by the amount, knows a payment by its id, and never looks like a real one."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.plugins.counter import Counter

from kassa.payment_terminal import CardRequest
from kassa_card_simulator.simulator import REMEMBERED, authorize, charged, reverse

D = Decimal


def request(counter: Counter, amount: str) -> CardRequest:
    """A payment of its own."""
    return CardRequest(counter.register.environment.new_id(), D(amount), "SEK")


@pytest.mark.parametrize(
    ("amount", "first", "again"),
    [
        ("10.00", "approved", "approved"),
        ("-10.00", "approved", "approved"),
        ("10.13", "declined", "declined"),
        ("10.17", "unknown", "approved"),
        ("10.19", "unknown", "unknown"),
    ],
)
def test_the_amount_decides(counter: Counter, amount: str, first: str, again: str) -> None:
    """The last two digits say what happens, and asking again about the same payment gives the documented answer."""
    asked = request(counter, amount)
    assert authorize(asked, counter.register).outcome == first
    assert authorize(asked, counter.register).outcome == again


def test_a_payment_is_charged_once(counter: Counter) -> None:
    """However often it is asked about."""
    before, asked = charged(counter.register), request(counter, "10.17")
    for _time in range(3):
        authorize(asked, counter.register)
    assert charged(counter.register) - before == D("10.17")


def test_what_was_taken_back_is_not_charged_again(counter: Counter) -> None:
    """A late repetition of the first request cannot bring a reversed payment back; neither can a reversal overtaken."""
    before = charged(counter.register)
    asked = request(counter, "10")
    authorize(asked, counter.register)
    assert reverse(asked, counter.register).outcome == "approved"
    assert authorize(asked, counter.register).outcome == "declined"
    never = request(counter, "20")
    assert reverse(never, counter.register).outcome == "approved"
    assert authorize(never, counter.register).outcome == "declined"
    assert charged(counter.register) == before


def test_it_says_that_it_is_a_simulator(counter: Counter) -> None:
    """In what the cashier reads, in every language, and in what is kept with the payment."""
    answer = authorize(request(counter, "10"), counter.register)
    assert answer.reference["simulated"] == "yes"
    assert answer.message.words("en") == "Simulated card terminal: approved"
    assert answer.message.words("sv") == "Simulerad kortterminal: godkänt"


def test_it_remembers_the_last_payments(counter: Counter) -> None:
    """Its memory is in the journal and does not grow without end."""
    for _time in range(REMEMBERED + 5):
        authorize(request(counter, "1"), counter.register)
    kept = counter.register.setting("card_simulator", "payments")
    assert kept is not None
    assert kept.count("payment_id") == REMEMBERED
