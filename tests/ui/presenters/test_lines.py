"""Lines and totals as drawn."""

from __future__ import annotations

from decimal import Decimal

from tests.ui.desk_kit import Bench

from kassa.model import DiscountLine


def test_the_sale_of_the_pictures(bench: Bench) -> None:
    """Quantity, name, detail and amount of each line; totals below; all written as the language does."""
    bench.selling()
    drawn = bench.sale()
    assert [(row.quantity, row.name, row.detail, row.amount) for row in drawn.rows] == [
        ("2", "Kaffe mellanrost 450 g", "7310130006128 · 54,90 /st", "109,80"),
        ("1", "Mjölk 1,5 % 1 l", "7310865004703", "17,50"),
        ("0,482", "Äpple Royal Gala", "kg · 32,95 /kg", "15,88"),
        ("1", "Regnjacka Sarek, blå M", "Rabatt 20 % · −179,80", "719,20"),
    ]
    assert drawn.totals.rows == (("5 artiklar · varav moms", "159,18"), ("Rabatt", "−179,80"))
    assert (drawn.totals.label, drawn.totals.amount) == ("Att betala", "862,38")


def test_english(bench: Bench) -> None:
    """The same figures in English."""
    bench.register.language = "en"
    bench.selling()
    drawn = bench.sale()
    assert drawn.rows[0].detail == "7310130006128 · 54.90 /pcs"
    assert (drawn.totals.label, drawn.totals.amount) == ("To pay", "862.38")
    assert drawn.decimal_mark == "."


def test_discounts_stand_on_the_line(bench: Bench) -> None:
    """What was taken off by itself stands under the item by its name, what the cashier gave behind it; the amount is
    what is left."""
    bench.selling()
    sale = bench.till.view.transaction
    assert sale is not None
    given = (DiscountLine("3for2", "3 för 2", Decimal("54.90")),)
    first, last = sale.lines[0].line_id, sale.lines[-1].line_id
    bench.register._change(first, discount_lines=given)
    bench.register._change(last, discount_lines=(DiscountLine("A", "Höst", Decimal("99.00")),))
    bench.until(lambda: "Höst" in bench.sale().rows[-1].detail)
    rows = bench.sale().rows
    assert (rows[0].detail, rows[0].amount) == ("3 för 2 −54,90 · 54,90 /st", "54,90")
    assert (rows[-1].detail, rows[-1].amount) == ("Höst −99,00 · Rabatt 20 % · −160,00", "640,00")


def test_the_serial_number_stands_on_the_line(bench: Bench) -> None:
    """The cashier sees which one is sold."""
    bench.selling()
    sale = bench.till.view.transaction
    assert sale is not None
    bench.register._change(sale.lines[1].line_id, extra={"serial_number": "IMEI-4711"})
    bench.until(lambda: "IMEI" in bench.sale().rows[1].detail)
    assert bench.sale().rows[1].detail == "7310865004703 · IMEI-4711"


def test_a_removed_line_stays(bench: Bench) -> None:
    """A voided line stays in sight, marked, without an amount."""
    bench.selling()
    bench.press(102)
    bench.settle()
    row = bench.sale().rows[-1]
    assert (row.voided, row.detail, row.amount) == (True, "Borttagen", "")


def test_a_long_sale_is_drawn_through_a_window(bench: Bench) -> None:
    """Of a thousand lines the last few hundred are drawn; their ids tell which they are."""
    bench.at_desk()
    bench.register.sell_many(1000)
    bench.until(lambda: bench.till.view.transaction is not None)
    rows = bench.sale().rows
    assert len(rows) == 300
    assert rows[-1].line_id == "m999"


def test_earlier_lines_can_be_reached(bench: Bench) -> None:
    """Going up from the first line that is drawn brings the earlier ones."""
    bench.at_desk()
    bench.register.sell_many(1000)
    bench.until(lambda: bench.till.view.transaction is not None)
    bench.till.desk.selection.line_id = "m700"
    bench.till.key("up")
    rows = bench.sale().rows
    assert any(row.line_id == "m699" and row.selected for row in rows)
    assert len(rows) <= 301
