"""Plain record pages: read by sqladmin, written through the log of changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import DBAPIError
from tests.server.conftest import Shop
from tests.server.web.conftest import Person

from kassa.schema.master import barcode, customer, item, permission_group, price, staff, tax_code
from kassa_server.headquarters import records
from kassa_server.headquarters.record_tables import record_tables
from kassa_server.headquarters.record_words import CHOICES
from kassa_server.schema import change_log, register, store, tender

ITEM = {"item_number": "2001", "description": "Te", "unit": "pcs", "tax_code": "12", "unit_price": "12,5"}


def test_every_table_has_its_list_and_form(person: Callable[[str], Person]) -> None:
    """Each list and each form of a new row is there; no hash, secret or version is in any."""
    anna = person("Anna")
    for record in record_tables():
        for page in ("list", "create"):
            answer = anna.get(f"/records/{record.name}/{page}")
            assert answer.status_code == 200, (record.name, page)
            assert "hash" not in answer.text
            assert "row_version" not in answer.text


def test_what_is_written_is_logged(users: Shop, person: Callable[[str], Person]) -> None:
    """A new item, another price, its deletion: each has its row version and its place in the log, by Mats."""
    mats = person("Mats")
    mats.get("/records/item/create")
    assert str(mats.send("/records/item/create", **ITEM).url).endswith("/records/item/list")
    (made,) = users.rows(item, item_number="2001")
    assert (made["unit_price"], made["blocked"]) == (Decimal("12.5"), False)
    assert "te" in made["search_text"]
    mats.send("/records/item/edit/2001", **{**ITEM, "unit_price": "13", "blocked": "yes", "item_number": "1001"})
    (changed,) = users.rows(item, item_number="2001")
    assert (changed["unit_price"], changed["blocked"]) == (Decimal(13), True)
    assert changed["row_version"] > made["row_version"]
    mats.get("/records/item/delete?key=2001")
    assert "It is deleted." in mats.send("/records/item/delete", key="2001").text
    assert users.rows(item, item_number="2001") == []
    log = users.rows(change_log, table_name="item", row_key="2001")
    assert [(row["action"], row["author"], row["origin"]) for row in log] == [
        ("insert", "Mats", "web"),
        ("update", "Mats", "web"),
        ("delete", "Mats", "web"),
    ]


def test_sqladmin_reads_through_a_connection_that_cannot_write(users: Shop) -> None:
    """Nothing can pass the log of changes, whatever a library does."""
    with users.channel.reader.connect() as connection, pytest.raises(DBAPIError):
        connection.execute(insert(tax_code).values(tax_code="0", name="x", rate=Decimal(0), row_version=0))


def test_roles_hold(users: Shop, person: Callable[[str], Person]) -> None:
    """A viewer reads; a manager changes items and not tax codes; an administrator both."""
    vera, mats, anna = person("Vera"), person("Mats"), person("Anna")
    assert "Kaffe" in vera.get("/records/item/list").text
    assert "/records/item/create" not in vera.get("/records/item/list").text
    vera.get("/records/item/create")
    assert vera.send("/records/item/create", **ITEM).status_code == 403
    new = {"tax_code": "0", "name": "Momsfri", "rate": "0"}
    mats.get("/records/tax_code/create")
    assert mats.send("/records/tax_code/create", **new).status_code == 403
    assert mats.send("/records/tax_code/delete", key="6").status_code == 403
    anna.get("/records/tax_code/create")
    assert anna.send("/records/tax_code/create", **new).status_code == 200
    assert len(users.rows(tax_code)) == 4
    assert users.rows(item, item_number="2001") == []


def test_a_record_form_needs_its_token(users: Shop, person: Callable[[str], Person]) -> None:
    """The guard stands before sqladmin too; methods that only scripts send are not served."""
    anna = person("Anna")
    anna.get("/records/item/create")
    assert anna.send("/records/item/create", token="0" * 64, **ITEM).status_code == 403
    for method in ("DELETE", "PUT", "PATCH"):
        assert anna.client.request(method, "/headquarters/records/item/delete?pks=1001").status_code == 405
    assert len(users.rows(item)) == 12


def test_bad_values_are_named_at_their_fields(users: Shop, person: Callable[[str], Person]) -> None:
    """A price below zero, too many decimals, a tax code that is not there: said in words, and nothing is kept."""
    anna = person("Anna")
    anna.get("/records/item/create")
    for field, typed, said in (
        ("unit_price", "-1", "A number, such as 12.50."),
        ("unit_price", "1.23456", "At most 4 decimals."),
        ("unit_price", "9999999999", "A number, such as 12.50."),
        ("description", "x" * 201, "At most 200 characters."),
        ("item_number", " ", "Something has to be here."),
        ("tax_code", "99", "Tax code: 99 is not there."),
        ("item_number", "1001", "There is one with that key already."),
    ):
        answer = anna.send("/records/item/create", **{**ITEM, field: typed})
        assert answer.status_code == 400, (field, typed)
        assert said in answer.text, (field, typed)
    for table, fields, said in (
        ("tax_code", {"tax_code": "7", "name": "x", "rate": "700"}, "Between 0 and 100."),
        ("barcode", {"barcode": "1", "item_number": "1001", "quantity": "0"}, "More than 0."),
        ("price", {"item_number": "1001", "store_id": "", "valid_from": "soon", "unit_price": "1"}, "A date, such as"),
        (
            "price",
            {"item_number": "1001", "valid_from": "2026-02-02", "valid_to": "2026-02-01", "unit_price": "1"},
            "The last day is before the first.",
        ),
        ("permission_group", {"permission_group": "x", "permissions": "[", "limits": "{}"}, "This is no JSON."),
        (
            "store",
            {"store_id": "S2", "name": "x", "currency": "XXY", "timezone": "UTC", "language": "sv", "country": "SE"},
            "This is no currency.",
        ),
    ):
        anna.get(f"/records/{table}/create")
        answer = anna.send(f"/records/{table}/create", **fields)
        assert answer.status_code == 400, (table, fields)
        assert said in answer.text, (table, answer.text)
    assert len(users.rows(item)) == 12
    assert users.rows(price) == []


def test_what_is_in_use_is_not_deleted(users: Shop, person: Callable[[str], Person]) -> None:
    """A tax code with items stays; a store always does; what is not there is said to be gone."""
    anna = person("Anna")
    anna.get("/records/tax_code/delete?key=25")
    assert "25 is in use." in anna.send("/records/tax_code/delete", key="25").text
    assert "A store is never deleted" in anna.send("/records/store/delete", key="S1").text
    for key in ("nothing", '["a"]', "\\", "[" * 50):
        for table in ("item", "tender"):
            assert anna.get(f"/records/{table}/delete?key={key}").status_code == 404
    assert anna.get("/records/staff_credential/list").status_code == 404
    assert anna.get("/records/staff_credential/delete?key=1001").status_code == 404
    assert len(users.rows(store)) == 1


def test_what_follows_from_a_record_follows(users: Shop, person: Callable[[str], Person]) -> None:
    """An item is found by a new barcode; registers hear of a tender; a customer is found; staff can be blocked."""
    anna = person("Anna")
    version = users.rows(register, register_id="R1")[0]["version"]
    anna.get("/records/barcode/create")
    anna.send("/records/barcode/create", barcode="7310", item_number="1001", quantity="6")
    assert "7310" in users.rows(item, item_number="1001")[0]["search_text"]
    assert users.rows(barcode, barcode="7310")[0]["quantity"] == 6
    anna.get("/records/tender/edit/S1;cash")
    cash = {"store_id": "S1", "tender_id": "cash", "position": "0", "kind": "cash", "rounding": "1"}
    anna.send("/records/tender/edit/S1;cash", name="Kontanter", **cash)
    assert users.rows(tender, tender_id="cash")[0]["name"] == "Kontanter"
    assert users.rows(register, register_id="R1")[0]["version"] > version
    anna.get("/records/customer/create")
    anna.send("/records/customer/create", customer_number="C1", name="Åsa Öberg", phone="070 123")
    assert users.rows(customer)[0]["search_text"]
    anna.get("/records/staff/edit/1001")
    elin = {"staff_id": "1001", "name": "Elin Berg", "permission_group": "cashier"}
    anna.send("/records/staff/edit/1001", blocked="yes", **elin)
    assert users.rows(staff, staff_id="1001")[0]["blocked"] is True
    anna.get("/records/store/create")
    fields = {"name": "Två", "currency": "SEK", "timezone": "Europe/Stockholm", "language": "sv", "country": "SE"}
    anna.send("/records/store/create", store_id="S2", tax_included="yes", channel_database_group="", **fields)
    assert users.rows(store, store_id="S2")[0]["channel_database_group"] == "S2"


def test_lists_are_searched_sorted_and_paged(users: Shop, person: Callable[[str], Person]) -> None:
    """By words and columns; what is no page or column is no fault of the server's."""
    vera = person("Vera")
    page = vera.get("/records/item/list?search=kaffe").text
    assert "Kaffe" in page
    assert "Diskmedel" not in page
    page = vera.get("/records/item/list?sortBy=unit_price&sort=desc").text
    assert page.index("Regnjacka") < page.index("Kaffe")
    for query in (
        "page=2", "page=x", "page=-1", "page=99999999999999999999", "sortBy=nothing", "sortBy=__class__&sort=x",
        "pageSize=0", "pageSize=x", "search=%25%27", "error=%3Cscript%3E",
    ):  # fmt: skip
        answer = vera.get(f"/records/item/list?{query}")
        assert answer.status_code < 500, query
    for path in ("item/edit/nothing", "tender/edit/S1", "tender/edit/;;;", "nothing/list", "item/login", "login"):
        assert vera.get(f"/records/{path}").status_code in (400, 404), path


