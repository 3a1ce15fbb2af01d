"""The thin line through all rooms: scan, pay, journal, delivery, channel database; and the same without a server."""

from __future__ import annotations

from kassa.register import Register
from kassa.testing.shop import Shop


def sell(register: Register, *numbers: str) -> None:
    for number in numbers:
        register.run(100, code=Shop.barcode(number))
    register.run(200)


def test_a_sale_made_online_is_in_the_channel_database(shop: Shop, register: Register) -> None:
    """Scan, pay, and the store server has the sale with its receipt number and its amount."""
    sell(register, "1001", "1002")
    shop.delivered(register)
    (sale,) = shop.server.sales()
    assert (str(sale.total), sale.receipt_number) == ("72.40", "S1-R1-1-000001")
    assert register.connection.state().online


def test_a_sale_goes_on_when_the_server_vanishes_in_its_middle(shop: Shop, register: Register) -> None:
    """The register switches by itself, keeps the lines it has, finishes offline and delivers when it can (S1, S11)."""
    register.run(100, code=shop.barcode("1001"))
    shop.network.refuse()
    register.run(100, code=shop.barcode("1002"))
    assert register.connection.state().name == "unreachable"
    register.run(200)
    assert shop.server.sales() == []
    assert register.waiting().count == 1
    shop.network.pass_through()
    register.run(917, action="connect")
    shop.delivered(register)
    (sale,) = shop.server.sales()
    assert str(sale.total) == "72.40"
