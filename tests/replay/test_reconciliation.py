"""The books compared: whatever is off by one sale or one penny is found."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from msgspec.structs import replace

from kassa.replay.books import Book, BookSale, file_book
from kassa.replay.cli import OWN_FILE
from kassa.replay.invoices import Invoice, sort_rows
from kassa.replay.reconciliation import Reconciliation, reconcile
from kassa.replay.rows import read_rows

PENNY = Decimal("0.01")
Sales = tuple[BookSale, ...]


@pytest.fixture(scope="module")
def invoices() -> tuple[Invoice, ...]:
    return sort_rows(read_rows(OWN_FILE)).invoices


@pytest.fixture(scope="module")
def sales(invoices: tuple[Invoice, ...]) -> Sales:
    """The sales as a book has them in which everything is right."""
    return tuple(
        replace(sale, transaction_id=f"{place:032x}", receipt_number=f"GIFTS-T1-1-{place:06}")
        for place, sale in enumerate(file_book(invoices).sales, 1)
    )


def compared(invoices: tuple[Invoice, ...], journal: Sales, channel: Sales) -> Reconciliation:
    """The outcome with these two books."""
    return reconcile(invoices, file_book(invoices), Book("journal", journal), Book("channel database", channel))


def test_books_that_say_what_the_file_says_are_proven(invoices: tuple[Invoice, ...], sales: Sales) -> None:
    """Nothing is off, and both days are there."""
    outcome = compared(invoices, sales, sales)
    assert outcome.proven
    assert [str(day) for day in outcome.file] == ["2010-12-01", "2010-12-02"]
    assert (outcome.file_total.sales, outcome.file_total.returns) == (268, 29)
    assert outcome.file_total.amount == Decimal("104827.84")
    assert outcome.file_total.cash + outcome.file_total.card == outcome.file_total.amount


def lose(sales: Sales) -> Sales:
    return sales[:100] + sales[101:]


def double(sales: Sales) -> Sales:
    return (*sales, replace(sales[100], transaction_id="f" * 32, receipt_number="GIFTS-T1-1-000298"))


def invent(sales: Sales) -> Sales:
    return (*sales, replace(sales[100], invoice="999999", transaction_id="f" * 32))


def forget_the_invoice(sales: Sales) -> Sales:
    return (*sales[:-1], replace(sales[-1], invoice=None))


def one_penny_on_a_price(sales: Sales) -> Sales:
    first, *others = sales[0].lines
    dearer = replace(first, unit_price=first.unit_price + PENNY)
    return (replace(sales[0], lines=(dearer, *others)), *sales[1:])


def one_penny_on_a_total(sales: Sales) -> Sales:
    return (replace(sales[0], total=sales[0].total + PENNY), *sales[1:])


def one_penny_of_change(sales: Sales) -> Sales:
    paid = sales[0].payments[0]
    return (replace(sales[0], payments=(replace(paid, change=paid.change + PENNY),)), *sales[1:])


def one_piece_more(sales: Sales) -> Sales:
    first, *others = sales[0].lines
    return (replace(sales[0], lines=(replace(first, quantity=first.quantity + 1), *others)), *sales[1:])


def pennies_that_cancel_out(sales: Sales) -> Sales:
    more = replace(sales[0], total=sales[0].total + PENNY)
    return (more, replace(sales[1], total=sales[1].total - PENNY), *sales[2:])


def a_line_twice_and_another_not(sales: Sales) -> Sales:
    lines = sales[0].lines
    return (replace(sales[0], lines=(lines[0], *lines[:-1])), *sales[1:])


def another_customer(sales: Sales) -> Sales:
    return (replace(sales[0], customer="13047"), *sales[1:])


def by_card_instead_of_cash(sales: Sales) -> Sales:
    place = next(place for place, sale in enumerate(sales) if sale.payments[0].kind == "cash")
    paid = replace(sales[place].payments[0], kind="card")
    changed = replace(sales[place], payments=(paid, *sales[place].payments[1:]))
    return (*sales[:place], changed, *sales[place + 1 :])


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lose, "lost: "),
        (double, "doubled: "),
        (invent, "not in the file: "),
        (forget_the_invoice, "lost: "),
        (one_penny_on_a_price, "different: "),
        (one_penny_on_a_total, "different: "),
        (one_penny_of_change, "different: "),
        (one_piece_more, "different: "),
        (pennies_that_cancel_out, "different: "),
        (a_line_twice_and_another_not, "different: "),
        (another_customer, "customer 13047 instead of 17850"),
        (by_card_instead_of_cash, "payments: "),
    ],
)
@pytest.mark.parametrize("where", ["journal", "channel database"])
def test_whatever_is_off_is_found_and_named(
    invoices: tuple[Invoice, ...], sales: Sales, spoil: Callable[[Sales], Sales], said: str, where: str
) -> None:
    """A sale lost, doubled, invented or changed by a penny, in either book, is named with the book it is in."""
    spoilt = spoil(sales)
    journal, channel = (spoilt, sales) if where == "journal" else (sales, spoilt)
    outcome = compared(invoices, journal, channel)
    assert not outcome.proven
    assert any(problem.startswith(where) and said in problem for problem in outcome.problems)


def test_a_receipt_number_that_differs_between_the_books_is_found(invoices: tuple[Invoice, ...], sales: Sales) -> None:
    """The same sale has the same number everywhere."""
    other = (replace(sales[0], receipt_number="GIFTS-T1-1-000999"), *sales[1:])
    outcome = compared(invoices, sales, other)
    assert outcome.problems == ("receipt GIFTS-T1-1-000001 has another number in the channel database",)


def test_entries_that_are_in_one_book_only_or_differ_are_found(invoices: tuple[Invoice, ...], sales: Sales) -> None:
    """The channel database holds the journal's entries, byte for byte, and no others."""
    file = file_book(invoices)
    journal = Book("journal", sales, entries={"a": "01", "b": "02", "c": "03"})
    channel = Book("channel database", sales, entries={"a": "01", "b": "ff", "d": "04"})
    problems = reconcile(invoices, file, journal, channel).problems
    assert list(problems) == [
        "the channel database lacks 1 of the journal's entries: c",
        "only the channel database has 1 of the journal's entries: d",
        "entry b has other bytes in the channel database",
    ]


def test_what_a_book_says_against_itself_is_a_problem(invoices: tuple[Invoice, ...], sales: Sales) -> None:
    """A broken chain or a parked entry is off, however well the sales agree."""
    file, right = file_book(invoices), Book("journal", sales)
    outcome = reconcile(invoices, file, right, Book("channel database", sales, ("1 entries are parked",)))
    assert outcome.problems == ("channel database: 1 entries are parked",)
