"""Operation 917: the window, the live-named button, and what its actions do, on a real register (S4, S5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC

import msgspec
import pytest

from kassa.errors import InvalidInput, KassaError, NotAvailable
from kassa.operations import ButtonFace, Lane, Place
from kassa.register import Register
from kassa.testing.shop import Shop, wait_until, without
from kassa.windows import Action, Window
from kassa_operation_917.operation import OPERATION

STATUS = 917


def synchronised(register: Register) -> None:
    """Wait for the first round of synchronisation to end."""
    wait_until(lambda: register.sync_status().download is not None, "the first round has ended")


def window(register: Register) -> Window:
    shown = register.run(STATUS).window
    assert shown is not None
    return shown


def rows(register: Register, language: str = "en") -> dict[str, str]:
    """The window's rows in words."""
    return {row.label.words(language, UTC): row.value.words(language, UTC) for row in window(register).rows}


def primary(register: Register) -> Action:
    (action,) = [action for action in window(register).actions if action.primary]
    return action


def face(register: Register) -> ButtonFace:
    return next(button.face for button in register.view().buttons if button.operation == STATUS)


def test_window_while_online(shop: Shop, register: Register) -> None:
    """Online it names state, server, both directions of synchronisation, what waits, the database and readiness."""
    synchronised(register)
    shop.delivered(register)
    shown = rows(register)
    assert shown["State"] == "Connected"
    assert shown["Store server"] == shop.network.address
    assert "succeeded" in shown["Last download"]
    assert "succeeded" in shown["Last upload"]
    assert shown["Waiting for upload"] == "nothing"
    assert shown["Offline database"].startswith("SQLite · ")
    assert shown["Offline database"].endswith("12 items")
    assert shown["Ready to sell offline"] == "yes"
    assert "Next attempt to connect" not in shown


def test_window_while_offline(shop: Shop, register: Register) -> None:
    """Offline it says why, since when, when the next attempt is due, and what waits."""
    register.run(100, code=shop.barcode("1001"))
    shop.network.refuse()
    register.run(100, code=shop.barcode("1002"))
    register.run(200)
    shown = rows(register)
    assert shown["State"].startswith("Disconnected. The store server cannot be reached")
    assert shown["Next attempt to connect"].startswith("at the next sale")
    assert shown["Waiting for upload"].startswith("1 sale · ")
    assert "72.40" in shown["Waiting for upload"]


def test_failed_download_shows_the_last_success_too(shop: Shop, register: Register) -> None:
    """The last attempt counts, whatever came of it; a failed one has its error, and the last success beside it (S4)."""
    synchronised(register)
    shop.network.refuse()
    register.run(STATUS, action="synchronise")

    def failed() -> bool:
        attempt = register.sync_status().download
        return attempt is not None and not attempt.succeeded

    wait_until(failed, "the download has failed")
    shown = rows(register)
    assert "failed: The store server cannot be reached" in shown["Last download"]
    assert "succeeded" in shown["Last successful download"]


def test_main_action_and_button_carry_the_live_name(shop: Shop, register: Register) -> None:
    """*Disconnect* while connected and *Connect* while disconnected, in window and button grid alike (S5)."""
    for label, other, action in (("Disconnect", "Koppla från", "disconnect"), ("Connect", "Anslut", "connect")):
        main = primary(register)
        assert str(main.label) == str(face(register).label) == label
        assert main.label.words("sv") == face(register).label.words("sv") == other
        assert str(face(register).detail) == "917 · Database connection"
        assert (main.operation, main.parameters) == (STATUS, {"action": action})
        register.run(STATUS, **main.parameters)
    assert register.connection.state().online


def test_window_is_described_again_while_it_is_open(register: Register) -> None:
    """The screen asks for the window by name, and gets it as it is then."""
    assert window(register).name == "connection_status"
    register.run(STATUS, action="disconnect")
    again = register.describe_window("connection_status")
    assert again is not None
    assert str(again.rows[0].value) == "Disconnected by hand."
    assert register.describe_window("another") is None


def test_by_hand_says_that_connect_is_needed(register: Register) -> None:
    """By hand there is no next attempt, and nothing to synchronise with, which the button says."""
    register.run(STATUS, action="disconnect")
    assert rows(register)["Next attempt to connect"] == "none until Connect is pressed"
    synchronise = next(action for action in window(register).actions if action.parameters == {"action": "synchronise"})
    assert not synchronise.enabled
    assert synchronise.reason is not None
    with pytest.raises(KassaError):
        register.run(STATUS, action="synchronise")


