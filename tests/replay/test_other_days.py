"""Other days of the same data set: everything strange that stands in them, played at a real register."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from tests.replay.written import line, reading

from kassa.replay.faults import Event
from kassa.replay.run import run

STRANGE = (
    # Eighty thousand of one item, sold and taken back within minutes.
    line("581483", "23843", "80995", "2.08", description="PAPER CRAFT , LITTLE BIRDIE".replace(",", "")),
    line("C581484", "23843", "-80995", "2.08", invoiced_at="2011-12-09T09:27"),
    # The dearest row, typed by hand, and its return under a code in small letters.
    line("C556445", "M", "-1", "38970", description="Manual"),
    line("556446", "m", "1", "38970", description="Manual", customer_id="15098.0"),
    # A tenth of a penny: the sale comes to nothing, and is finished without a payment.
    line("550193", "PADS", "1", "0.001", description="PADS TO MATCH ALL CUSHIONS"),
    # One item under two writings and three prices, over several minutes and round another invoice.
    line("536999", "85123A", "6", "2.55", invoiced_at="2010-12-03T11:00"),
    line("537000", "gift_0001_20", "2", "16.67", description="Dotcomgiftshop Gift Voucher £20.00"),
    line("536999", "85123a", "1", "5.91", invoiced_at="2010-12-03T11:03"),
    line("536999", "85123A", "32", "2.4988", invoiced_at="2010-12-03T11:04"),
    # A discount given back, samples, carriage; a customer and none.
    line("C537001", "D", "-1", "27.50", description="Discount", customer_id=""),
    line("C537001", "S", "-1", "33.05", description="SAMPLES", customer_id=""),
    line("537002", "DOT", "1", "569.77", description="DOTCOM POSTAGE", customer_id=""),
    # Sold and taken back on one invoice, which comes to nothing.
    line("C537003", "22752", "2", "7.65"),
    line("C537003", "22752", "-2", "7.65"),
)
NO_SALE = (
    line("A563185", "B", "1", "11062.06", description="Adjust bad debt", customer_id=""),
    line("A563186", "B", "1", "-11062.06", description="Adjust bad debt", customer_id=""),
    line("C537630", "AMAZONFEE", "-1", "13541.33", description="AMAZON FEE", customer_id=""),
    line("C544587", "CRUK", "-1", "16.71", description="CRUK Commission"),
    line("556691", "23005", "-9600", "0", description="printing smudges/thrown away", customer_id=""),
    line("571035", "M", "1", "0", description="Manual"),
)


def test_strange_rows_are_played_to_the_penny(tmp_path: Path) -> None:
    """Quantities, prices, codes and invoices that no ordinary day has are sold, returned, paid and reconciled alike,
    with the server gone in between."""
    found = reading(tmp_path, *STRANGE, *NO_SALE)
    assert len(found.no_sale) == len(NO_SALE)
    plan = (Event(3, 0, "server_killed"), Event(7, 0, "recovers"))
    outcome = run(tmp_path / "store", found.invoices, plan).reconciliation
    assert outcome.problems == ()
    total = outcome.file_total
    assert (total.sales, total.returns, total.lines) == (7, 3, len(STRANGE))
    by_hand = ("33.34", "569.77", "15.30", "5.91", "79.96", "-27.50", "-33.05")
    assert total.amount == sum(map(Decimal, by_hand))
