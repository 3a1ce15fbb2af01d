"""Sub menus of the grid."""

from __future__ import annotations

from dataclasses import replace

from tests.ui.desk_kit import Bench

from kassa.operations import ButtonFace
from kassa.register.face import GridButton
from kassa.text import literal
from kassa_ui.presenters.desk import BACK


def with_menu(bench: Bench) -> None:
    """The first button of the grid opens a sub menu of coffee and a further one."""
    coffee = GridButton(100, {"code": "1001"}, ButtonFace(literal("Kaffe")))
    more = GridButton(401, {}, ButtonFace(literal("Mer")), menu=(coffee,))
    drinks = GridButton(401, {}, ButtonFace(literal("Dryck")), menu=(coffee, more))
    real = bench.register.view
    bench.register.view = lambda: replace(real(), buttons=(drinks, *real().buttons))  # type: ignore[method-assign]
    bench.till.refresh()


def labels(bench: Bench) -> list[str]:
    return [button.label for button in bench.sale().buttons]


def test_a_sub_menu_opens_in_place_and_sells(bench: Bench) -> None:
    """Pressed, its buttons stand in the grid with a way back; one sells, and the menu stays for the next; back again
    all is as before."""
    with_menu(bench)
    bench.at_desk()
    whole = labels(bench)
    bench.till.desk.press(0)
    assert labels(bench) == ["Tillbaka", "Kaffe", "Mer"]
    bench.till.desk.press(0)
    bench.settle()
    assert bench.register.submitted == [(100, {"code": "1001"})]
    assert labels(bench) == ["Tillbaka", "Kaffe", "Mer"]
    bench.till.desk.press(BACK)
    assert labels(bench) == whole


def test_menus_within_menus_and_escape(bench: Bench) -> None:
    """Each Escape goes up one; what is typed goes first."""
    with_menu(bench)
    bench.at_desk()
    bench.till.desk.press(0)
    bench.till.desk.press(1)
    assert labels(bench) == ["Tillbaka", "Kaffe"]
    bench.type("3")
    bench.till.key("escape")
    assert labels(bench) == ["Tillbaka", "Kaffe"]
    bench.till.key("escape")
    assert labels(bench) == ["Tillbaka", "Kaffe", "Mer"]
    bench.till.key("escape")
    assert labels(bench)[0] == "Dryck"


def test_a_menu_that_is_gone(bench: Bench) -> None:
    """When headquarters takes the sub menu away while it is open, the grid is there again."""
    with_menu(bench)
    bench.at_desk()
    bench.till.desk.press(0)
    del bench.register.view
    bench.till.refresh()
    assert labels(bench)[0] == "Antal"
