"""A register whose deliveries do not get through, for one reason or another: it says which, and sells on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.register.books import agree, gapless, read_journal, receipts
from tests.register.conftest import QUICK, back_online

from kassa.register import Register
from kassa.testing.shop import Shop, wait_until

HTML = b"Content-Type: text/html\r\n"


def sell(register: Register) -> None:
    register.run(100, code="1001")
    register.run(200)


def upload_error(register: Register) -> str:
    """What the connection status window says of the last upload."""
    upload = register.sync_status().upload
    return "" if upload is None or upload.error is None else upload.error.words("en")


@pytest.mark.parametrize(
    ("status", "headers", "says"),
    [
        (413, HTML, "Whoever runs the network must let the register through"),
        (503, HTML + b"Retry-After: 1\r\n", "status 503"),
    ],
)
def test_the_register_sells_on_whatever_stands_in_the_way(
    make_ready: Callable[..., tuple[Shop, Register]], status: int, headers: bytes, says: str
) -> None:
    """Something in between takes no delivery at all, or asks to wait: the last upload says so, sales go on and wait,
    and once the way is free everything is in the channel database, once and in order."""
    shop, register = make_ready(profile={**QUICK, "request_timeout_s": 10})
    sell(register)
    shop.delivered(register)
    shop.network.reply(status, b"<html>no", headers)
    sell(register)
    wait_until(lambda: says in upload_error(register), "the upload says what is wrong")
    sell(register)
    assert register.waiting().count == 2
    back_online(shop, register)
    assert upload_error(register) == ""
    register.close()
    entries = read_journal(register.directory)
    assert receipts(entries) == gapless(3)
    agree(shop.server, entries)
