"""Screen layouts on their pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.server.conftest import Shop
from tests.server.web.conftest import Person

from kassa.model import LayoutButton
from kassa_server.record import read_record

LAYOUT = "/layouts/store%20S1"


def test_the_grid_is_shown_with_its_operations(person: Callable[[str], Person]) -> None:
    """By name and number, in the order of the register; a viewer cannot save."""
    vera = person("Vera")
    assert "store%20S1" in vera.get("/layouts").text
    page = vera.get(LAYOUT).text
    assert "Database connection status" in page
    assert 'id="save"' not in page


def test_other_buttons_reach_the_register(users: Shop, person: Callable[[str], Person]) -> None:
    """Saved, they are in the record of the store's registers, whose version rises; a partner's number is taken."""
    mats = person("Mats")
    mats.get(LAYOUT)
    with users.channel.reading() as connection:
        before = read_record(connection, "R1").version
    mats.send(LAYOUT, name="Small shop", buttons='917\n\n303 {"percent": "10"}\n5001')
    with users.channel.reading() as connection:
        record = read_record(connection, "R1")
    assert record.buttons == (LayoutButton(917), LayoutButton(303, {"percent": "10"}), LayoutButton(5001))
    assert record.version > before


@pytest.mark.parametrize(
    ("buttons", "said"),
    [
        ("917\nhello", "Line 2 is no button"),
        ("4711", "there is no operation 4711"),
        ("917 [1]", "are no JSON object"),
        ("917 {", "are no JSON object"),
        ("-1", "begins with no operation"),
        ("9" * 400, "begins with no operation"),
        ("917\n" * 61, "At most 60 buttons."),
    ],
)
def test_what_is_no_button_is_named(users: Shop, person: Callable[[str], Person], buttons: str, said: str) -> None:
    """By its line, with what was typed kept in the form, and nothing is changed."""
    mats = person("Mats")
    mats.get(LAYOUT)
    answer = mats.send(LAYOUT, name="store S1", buttons=buttons)
    assert (answer.status_code, said in answer.text) == (422, True)
    with users.channel.reading() as connection:
        assert len(read_record(connection, "R1").buttons) == 12


def test_a_name_and_a_sub_menu_reach_the_register(users: Shop, person: Callable[[str], Person]) -> None:
    """A button with a name of its own, and a sub menu with buttons, are saved as they are typed, shown, and part of the
    register's record."""
    typed = '917\n401 {"label":"Drinks","buttons":[{"operation":100,"parameters":{"code":"1001","label":"Coffee"}}]}'
    mats = person("Mats")
    mats.get(LAYOUT)
    mats.send(LAYOUT, name="Small shop", buttons=typed)
    coffee = LayoutButton(100, {"code": "1001"}, "Coffee")
    with users.channel.reading() as connection:
        assert read_record(connection, "R1").buttons[1] == LayoutButton(401, {}, "Drinks", (coffee,))
    page = mats.get(LAYOUT).text
    assert "<span>Drinks</span>" in page
    assert "Coffee" in page


@pytest.mark.parametrize(
    "typed",
    [
        '401 {"label":"Drinks"}',
        '917 {"buttons":[{"operation":100}]}',
        '401 {"buttons":[{"operation":4711}]}',
        '401 {"buttons":[100]}',
        '401 {"buttons":[{"operation":100,"parameters":7}]}',
        f'917 {{"label":"{"x" * 41}"}}',
        "401 " + '{"buttons":[{"operation":401,"parameters":' * 6 + '{"label":"deep"}' + "}]}" * 6,
    ],
)
def test_what_is_no_sub_menu_is_named(users: Shop, person: Callable[[str], Person], typed: str) -> None:
    """A sub menu without buttons, with unknown ones, too deep, or a name that is too long: by its line, and nothing is
    changed."""
    mats = person("Mats")
    mats.get(LAYOUT)
    answer = mats.send(LAYOUT, name="store S1", buttons=typed)
    assert (answer.status_code, "Line 1 is no button" in answer.text) == (422, True)
    with users.channel.reading() as connection:
        assert len(read_record(connection, "R1").buttons) == 12
