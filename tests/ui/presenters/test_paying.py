"""Paying."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from tests.ui.desk_kit import Bench

from kassa.model import Discount
from kassa_ui.presenters.tender import QUICK, quick_amounts

D = Decimal


@given(st.decimals(min_value="0.01", max_value="99999", places=2))
def test_quick_amounts(due: Decimal) -> None:
    """The likely amounts begin with the exact one, rise, are enough, and are few."""
    amounts = quick_amounts(due)
    assert amounts[0] == due
    assert list(amounts) == sorted(set(amounts))
    assert len(amounts) <= QUICK


def test_typed_amount_in_cash(bench: Bench) -> None:
    """1000, then *Kontant*: the sale is finished, and the change is shown large until the next sale starts."""
    bench.selling()
    assert bench.sale().cash.detail == "862"
    bench.type("1000")
    bench.till.desk.press_cash()
    bench.settle()
    assert bench.register.submitted[-1] == (200, {"amount": D(1000)})
    finished = bench.sale().finished
    assert finished is not None
    assert (finished.label, finished.amount) == ("Växel", "138,00")
    assert ("Öresavrundning", "−0,38") in finished.rows
    bench.scan("7310865004703")
    bench.settle()
    assert bench.sale().finished is None


def test_quick_amount(bench: Bench) -> None:
    """*Kontant* with nothing typed shows likely amounts; pressing one pays it."""
    bench.selling()
    bench.till.desk.press_cash()
    drawn = bench.sale()
    assert [button.label for button in drawn.quick] == ["862", "870", "880", "900", "1\xa0000"]
    bench.till.desk.press_quick(3)
    bench.settle()
    assert bench.register.submitted[-1] == (200, {"amount": D(900)})
    assert bench.sale().mode == "grid"


def test_part_payment_by_card(bench: Bench) -> None:
    """500, then *Kort*: the rest stays to be paid, and what was paid is shown."""
    bench.selling()
    bench.type("500")
    bench.till.desk.press_card()
    bench.settle()
    drawn = bench.sale()
    assert drawn.totals.amount == "362,38"
    assert drawn.totals.paid == ("Betalt: Kort", "−500,00")
    assert drawn.card.detail == "362,38"


def test_nothing_to_pay(bench: Bench) -> None:
    """Without a sale the tenders keep their place and say why they do not work."""
    bench.at_desk()
    drawn = bench.sale()
    assert (drawn.card.tone, drawn.card.detail) == ("dimmed", "Inget att betala")
    assert (drawn.cash.tone, drawn.cash.detail) == ("dimmed", "Inget att betala")


def test_a_sale_that_costs_nothing(bench: Bench) -> None:
    """A sale whose lines cost nothing can be finished: the tenders work, and cash asks for no amount."""
    bench.selling()
    for line_id in ("l1", "l2", "l3", "l4"):
        bench.register._change(line_id, discount=Discount("percent", D(100)))
    bench.until(lambda: bench.till.view.totals is not None and not bench.till.view.totals.due)
    assert bench.sale().cash.enabled
    bench.till.desk.press_cash()
    bench.settle()
    assert bench.register.submitted == [(200, {})]


def test_an_amount_that_is_none(bench: Bench) -> None:
    """What is no amount is refused in words, and nothing is paid."""
    bench.selling()
    bench.till.desk.entry.type("1,5e3")
    bench.till.desk.press_cash()
    assert bench.register.submitted == []
    assert bench.sale().notice is not None
