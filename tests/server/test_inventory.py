"""801 at the store server: what was counted, less what was sold after it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from tests.server.conftest import Shop

from kassa.requests.inventory import FindInventory
from kassa.schema.master import inventory
from kassa_server.master_data import put_rows

D = Decimal


def test_counted_less_sold_after_it(shop: Shop) -> None:
    """What was sold on the day of the count is in it; later sales are taken off, returns come back; an item that
    nobody has counted has no figure."""
    till = shop.device()
    counted = till.clock.utc().date().isoformat()
    with shop.channel.writing() as connection:
        put_rows(
            connection,
            inventory,
            [{"item_number": "1001", "store_id": "S1", "quantity": D(20), "counted_on": counted}],
        )
    till.sell("3")
    shop.clock.advance(timedelta(days=1).total_seconds())
    till.sell("4")
    till.sell("-1")
    till.deliver()
    (found,) = till.ask(FindInventory("1001")).stores
    assert (found.store_id, found.on_hand, found.counted_on) == ("S1", D(17), counted)
    assert till.ask(FindInventory("1002")).stores == ()
