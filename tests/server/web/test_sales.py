"""Sales and changes on their pages."""

from __future__ import annotations

from collections.abc import Callable

from tests.server.conftest import Shop
from tests.server.web.conftest import Person

from kassa_server.headquarters.sales_figures import PAGE
from kassa_server.schema import sales_transaction


def test_sales_are_found(stocked: Shop, person: Callable[[str], Person]) -> None:
    """By store, register, day and receipt number; what nobody sold is not found."""
    vera = person("Vera")
    receipts = {row["receipt_number"] for row in stocked.rows(sales_transaction)}
    (day,) = {row["business_date"] for row in stocked.rows(sales_transaction)}
    receipt = sorted(receipts)[0]
    for query, expected in (
        ("", receipts),
        ("?store=S1&register=R1", receipts),
        (f"?first={day}&last={day}", receipts),
        (f"?receipt={receipt}", {receipt}),
        ("?register=R2", set()),
        ("?last=2001-01-01", set()),
        ("?before=nobody", set()),
    ):
        page = vera.get(f"/sales{query}").text
        assert {one for one in receipts if f">{one}</a>" in page} == expected, query


def test_a_bad_date_is_named_at_its_field(person: Callable[[str], Person]) -> None:
    """What is no date finds nothing and says so at the field."""
    vera = person("Vera")
    for wrong in ("today", "2026-02-30", "0000-01-01", "9" * 300):
        assert 'id="first-fault"' in vera.get(f"/sales?first={wrong}").text, wrong


def test_one_sale_is_whole(stocked: Shop, person: Callable[[str], Person]) -> None:
    """Lines, tenders, tax, the journal entry and the receipt number; a voided line is marked."""
    sale = stocked.rows(sales_transaction, sequence=5)[0]
    page = person("Vera").get(f"/sales/{sale['transaction_id']}").text
    for shown in ("Regnjacka Sarek, blå M", "Pocketbok", "Kort", "25%", "Voided", "1 / 5", sale["receipt_number"]):
        assert shown in page, shown
    assert person("Vera").get("/sales/nobody").status_code == 404


def test_old_sales_are_a_page_further(users: Shop, person: Callable[[str], Person]) -> None:
    """More sales than a page holds: each is on one page, none on two, though many were finished at one moment."""
    device = users.device()
    for _ in range(2 * PAGE + 1):
        device.sell()
    device.deliver()
    vera, path, seen = person("Vera"), "/sales", []
    receipts = [row["receipt_number"] for row in users.rows(sales_transaction)]
    for count in (PAGE, PAGE, 1):
        page = vera.get(path).text
        here = [one for one in receipts if f">{one}</a>" in page]
        assert len(here) == count
        seen += here
        path = "/sales?before=" + page.split("?before=")[1].split('"')[0] if "?before=" in page else ""
    assert sorted(seen) == sorted(receipts)
    assert path == ""


def test_changes_say_who_from_what_and_to_what(stocked: Shop, person: Callable[[str], Person]) -> None:
    """A price that Mats changed is found by table, key and author, with the old and the new price."""
    vera = person("Vera")
    for query in ("?table=item&key=1001", "?author=Mats", ""):
        page = vera.get(f"/changes{query}").text
        assert "<del>54.9000</del>" in page or "<del>54.90</del>" in page, query
        assert "<ins>57.90</ins>" in page, query
    assert "No change is found." in vera.get("/changes?author=Nobody&before=x").text


def test_events_are_listed(stocked: Shop, person: Callable[[str], Person]) -> None:
    """The audit trail: an activation, by kind and register, in words and with what is known of it."""
    vera = person("Vera")
    page = vera.get("/events?kind=activated&register=R1").text
    assert '<td data-label="Event">Device activated</td>' in page
    assert '<span class="quiet">series_number:</span> 1' in page
    assert '<td data-label="Event">Device activated</td>' not in vera.get("/events?register=R2").text


def test_the_start_page_says_what_needs_attention(stocked: Shop, person: Callable[[str], Person]) -> None:
    """A table group that stands still, a register that would not sell alone, and one that was never activated."""
    page = person("Vera").get().text
    assert "Kassa 1: Staff stands still. A row breaks a rule." in page
    assert "Kassa 1 would not sell without the store server." in page
    assert "Kassa 2 has not been activated yet." in page
    assert "5 sales" in page


def test_nothing_typed_is_html(users: Shop, person: Callable[[str], Person]) -> None:
    """What people type is text on every page, never markup."""
    vera = person("Vera")
    for path in ("/sales?receipt=", "/changes?key=", "/changes?author=", "/events?register=", "/log-on?next=/"):
        page = vera.get(f"{path}%22%3E%3Cimg%20src=x%3E").text
        assert "<img src=x>" not in page
