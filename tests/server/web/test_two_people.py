"""Two people at one record: the second is told what the first has changed, and nothing is lost in silence."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from tests.server.conftest import Shop
from tests.server.web.conftest import Person

from kassa.schema.master import item, staff
from kassa_server.headquarters.users import ADMINISTRATOR, set_role, user_named
from kassa_server.schema import distribution_schedule, register

STAMP = re.compile(r'name="stamp" value="([^"]+)"')
ITEM = {
    "item_number": "1005", "description": "Pocketbok", "unit": "pcs", "tax_code": "6", "unit_price": "69",
    "master_item_number": "", "variant": "",
}  # fmt: skip
EDIT = "/records/item/edit/1005"


def stamp_in(person: Person) -> str:
    """The stamp of the form that somebody sees."""
    (stamp,) = set(STAMP.findall(person.seen))
    return stamp


@pytest.fixture
def two(person: Callable[[str], Person]) -> tuple[Person, Person]:
    """Anna and Mats, each logged on."""
    return person("Anna"), person("Mats")


def test_the_second_is_told_what_the_first_has_changed(users: Shop, two: tuple[Person, Person]) -> None:
    """Anna and Mats open one item. Mats saves a price; Anna's save is refused with who, what, from and to, and her
    words in the form; saved again, knowingly, hers is taken."""
    anna, mats = two
    anna.get(EDIT)
    mats.get(EDIT)
    mats.send(EDIT, **{**ITEM, "unit_price": "75"}, stamp=stamp_in(mats))
    anna_types = {**ITEM, "description": "Pocketbok, deckare"}
    refused = anna.send(EDIT, **anna_types, stamp=stamp_in(anna))
    assert "Mats has changed Price from 69 to 75." in refused.text
    assert "Pocketbok, deckare" in refused.text
    (row,) = users.rows(item, item_number="1005")
    assert (row["description"], int(row["unit_price"])) == ("Pocketbok", 75)
    anna.send(EDIT, **anna_types, stamp=stamp_in(anna))
    (row,) = users.rows(item, item_number="1005")
    assert (row["description"], int(row["unit_price"])) == ("Pocketbok, deckare", 69)


def test_a_slip_does_not_hide_it(users: Shop, two: tuple[Person, Person]) -> None:
    """A form that comes back for a fault at a field keeps its stamp: the other's change is told at the next try."""
    anna, mats = two
    anna.get(EDIT)
    mats.get(EDIT)
    mats.send(EDIT, **{**ITEM, "unit_price": "75"}, stamp=stamp_in(mats))
    anna.send(EDIT, **{**ITEM, "unit_price": "7o"}, stamp=stamp_in(anna))
    told = anna.send(EDIT, **{**ITEM, "unit_price": "70"}, stamp=stamp_in(anna))
    assert "Mats has changed Price from 69 to 75." in told.text
    assert int(users.rows(item, item_number="1005")[0]["unit_price"]) == 75


def test_what_was_changed_is_not_deleted_unseen(users: Shop, two: tuple[Person, Person]) -> None:
    """The page that asks whether to delete shows a record; if it is another by then, it asks again."""
    anna, mats = two
    anna.get("/records/staff/delete?key=1001")
    mats.get("/records/staff/edit/1001")
    changed = {"staff_id": "1001", "name": "Elin Berg-Ek", "permission_group": "cashier", "language": ""}
    mats.send("/records/staff/edit/1001", **changed, stamp=stamp_in(mats))
    refused = anna.send("/records/staff/delete", key="1001", stamp=stamp_in(anna))
    assert refused.status_code == 422
    assert "Elin Berg-Ek" in refused.text
    assert len(users.rows(staff, staff_id="1001")) == 1
    anna.send("/records/staff/delete", key="1001", stamp=stamp_in(anna))
    assert users.rows(staff, staff_id="1001") == []


