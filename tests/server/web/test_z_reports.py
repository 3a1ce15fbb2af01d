"""Z reports on their pages: each beside the server's own sum, and the receipts in which they differ by name."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import update
from tests.server.conftest import Shop
from tests.server.web.conftest import Person
from tests.server.web.stocked import close_wrong, stock
from tests.server.z_reports import z_of

from kassa_server.headquarters.z_reports import PAGE
from kassa_server.schema import sales_transaction, shift_report


@pytest.fixture
def closed(users: Shop) -> Shop:
    """Two shifts of a register are closed, of which the second states ten kronor more than it has sold."""
    close_wrong(stock(users.channel, users.client, users.clock))
    return users


def listed(page: str) -> list[tuple[str, str, str]]:
    """Number, whether it agrees, and the two sums, of each Z in a list."""
    row = re.compile(r">Z (\d+)</a>\s*<span class=\"pill (good|bad)\">.*?</span>.*?</tr>", re.DOTALL)
    sums = re.compile(r'class="number">(SEK\xa0[\d,.]+)</td>')
    return [(one[1], one[2], " ".join(sums.findall(one[0]))) for one in row.finditer(page.split("<tfoot>")[0])]


def test_each_z_stands_beside_the_servers_own_sum(closed: Shop, person: Callable[[str], Person]) -> None:
    """The latest first; the second states ten kronor more than its sales come to. Found by store, register and day."""
    vera = person("Vera")
    (day,) = {row["business_date"] for row in closed.rows(shift_report)}
    both = [("2", "bad", "SEK\xa0957.30 SEK\xa0947.30"), ("1", "good", "SEK\xa0823.50 SEK\xa0823.50")]
    for query, expected in (
        ("", both),
        (f"?store=S1&register=R1&first={day}&last={day}", both),
        ("?register=R2", []),
        ("?last=2001-01-01", []),
        ("?before=nobody", []),
    ):
        assert listed(vera.get(f"/z-reports{query}").text) == expected, query
    page = vera.get("/z-reports").text
    assert "2 reports" in page
    assert "SEK\xa01,780.80" in page
    assert "SEK\xa01,770.80" in page
    assert 'id="first-fault"' in vera.get("/z-reports?first=today").text


def test_one_z_names_the_receipts_that_differ(closed: Shop, person: Callable[[str], Person]) -> None:
    """With both totals and a link to the sale; what the register has made of it, with the bank drop, stands below."""
    vera = person("Vera")
    second = closed.rows(shift_report, number=2)[0]["entry_id"]
    (sale,) = closed.rows(sales_transaction, sequence=5)
    page = vera.get(f"/z-reports/{second}").text
    assert "1 receipt differs" in page
    assert f'/sales/{sale["transaction_id"]}">{sale["receipt_number"]}</a>' in page
    for words in ("SEK\xa0957.30", "SEK\xa0947.30", "Tax 25 % (25)", "Kort", "Bank drop", "1 · SEK\xa0500.00"):
        assert words in page, words
    first = closed.rows(shift_report, number=1)[0]["entry_id"]
    assert "Differs" not in vera.get(f"/z-reports/{first}").text
    assert vera.get("/z-reports/nobody").status_code == 404


def test_a_sale_that_was_altered_afterwards_shows(closed: Shop, person: Callable[[str], Person]) -> None:
    """The sum is made anew each time: a Z that agreed when it came does not any more."""
    with closed.channel.writing() as connection:
        connection.execute(update(sales_transaction).where(sales_transaction.c.sequence == 1).values(total=1))
    assert [agrees for _number, agrees, _sums in listed(person("Vera").get("/z-reports").text)] == ["bad", "bad"]


def test_a_shift_on_no_z_is_listed(stocked: Shop, person: Callable[[str], Person]) -> None:
    """Open, suspended or blind closed, with who opened it; none at another register."""
    vera = person("Vera")
    assert "No shift is open" not in vera.get("/z-reports").text
    assert "No shift is open" in vera.get("/z-reports?register=R2").text


def test_older_reports_are_a_page_further(users: Shop, person: Callable[[str], Person]) -> None:
    """More than a page holds: each is on one page, and none on two."""
    device = users.device()
    for number in range(1, PAGE + 2):
        device.add("z_report", z_of(device, [device.sell()], number), staff_id="2001")
    device.deliver()
    vera = person("Vera")
    first = vera.get("/z-reports").text
    second = vera.get("/z-reports?before=" + first.split("?before=")[1].split('"')[0]).text
    seen = [int(number) for page in (first, second) for number, _agrees, _sums in listed(page)]
    assert seen == list(range(PAGE + 1, 0, -1))