def test_what_is_one_of_a_few_is_chosen(users: Shop, person: Callable[[str], Person]) -> None:
    """A column of a few words is chosen by its name in the reader's language; so is another table's key while there are
    not many; a unit is suggested; a day is a day. What stands there and is none of them is not lost."""
    anna = person("Anna")
    for known in CHOICES:
        table, column = known
        if known in records.CHOICES:
            assert set(CHOICES[known]) == set(records.CHOICES[known])
        else:
            assert column in ("permissions", "kind")
        page = anna.get(f"/records/{table}/create").text
        for value in CHOICES[known]:
            assert f'value="{value}"' in page, (known, value)
    anna.get("/records/unit_of_measure/create")
    anna.send("/records/unit_of_measure/create", unit="kg", name="Kilogram", decimals="3")
    page = anna.get("/records/item/create").text
    assert '<option value="12">Moms 12 % (12)</option>' in page
    assert 'list="unit-known"' in page
    assert '<option value="kg">Kilogram (kg)</option>' in page
    page = anna.get("/records/price/create").text
    assert '<option value="" selected>Every store</option>' in page
    assert '<option value="S1">Kassa Test (S1)</option>' in page
    assert 'name="valid_from" value="" autocomplete="off" type="date"' in page
    with users.channel.writing() as connection:
        connection.execute(update(item).where(item.c.item_number == "1001").values(tax_code="gone"))
    assert '<option value="gone" selected>gone</option>' in anna.get("/records/item/edit/1001").text
    sv = Person(users, "sv")
    sv.log_on("Vera")
    assert "Kontant" in sv.get("/records/tender/list").text


