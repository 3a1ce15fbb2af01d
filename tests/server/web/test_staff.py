"""Staff on their pages: places, permission group, PIN."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from tests.server.conftest import Shop
from tests.server.web.conftest import Person

from kassa.testing.store import CASHIER
from kassa_server.credentials import ChannelCredentials
from kassa_server.schema import audit, change_log, staff_credential, store_staff

SHOWN = re.compile(r'id="pin-shown">(\d+)<')


def works(users: Shop, pin: str) -> bool:
    """Whether the cashier logs on in the store with that PIN."""
    with users.channel.reading() as connection:
        return ChannelCredentials(connection, "S1").check(CASHIER, pin)


def test_everybody_is_listed(person: Callable[[str], Person]) -> None:
    """With their store and group; a viewer can change nothing."""
    vera = person("Vera")
    page = vera.get("/staff").text
    assert "Elin Berg" in page
    assert "Kassa Test" in page
    page = vera.get(f"/staff/{CASHIER}").text
    assert "make-pin" not in page
    assert vera.send(f"/staff/{CASHIER}/pin", what="make").status_code == 403


def test_a_pin_is_made_and_shown_once(users: Shop, person: Callable[[str], Person]) -> None:
    """It works, the old one no more, a lock is gone, and no page, log or change tells it."""
    with users.channel.writing() as connection:
        ChannelCredentials(connection, "S1").note_try(CASHIER, 5, users.clock.utc())
    mats = person("Mats")
    mats.get(f"/staff/{CASHIER}")
    (pin,) = SHOWN.findall(mats.send(f"/staff/{CASHIER}/pin", what="make").text)
    assert works(users, pin)
    assert not works(users, "1234")
    assert users.rows(staff_credential, staff_id=CASHIER)[0]["failed_tries"] == 0
    assert SHOWN.findall(mats.get(f"/staff/{CASHIER}").text) == []
    assert '"by":"Mats"' in users.rows(audit, kind="pin_set")[0]["detail"]
    assert pin not in str(users.rows(audit)) + str(users.rows(change_log, table_name="staff_credential"))


@pytest.mark.parametrize(
    ("pin", "again", "said"),
    [
        ("12", "12", "at least 4 digits"),
        ("48a9", "48a9", "at least 4 digits"),
        ("4829", "4892", "not the same"),
        ("4444", "4444", "tries a PIN such as this one first"),
        ("", "", "at least 4 digits"),
    ],
)
def test_a_bad_pin_is_refused(users: Shop, person: Callable[[str], Person], pin: str, again: str, said: str) -> None:
    """Said why, and the old one works as before; it stands nowhere on the page."""
    mats = person("Mats")
    mats.get(f"/staff/{CASHIER}")
    answer = mats.send(f"/staff/{CASHIER}/pin", pin=pin, again=again)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert works(users, "1234")


def test_whoever_may_do_more_gets_a_longer_pin(users: Shop, person: Callable[[str], Person]) -> None:
    """A cashier who becomes a manager gets a PIN of six digits with it; the plain record page refuses that change."""
    mats = person("Mats")
    mats.get(f"/staff/{CASHIER}")
    plain = mats.send(
        f"/records/staff/edit/{CASHIER}", staff_id=CASHIER, name="Elin Berg", permission_group="manager", language="",
    )  # fmt: skip
    assert "longer PIN" in plain.text
    mats.get(f"/staff/{CASHIER}")
    (pin,) = SHOWN.findall(mats.send(f"/staff/{CASHIER}", group="manager", store="S1").text)
    assert len(pin) == 6
    assert works(users, pin)


def test_somebody_works_elsewhere(users: Shop, person: Callable[[str], Person]) -> None:
    """Taken out of the store they log on there no more; an unknown store is refused, and nothing is changed."""
    mats = person("Mats")
    mats.get(f"/staff/{CASHIER}")
    assert mats.send(f"/staff/{CASHIER}", group="cashier", store="nowhere").status_code == 422
    assert len(users.rows(store_staff, staff_id=CASHIER)) == 1
    mats.send(f"/staff/{CASHIER}", group="cashier")
    assert users.rows(store_staff, staff_id=CASHIER) == []
    assert not works(users, "1234")
    assert "No store" in mats.get("/staff").text