@pytest.mark.parametrize(
    ("path", "first", "second", "said"),
    [
        ("/registers/R1", {"name": "Front", "receipt_mask": "{store}-{terminal}-{series}-{counter:06}"},
         {"name": "Back", "receipt_mask": "{store}-{terminal}-{series}-{counter:06}"}, "Kassa 1 to Front"),
        ("/profiles/register/R1", {"sync_interval_s": "17"}, {"request_timeout_s": "3"}, "Mats has"),
        ("/layouts/store%20S1", {"name": "Grid", "buttons": "917"}, {"name": "Grid", "buttons": "105"}, "Mats has"),
        ("/staff/1001", {"group": "cashier"}, {"group": "manager", "store": "S1"}, "Mats has deleted"),
        ("/registers/R1/plugins", {"do": "save", "name": "sale", "settings": ""},
         {"do": "save", "name": "staff", "settings": ""}, "Mats has"),
    ],
)  # fmt: skip
def test_the_pages_by_hand_tell_it_too(
    users: Shop, two: tuple[Person, Person], path: str, first: dict[str, str], second: dict[str, str], said: str
) -> None:
    """Register, offline profile, layout, staff, plugins: the second is refused, told, and may then go on."""
    anna, mats = two
    with users.channel.writing() as connection:  # Mats may change registers too
        connection.exec_driver_sql("UPDATE headquarters_user SET role = 'administrator'")
    anna.get(path)
    mats.get(path)
    mats.send(path, **first, stamp=stamp_in(mats))
    refused = anna.send(path, **second, stamp=stamp_in(anna))
    assert refused.status_code == 422
    assert said in refused.text
    assert users.rows(register, register_id="R1")[0]["name"] in ("Kassa 1", "Front")
    assert anna.send(path, **second, stamp=stamp_in(anna)).status_code == 200


def test_a_schedule_is_not_overwritten_unseen(users: Shop, two: tuple[Person, Person]) -> None:
    """Anna and Mats look at the schedules. Mats sets one; Anna's for the same job is refused with his name and her
    minutes in the form; another job's is taken."""
    anna, mats = two
    anna.get("/schedules")
    mats.get("/schedules")
    hers = stamps_in(anna)
    mats.send("/schedules/1040", enabled="yes", minutes="15", stamp=stamps_in(mats)["1040"])
    refused = anna.send("/schedules/1040", enabled="yes", minutes="30", stamp=hers["1040"])
    assert "Mats has changed this meanwhile." in refused.text
    assert 'name="minutes" value="30"' in refused.text
    assert schedules(users) == {1040: 15}
    again = stamps_in(anna)
    anna.send("/schedules/1020", enabled="yes", minutes="5", stamp=hers["1020"])
    anna.send("/schedules/1040", enabled="yes", minutes="30", stamp=again["1040"])
    assert schedules(users) == {1020: 5, 1040: 30}


def test_a_user_is_not_changed_unseen(users: Shop, two: tuple[Person, Person]) -> None:
    """Two administrators look at the users: what one does to a user (role, password, blocked) is told to the other, who
    would have done something else to the same one."""
    anna, mats = two
    with users.channel.writing() as connection:
        set_role(
            connection, users.channel.environment, user_named(connection, "Mats").user_id, ADMINISTRATOR, by="test"
        )
        vera = user_named(connection, "Vera").user_id
    anna.get("/users")
    mats.get("/users")
    seen = stamps_in(anna, "users")[vera]
    mats.send(f"/users/{vera}", what="password", stamp=stamps_in(mats, "users")[vera])
    for what in ("password", "block"):
        assert "Mats has changed this meanwhile." in anna.send(f"/users/{vera}", what=what, stamp=seen).text
    refused = anna.send(f"/users/{vera}", what="role", role="manager", stamp=seen)
    assert "Mats has changed this meanwhile." in refused.text
    with users.channel.reading() as connection:
        assert user_named(connection, "Vera").role == "viewer"
    anna.send(f"/users/{vera}", what="role", role="manager", stamp=stamps_in(anna, "users")[vera])
    with users.channel.reading() as connection:
        assert user_named(connection, "Vera").role == "manager"


def stamps_in(person: Person, page: str = "schedules") -> dict[str, str]:
    """The stamps of the forms that somebody sees, by what each form is about."""
    forms = re.compile(rf'action="[^"]*/{page}/(\w+)"[^>]*>.*?name="stamp" value="([^"]+)"', re.DOTALL)
    return dict(forms.findall(person.seen))


def schedules(users: Shop) -> dict[int, int]:
    return {row["job"]: row["every_minutes"] for row in users.rows(distribution_schedule)}