def test_permissions_are_ticked(users: Shop, person: Callable[[str], Person]) -> None:
    """Each permission is a box with words; one that a plugin brought stays; none at all is a value too."""
    anna = person("Anna")
    anna.get("/records/permission_group/create")
    anna.send("/records/permission_group/create", permission_group="own", permissions=["sell", "acme"], limits="{}")
    (made,) = users.rows(permission_group, permission_group="own")
    assert made["permissions"] == '["sell","acme"]'
    page = anna.get("/records/permission_group/edit/own").text
    assert re.search(r'value="sell" checked> Sell', page)
    assert re.search(r'value="acme" checked> <code>acme</code>', page)
    assert "Sell, acme" in anna.get("/records/permission_group/list").text
    anna.get("/records/permission_group/edit/own")
    anna.send("/records/permission_group/edit/own", permission_group="own", limits="{}")
    (left,) = users.rows(permission_group, permission_group="own")
    assert left["permissions"] == "[]"


def test_the_largest_discount_is_a_number(users: Shop, person: Callable[[str], Person]) -> None:
    """The limit that the till knows is typed as per cent; a limit of a partner's stays beside it; nothing is no limit
    at all, and what is no per cent is said at the field."""
    anna = person("Anna")
    anna.get("/records/permission_group/create")
    for typed in ("101", "-1", "much"):
        told = anna.send("/records/permission_group/create", permission_group="own", limits=["{}", typed])
        assert told.status_code == 400, typed
        assert "A number from 0 to 100." in told.text
    anna.send("/records/permission_group/create", permission_group="own", limits=['{"acme":"3"}', "12,5"])
    assert users.rows(permission_group, permission_group="own")[0]["limits"] == '{"acme":"3","discount_percent":"12.5"}'
    page = anna.get("/records/permission_group/edit/own").text
    assert 'id="limits" name="limits" value="12.5"' in page
    assert "Discount at most 12.5 %" in anna.get("/records/permission_group/list").text
    anna.get("/records/permission_group/edit/own")
    anna.send("/records/permission_group/edit/own", permission_group="own", limits=['{"acme":"3"}', ""])
    assert users.rows(permission_group, permission_group="own")[0]["limits"] == '{"acme":"3"}'


def test_a_tax_rate_is_read_and_typed_in_per_cent(users: Shop, person: Callable[[str], Person]) -> None:
    """25 is 25 %: so it stands in the list and in the form, and so it is typed."""
    anna = person("Anna")
    assert "25\xa0%" in anna.get("/records/tax_code/list").text
    assert 'name="rate" value="25"' in anna.get("/records/tax_code/edit/25").text
    anna.get("/records/tax_code/create")
    anna.send("/records/tax_code/create", tax_code="7", name="Seven and a half", rate="7,5")
    assert users.rows(tax_code, tax_code="7")[0]["rate"] == Decimal("0.075")


def test_empty_columns_take_no_room_in_a_list(users: Shop, person: Callable[[str], Person]) -> None:
    """A column in which no row has anything is left out, and comes back with the first that has."""
    anna = person("Anna")
    assert "Minimum age" not in anna.get("/records/item/list").text
    with users.channel.writing() as connection:
        connection.execute(update(item).where(item.c.item_number == "1001").values(minimum_age=18))
    assert "Minimum age" in anna.get("/records/item/list").text
