"""Every page on SQLite and on PostgreSQL, and whatever is typed into them: an answer in words, never a fault."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from tests.server.conftest import Shop
from tests.server.web.conftest import Person
from tests.server.web.stocked import add_users, stock, stock_plugin

from kassa_server.headquarters.record_tables import record_tables
from kassa_server.schema import device, sales_transaction, shift_report
from kassa_server.web.pages import ROUTES

JUNK = ("", "-1", "' OR 1=1 --", "{", "9" * 40, "å\N{GRINNING FACE}%s\\", "a" * 3000)
FIELDS = (
    "name", "role", "what", "wanted", "address", "receipt_mask", "do", "add", "settings", "required", "minutes",
    "enabled",
    "place", "version", "percent", "settings-acme_loyalty", "group_name", "registers",
    "group", "register_id", "store_id", "key", "old", "new", "again", "request_timeout_s", "pause_sync",
    "stamp", "buttons", "pin", "days", "reason", "anyway", "note", "group_id", "blocked",
)  # fmt: skip
QUERY = (
    "store", "register", "receipt", "first", "last", "before", "table", "author", "key", "kind", "failed", "next",
    "period", "handled",
)  # fmt: skip
DONE_LAST = ("/log-off", "/password")


def filled(path: str, value: str) -> str:
    """A path with ``value`` in the place of its parameters."""
    parts = [value if part.startswith("{") else part for part in path.split("/")]
    return "/".join(parts)


def test_every_page_is_served(shop: Shop, tmp_path: Path) -> None:
    """Each page by hand and each record page answers, with a stocked database."""
    add_users(shop.channel)
    stock(shop.channel, shop.client, shop.clock)
    stock_plugin(shop.channel, tmp_path / "wheels")
    anna = Person(shop)
    anna.log_on("Anna")
    sale = shop.rows(sales_transaction)[0]["transaction_id"]
    values = {"{register_id}": "R1", "{store_id}": "S1", "{transaction_id}": sale, "{table}": "item",
              "{staff_id}": "1001", "{layout}": "store%20S1", "{distribution}": "acme-loyalty",
              "{entry_id}": shop.rows(shift_report)[0]["entry_id"],
              "{device_id}": shop.rows(device)[0]["device_id"]}  # fmt: skip
    for route in ROUTES:
        if "GET" in (route.methods or ()) and route.path != "/records/{table}/delete":
            path = route.path
            for name, value in values.items():
                path = path.replace(name, value)
            assert anna.get(path).status_code == 200, path
    for record in record_tables():
        assert anna.get(f"/records/{record.name}/list?search=a&sortBy={record.columns[0].name}").status_code == 200
    assert anna.get("/records/item/edit/1001").status_code == 200
    assert anna.get("/records/item/delete?key=1001").status_code == 200
    anna.get("/schedules")
    assert "Job 9999" in anna.send("/schedules/9999/run").text
    anna.send("/registers/R2/support-offline", wanted="no")
    assert anna.send("/sessions/R1", group="staff", what="rerun").status_code == 200


def test_nothing_typed_is_a_fault_of_the_server(shop: Shop, request: pytest.FixtureRequest) -> None:
    """Junk in addresses, questions and forms gets an answer below 500, on every page. An ordinary run sends a third of
    it."""
    add_users(shop.channel)
    stock(shop.channel, shop.client, shop.clock)
    anna = Person(shop)
    anna.log_on("Anna")
    anna.get("/users")
    typed = JUNK if request.config.getoption("--soak") else JUNK[::3]
    asked = [route for route in ROUTES if "GET" in (route.methods or ())]
    for route, junk in itertools.product(asked, JUNK[2::3]):
        query = "&".join(f"{name}={junk}" for name in QUERY)
        answer = anna.get(f"{filled(route.path, junk[:200])}?{query}")
        assert answer.status_code < 500, (route.path, junk)
    sent = [route for route in ROUTES if "POST" in (route.methods or ()) and route.path not in DONE_LAST]
    for route, junk in itertools.product(sent, typed):
        for place in {"R1", "S1", "item"} if "{" in route.path else {""}:
            path = filled(route.path, place)
            answer = anna.send(path, **dict.fromkeys(FIELDS, junk))
            assert answer.status_code < 500, (path, junk)
    for record, junk in itertools.product(record_tables(), typed):
        fields = {column.name: junk for column in record.columns}
        assert anna.send(f"/records/{record.name}/create", **fields).status_code < 500, (record.name, junk)
