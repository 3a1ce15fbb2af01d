"""The example plugin on one register of three: enabled in headquarters' pages in a real browser, sold with offline,
uploaded, rolled back. Nobody touches the machine but to start it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from selenium.webdriver.support.select import Select
from tests.acme import OPERATION, example_wheel
from tests.register.rolling_out import restart
from tests.server.web.browser import chromium
from tests.server.web.browser.chromium import Pages
from tests.server.web.stocked import PASSWORD, add_users

from kassa.testing.forked_till import ForkedTill
from kassa.testing.shop import Shop, wait_until
from kassa.testing.store import CASHIER, CASHIER_PIN, SMALL_STORE
from kassa.testing.till import Till, TillRefused

PATIENCE_S = 90
REGISTERS = ("T1", "T2", "T3")
PAGE = "/plugins/acme-loyalty"
PROFILE = {"sync_interval_s": 1, "reconnect_interval_min": 0.02}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A store with three registers, of which none has the plugin, and people at headquarters."""
    first = SMALL_STORE["registers"][0]
    registers = [{**first, "register_id": name, "name": f"Kassa {name}"} for name in REGISTERS]
    store = {**SMALL_STORE, "registers": registers, "buttons": [{"operation": OPERATION}], "profile": PROFILE}
    with Shop(tmp_path / "shop", process=True, store=store) as made:
        channel = made.server.channel()
        add_users(channel)
        channel.close()
        yield made


@pytest.fixture
def pages(tmp_path: Path, shop: Shop) -> Iterator[Pages]:
    """Headquarters' pages."""
    browser = chromium.start(tmp_path / "chromium")
    made = Pages(browser, f"{shop.server.address}/headquarters")
    made.look()
    yield made
    browser.quit()


def log_on(till: Till) -> None:
    """The cashier logs on."""
    till.run(700, staff_id=CASHIER, pin=CASHIER_PIN)


def sell(till: Till) -> str | None:
    """A jacket to somebody new, with points, paid in cash; what the plugin says."""
    till.run(100, code=Shop.barcode("1004"))
    till.run(612, name="Maria Nilsson")
    said = till.run(OPERATION)
    till.run(200)
    return said


def enable(pages: Pages, wheel: Path) -> None:
    """The wheel is uploaded, approved, and chosen for T2 with a limit of its own."""
    pages.open("/plugins")
    pages.find("#wheel").send_keys(str(wheel))
    pages.press("#upload")
    pages.press('form[action$="/approve"] button')
    pages.open(PAGE)
    Select(pages.find("#place")).select_by_value("register:T2")
    pages.type("#settings-acme_loyalty", '{"offline_limit": 7}')
    pages.press("#choose")
    assert "It is chosen." in pages.text


def state_of(pages: Pages, register_id: str) -> str:
    """What the page says of a register: chosen, runs, state."""
    pages.open(PAGE)
    rows = [row.text for row in pages.all('[aria-labelledby="registers"] tbody tr')]
    return next(" ".join(row.split()) for row in rows if row.startswith(register_id))


def until(pages: Pages, register_id: str, words: str) -> None:
    """Wait until the page says so."""
    wait_until(lambda: words in state_of(pages, register_id), f"{register_id}: {words}", PATIENCE_S)


@pytest.mark.timeout(400)
def test_one_register_of_three(shop: Shop, pages: Pages, tmp_path: Path) -> None:
    """Only T2 gets it, at its next start; with the store server away it gives the limit that was chosen; its sales are
    in, with their points, when the store server is back; and it is gone again after a roll back."""
    tills = {name: shop.start_till(shop.activate(name), kind=ForkedTill) for name in REGISTERS}
    for till in tills.values():
        log_on(till)
    wait_until(lambda: tills["T2"].facts()["ready"], "T2 has its data", PATIENCE_S)
    pages.log_on("Anna", PASSWORD)
    enable(pages, example_wheel(tmp_path))
    until(pages, "T2", "At the next start")
    for till in tills.values():
        restart(till)
        log_on(till)
    for name in ("T1", "T3"):
        assert not (tills[name].folder / "plugins").exists()
        with pytest.raises(TillRefused, match="is not on this register"):
            tills[name].run(OPERATION)
    assert sell(tills["T2"]) == "89 points"
    shop.network.refuse()
    assert sell(tills["T2"]) == "7 points: the most without the store server."
    shop.network.pass_through()
    wait_until(lambda: not tills["T2"].facts()["waiting"], "the sales are in", PATIENCE_S)
    until(pages, "T2", "0.1.0 0.1.0 Runs")
    assert [sale.register_id for sale in shop.server.sales()] == ["T2", "T2"]
    assert points_that_are_in(shop) == [7, 89]

    pages.press('form[action$="/roll-back"] button')
    assert "Rolled back" in pages.text
    until(pages, "T2", "At the next start")
    restart(tills["T2"])
    log_on(tills["T2"])
    tills["T2"].run(100, code=Shop.barcode("1004"))
    with pytest.raises(TillRefused, match="is not on this register"):
        tills["T2"].run(OPERATION)
    tills["T2"].run(200)
    history = pages.find('[aria-labelledby="history"]').text
    assert history.count("register T2") == 2
    assert pages.complaints() == []


def points_that_are_in(shop: Shop) -> list[int]:
    """The points of the sales that the store server has, as they are stored."""
    rows = shop.server.query("SELECT data FROM journal_entry WHERE kind = 'sale'")
    sales = [msgspec.json.decode(row["data"])["payload"]["transaction"] for row in rows]
    return sorted(sale["extra"]["acme_loyalty"]["given"] for sale in sales)
