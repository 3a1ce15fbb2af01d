"""1000 Open drawer, 717 Health check, and the simulators that say what they are."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from tests.plugins.receipt.paper import PROFILE, Maker, network, receipt, sell, simulated, store

from kassa.devices import DeviceFailed
from kassa.testing.receipt_printer import ReceiptPrinter
from kassa.testing.shop import wait_until


def test_each_opening_is_in_the_journal_before_the_drawer_opens(make_shop: Maker, printer: ReceiptPrinter) -> None:
    """1000 opens the drawer with its reason in the journal; one that cannot open is counted too, and said."""
    shop = make_shop(store=store(network(printer)), profile=PROFILE)
    register = shop.open_register()
    shop.log_on(register)
    register.run(1000, reason="växelpengar")
    assert printer.pulses == 1
    printer.switch_off()
    with pytest.raises(DeviceFailed, match="cannot be reached"):
        register.run(1000)
    reasons = [
        msgspec.json.decode(entry.payload).get("reason", "") for entry in register.journal_entries(kinds=("drawer",))
    ]
    assert reasons == ["växelpengar", ""]


def test_health_check_names_every_device_and_the_connection(
    make_shop: Maker, printer: ReceiptPrinter, tmp_path: Path
) -> None:
    """Printer, drawer, display and store server, each with its state; what is simulated says so."""
    display = {"name": "display_simulator", "settings": {"path": str(tmp_path / "display.txt")}}
    shop = make_shop(store=store(network(printer), display), profile=PROFILE)
    register = shop.open_register()
    shop.log_on(register)
    shop.with_data(register)
    result = register.run(717)
    assert [status.state for status in result.data] == ["ready", "ready", "ready"]
    assert result.window is not None
    rows = {str(row.label): str(row.value) for row in result.window.rows}
    assert rows["Receipt printer"] == "Works: ready"
    assert "Customer display (simulator)" in rows
    assert rows["Store server"].startswith("Answers in ")
    printer.switch_off()
    shop.network.refuse()
    sell(shop, register)
    again = register.run(717)
    assert again.window is not None
    said = {str(row.label): str(row.value) for row in again.window.rows}
    assert said["Receipt printer"].startswith("Does not work: ")
    assert said["Store server"].startswith("Disconnected since ")


def test_simulators_say_what_they_are(make_shop: Maker, tmp_path: Path) -> None:
    """Simulated paper and a simulated display carry their mark on whatever they show."""
    paper, display = tmp_path / "paper.txt", tmp_path / "display.txt"
    plugins = simulated(paper), {"name": "display_simulator", "settings": {"path": str(display)}}
    shop = make_shop(store=store(*plugins), profile=PROFILE)
    register = shop.open_register()
    shop.log_on(register)
    sell(shop, register)
    wait_until(lambda: paper.exists() and "[SIMULATED DRAWER OPENS]" in paper.read_text("utf-8"), "printed")
    assert paper.read_text("utf-8").startswith("[SIMULATED PRINTER]\n")
    lines = display.read_text("utf-8").splitlines()
    assert all(line.startswith("[SIMULATED CUSTOMER DISPLAY]") for line in lines)
    assert "Kaffe mellanrost 450|54,90 kr" in lines[1]
    assert all(status.simulated for status in register.run(717).data)


def test_settings_that_cannot_be_used_are_named(make_shop: Maker) -> None:
    """A wrong setting costs the printing, is said in the header with words for people, and no sale."""
    shop = make_shop(store=store(receipt(printer={"kind": "laser"})), profile=PROFILE)
    register = shop.open_register()
    shop.log_on(register)
    sell(shop, register)
    wait_until(
        lambda: any("settings of the receipt printer" in str(item.text) for item in register.view().status_items),
        "it is said",
    )
    (status,) = register.run(717).data
    assert (status.state, "cannot be used" in str(status.what)) == ("failed", True)
    assert register.view().problems == ()
