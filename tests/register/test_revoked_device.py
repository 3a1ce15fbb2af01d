"""A register whose device headquarters has revoked: it says so in the cashier's words, loses nothing, and sells again
when it has been activated anew."""

from __future__ import annotations

from tests.register.conftest import open_ready
from typer.testing import CliRunner

from kassa.connection import Reason
from kassa.register import Register
from kassa.register.status import read_status
from kassa.testing.shop import Shop, wait_until
from kassa.testing.store import REGISTER

REVOKED, REVOKED_SV = "Headquarters has revoked this device", "Huvudkontoret har återkallat den här enheten"


def headquarters(shop: Shop, *words: str) -> None:
    """A command in headquarters."""
    from kassa_server.headquarters.cli import headquarters as commands

    done = CliRunner().invoke(commands, [*words, "-d", str(shop.server.folder)], catch_exceptions=False)
    assert done.exit_code == 0, done.output


def sell(register: Register, code: str = "1001") -> None:
    register.run(100, code=code)
    register.run(200)


def said(register: Register) -> str:
    """What the connection status window says."""
    window = register.run(917).window
    assert window is not None
    return "\n".join(row.value.words(language) for row in window.rows for language in ("en", "sv"))


def test_revoked_while_it_sells(shop: Shop) -> None:
    """The sale in progress is paid and nothing is lost: it goes on offline, *not trusted*, and says why in both
    languages, in 917 and ``kassa status``. What it hands over is in the store server, and counts for nothing until
    somebody accepts it there."""
    register = open_ready(shop)
    sell(register)
    shop.delivered(register)
    register.run(100, code="1001")
    headquarters(shop, "revoke-device", REGISTER)
    register.run(100, code="1002")
    state = register.connection.state()
    assert (state.online, state.reason) == (False, Reason.NOT_TRUSTED)
    assert REVOKED in said(register)
    assert REVOKED_SV in said(register)
    assert ("Connection", "not_trusted") in read_status(register.directory)
    register.run(200)
    shop.delivered(register)
    assert len(shop.server.entries()) > 0
    assert len(shop.server.sales()) == 1
    (row,) = shop.server.query("SELECT count(*) AS number FROM parked_entry WHERE reason LIKE 'device_revoked%'")
    assert row["number"] >= 1
    accepted = shop.server.channel()
    from kassa_server.host import Host
    from kassa_server.posting import Poster

    Poster(accepted, Host(accepted)).post_accepted(REGISTER, by="anna")
    accepted.close()
    assert [sale.receipt_number for sale in shop.server.sales()] == ["S1-R1-1-000001", "S1-R1-1-000002"]


def test_activated_anew_it_hands_over_what_waits(shop: Shop) -> None:
    """A device that was revoked by mistake, while it was offline: activated again with a code it hands over what it
    had sold, which counts, and sells in a new series."""
    register = open_ready(shop)
    shop.network.refuse()
    sell(register)
    headquarters(shop, "revoke-device", REGISTER)
    register.close()
    shop.network.pass_through()
    folder = shop.activate()
    assert folder == register.directory
    again = shop.open_register(folder)
    shop.log_on(again)
    wait_until(lambda: again.connection.state().online, "it is trusted again")
    sell(again)
    shop.delivered(again)
    assert [sale.receipt_number for sale in shop.server.sales()] == ["S1-R1-1-000001", "S1-R1-2-000001"]
    assert shop.server.query("SELECT * FROM parked_entry") == []
