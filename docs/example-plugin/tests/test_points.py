"""What a cashier does with the plugin, and what then holds: the same in every state of the connection."""

from __future__ import annotations

import pytest
from kassa.testing.states import TillInState, each_connection_state
from kassa.testing.till import TillRefused

from acme_loyalty.points import NUMBER, OPERATION

COFFEE, JACKET = "1001", "1004"
"""They cost 54.90 and 899.00 in the kit's small store."""
AWAY = ("offline", "switched")


def sale_with_customer(till: TillInState, item: str) -> None:
    """An item sold to somebody new."""
    till.run(100, code=till.barcode(item))
    till.run(612, name="Maria Nilsson")


@each_connection_state
def test_points_ride_in_the_sale(till: TillInState) -> None:
    """A sale carries its points to the store server, once, whatever happens on the way."""
    sale_with_customer(till, COFFEE)
    assert till.run(NUMBER) == "5 points"
    assert "5 points" in till.header
    till.run(200)
    (sale,) = till.sold()
    assert sale.extra["acme_loyalty"] == {"given": 5, "limited": False}


@each_connection_state
def test_large_sale_is_limited_while_the_store_server_is_away(till: TillInState) -> None:
    """No register gives more than its limit on its own word."""
    sale_with_customer(till, JACKET)
    limited = till.state in AWAY
    assert till.run(NUMBER) == ("20 points: the most without the store server." if limited else "89 points")
    till.run(200)
    (sale,) = till.sold()
    assert sale.extra["acme_loyalty"]["given"] == (20 if limited else 89)


def test_points_need_a_customer(till: TillInState) -> None:
    """Points of nobody are refused, and the sale is as it was."""
    till.run(100, code=till.barcode(COFFEE))
    with pytest.raises(TillRefused, match="not_available"):
        till.run(NUMBER)
    assert till.sale is not None
    assert till.sale.extra == {}


def test_points_have_a_swedish_name() -> None:
    """The operation's button reads in the cashier's language."""
    assert OPERATION.name.words("sv") == "Poäng"