def test_a_connect_that_waits_for_the_next_sale_can_be_taken_back(shop: Shop, register: Register) -> None:
    """In a sale Connect is noted for the next one. The button still reads *Connect* (S5), so that the window has an
    action of its own to stay disconnected."""
    register.run(STATUS, action="disconnect")
    register.run(100, code=shop.barcode("1001"))
    assert [str(action.label) for action in window(register).actions] == ["Close", "Synchronise now", "Connect"]
    with pytest.raises(NotAvailable):
        register.run(STATUS, action="connect")
    assert rows(register)["Next attempt to connect"] == "at the next sale"
    (stay,) = [action for action in window(register).actions if str(action.label) == "Stay disconnected"]
    register.run(STATUS, **stay.parameters)
    assert rows(register)["Next attempt to connect"] == "none until Connect is pressed"
    register.run(200)
    register.run(100, code=shop.barcode("1001"))
    assert register.connection.state().name == "manual"


def test_synchronise_now_keeps_the_window_open(register: Register) -> None:
    """What comes of it is in the window's rows, so the window stays."""
    synchronised(register)
    again = register.run(STATUS, action="synchronise").window
    assert again is not None
    assert again.name == "connection_status"


def test_readiness_stands_where_it_is_seen_first(register: Register) -> None:
    """Whether the register would sell right now without its server is not below what has to be scrolled to."""
    assert list(rows(register))[:3] == ["State", "Since", "Ready to sell offline"]


def test_usable_everywhere_on_the_control_lane(shop: Shop, register: Register) -> None:
    """It needs no permission and no log on, in any place, and never queues behind the sale."""
    assert (OPERATION.places, OPERATION.permission, OPERATION.lane) == (frozenset(Place), None, Lane.CONTROL)
    register.close()
    again = shop.open_register(register.directory)
    assert again.staff is None
    assert window(again).name == "connection_status"
    again.run(STATUS, action="disconnect")
    assert again.connection.state().name == "manual"


def test_unknown_action_is_refused(register: Register) -> None:
    """Parameters are checked."""
    with pytest.raises(InvalidInput):
        register.run(STATUS, action="explode")


def test_nothing_to_synchronise_with(shop: Shop, register: Register) -> None:
    """Without a synchronisation plugin the action says so."""
    register.close()
    again = shop.open_register(register.directory, finder=without("sync"))
    with pytest.raises(NotAvailable):
        again.run(STATUS, action="synchronise")


def test_without_the_failover_plugin(shop: Shop, register: Register) -> None:
    """A register without it is online only: the window says so, and Disconnect is dimmed with the reason."""
    register.close()
    again = shop.open_register(register.directory, finder=without("offline_failover"))
    shop.log_on(again)
    main = primary(again)
    assert (str(main.label), main.enabled) == ("Disconnect", False)
    assert main.reason is not None
    assert rows(again)["Ready to sell offline"].startswith("no: ")
    with pytest.raises(NotAvailable):
        again.run(STATUS, action="disconnect")


def test_every_text_is_translated(shop: Shop, register: Register) -> None:
    """In Swedish nothing of the window is left in English."""
    register.run(100, code=shop.barcode("1001"))
    register.run(STATUS, action="disconnect")
    register.run(200)
    shown = window(register)
    texts = [
        shown.title,
        shown.subtitle,
        *(row.label for row in shown.rows),
        *(action.label for action in shown.actions),
    ]
    for text in texts:
        assert text is not None
        assert text.words("sv") != text.words("en"), text.msgid


def test_describing_sends_nothing(make_shop: Callable[..., Shop]) -> None:
    """Describing the window asks no network."""
    shop = make_shop(profile={"request_timeout_s": 5, "sync_interval_s": 3600})
    register = shop.open_register()
    shop.log_on(register)
    shop.with_data(register)
    shop.delivered(register)
    wait_until(lambda: register.sync_status().running is None, "synchronised")
    sent = shop.network.from_register
    for _second in range(3):
        register.describe_window("connection_status")
    assert shop.network.from_register == sent
    assert msgspec.structs.asdict(register.connection.state())["online"]
