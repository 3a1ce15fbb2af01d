"""Operations offered in a dialog of their own: voiding a payment, leaving the till."""

from __future__ import annotations

from decimal import Decimal

from tests.ui.desk_kit import Bench

from kassa_ui.presenters.offered import OfferDialog
from kassa_ui.presenters.speech import speech


def labels(bench: Bench) -> list[str]:
    dialog = bench.till.dialog
    assert isinstance(dialog, OfferDialog)
    return [choice.label for choice in dialog.drawn(speech(bench.till.view)).choices]


def test_a_part_payment_is_voided(bench: Bench) -> None:
    """What is paid leads to voiding the last payment; then all is to pay again, and nothing is shown as paid."""
    bench.selling()
    bench.type("500")
    bench.till.desk.press_card()
    bench.settle()
    bench.till.press_paid()
    assert labels(bench) == ["Stäng", "Ångra betalning"]
    bench.type("\n", 2)
    bench.settle()
    assert bench.register.submitted[-1] == (211, {"payment_id": "p2"})
    assert bench.till.dialog is None
    assert bench.sale().totals.paid == ("", "")
    assert bench.till.view.totals is not None
    assert bench.till.view.totals.paid == Decimal(0)


def test_nothing_paid_is_nothing_to_void(bench: Bench) -> None:
    """Without a payment there is nothing to press."""
    bench.selling()
    bench.till.press_paid()
    assert bench.till.dialog is None


def test_log_off(bench: Bench) -> None:
    """Between sales the person logs off; the log on screen is up, and no dialog is left on it."""
    bench.at_desk()
    bench.till.press_staff()
    assert labels(bench) == ["Stäng", "Inställningar", "Enheter", "Övning", "Ring support", "Logga ut", "Lås"]
    bench.till.dialog.choose(5)
    bench.settle()
    assert (bench.till.screen, bench.till.dialog) == ("log_on", None)
    bench.till.press_staff()
    assert bench.till.dialog is None


def test_log_off_in_a_sale(bench: Bench) -> None:
    """In the middle of a sale log off is refused in the dialog, and the till can still be locked there."""
    bench.selling()
    bench.till.press_staff()
    dialog = bench.till.dialog
    assert isinstance(dialog, OfferDialog)
    dialog.choose(5)
    bench.settle()
    assert dialog.drawn(speech(bench.till.view)).notice is not None
    dialog.choose(6)
    bench.settle()
    assert bench.till.view.locked
    assert (bench.till.screen, bench.till.dialog) == ("log_on", None)
    assert bench.register.transaction is not None
