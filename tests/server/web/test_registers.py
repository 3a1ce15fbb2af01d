"""Registers on their pages."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.server.conftest import Shop
from tests.server.device import Device
from tests.server.test_returning_devices import activated, forget, introduce
from tests.server.web.conftest import Person

from kassa.trust import ActivationCode
from kassa_server.record import read_record
from kassa_server.schema import audit, change_log, channel_database, device_revocation, register, series

CODE = re.compile(r'<code class="big">(KASSA1:[\w-]+)</code>')


def test_support_offline_is_switched_in_one_step(users: Shop, person: Callable[[str], Person]) -> None:
    """Off: the entity retires, as nothing waits. On: it is active again. Both are in the log, by Anna."""
    anna = person("Anna")
    page = anna.get("/registers/R1").text
    assert "Switch off" in page
    page = anna.send("/registers/R1/support-offline", wanted="no").text
    assert "Support offline is off." in page
    assert "Offline database: retired." in page
    assert users.rows(register, register_id="R1")[0]["support_offline"] is False
    page = anna.send("/registers/R1/support-offline", wanted="yes").text
    assert "Offline database: active." in page
    assert users.rows(channel_database, register_id="R1")[0]["state"] == "active"
    authors = {row["author"] for row in users.rows(change_log, table_name="channel_database") if row["origin"] == "web"}
    assert authors == {"Anna"}
    assert anna.send("/registers/R1/support-offline", wanted="perhaps").status_code == 422


def test_only_administrators_change_registers(users: Shop, person: Callable[[str], Person]) -> None:
    """A manager sees no button, and the forms behind them are refused."""
    mats = person("Mats")
    page = mats.get("/registers/R1").text
    for button in ("support-offline", "make-code", "receipt_mask"):
        assert f'id="{button}"' not in page
    mats.get("/schedules")
    for path in ("", "/support-offline", "/activation-code", "/plugins"):
        assert mats.send(f"/registers/R1{path}", wanted="no", do="save").status_code == 403
    assert mats.send("/new-register", register_id="R3").status_code == 403
    with users.channel.reading() as connection:
        assert read_record(connection, "R1").support_offline


def test_an_activation_code_is_shown_once_and_works(users: Shop, person: Callable[[str], Person]) -> None:
    """The code on the page activates a device, and stands on no other page, in no log."""
    anna = person("Anna")
    anna.get("/registers/R1")
    page = anna.send("/registers/R1/activation-code", address="https://shop.example:8440/").text
    found = CODE.search(page)
    assert found is not None
    shown = found.group(1)
    assert shown not in anna.get("/registers/R1").text
    short = re.search(r"<code>(https://shop\.example:8440\|\|[A-Z0-9-]+)</code>", page)
    assert short is not None
    code = short.group(1).rsplit("|", 1)[1]
    assert ActivationCode("https://shop.example:8440", "", code).text == shown
    assert code not in str(users.rows(audit)) + str(users.rows(change_log))
    Device(users.client, users.clock).activate(code)
    assert len(users.rows(series, register_id="R1")) == 1
    for address in ("shop.example", "javascript:alert(1)", "http://a|b", "", "https://" + "a" * 300):
        assert anna.send("/registers/R1/activation-code", address=address).status_code == 422


def test_a_new_register_is_made(users: Shop, person: Callable[[str], Person]) -> None:
    """With the usual plugins, in its store; an id that is taken or cannot be one is refused."""
    anna = person("Anna")
    anna.get("/new-register")
    for fields in (
        {"register_id": "R1"},
        {"register_id": "a b"},
        {"register_id": ""},
        {"name": ""},
        {"store_id": "S9"},
    ):
        typed = {"register_id": "R3", "store_id": "S1", "name": "Kassa 3", **fields}
        assert anna.send("/new-register", **typed).status_code == 422, fields
    page = anna.send("/new-register", register_id="R3", store_id="S1", name="Kassa 3")
    assert str(page.url).endswith("/registers/R3")
    with users.channel.reading() as connection:
        assert "sale" in [plugin.name for plugin in read_record(connection, "R3").plugins]


def test_receipt_numbers_keep_what_makes_them_unique(users: Shop, person: Callable[[str], Person]) -> None:
    """A mask without register, series or counter, or with anything else in it, is refused; a good one is taken."""
    anna = person("Anna")
    anna.get("/registers/R1")
    bad = (
        "", "{counter}", "{terminal}-{series}", "{terminal}-{series}-{counter", "{terminal}{series}{counter.__class__}",
        "{terminal}{series}{counter:0999999999}", "{terminal}{series}{counter:x}", "{terminal!r}{series}{counter}",
        "{0}{terminal}{series}{counter}", "{terminal}{series}{counter}{counter}", "{staff}{terminal}{series}{counter}",
    )  # fmt: skip
    for mask in bad:
        assert anna.send("/registers/R1", name="Kassa 1", receipt_mask=mask).status_code == 422, mask
    anna.send("/registers/R1", name="Förkassan", receipt_mask="{terminal}/{series}/{counter:08}")
    with users.channel.reading() as connection:
        record = read_record(connection, "R1")
    assert (record.name, record.receipt_mask) == ("Förkassan", "{terminal}/{series}/{counter:08}")


def test_plugins_are_moved_added_and_taken_away(users: Shop, person: Callable[[str], Person]) -> None:
    """Nothing is kept before Save; then the register's record has them in that order, with their settings."""
    anna = person("Anna")
    anna.get("/registers/R1/plugins")
    rows = {"name": ["sale", "payment"], "settings": ["", '{"limit": 3}'], "required": ["0"]}
    moved = anna.send("/registers/R1/plugins", do="up-1", **rows).text
    assert moved.index('value="payment"') < moved.index('value="sale"')
    assert "Not saved yet." in moved
    with users.channel.reading() as connection:
        assert len(read_record(connection, "R1").plugins) > 2
    added = anna.send("/registers/R1/plugins", do="add", add="acme_club", **rows).text
    assert 'value="acme_club"' in added
    removed = anna.send("/registers/R1/plugins", do="remove-1", **rows).text
    assert 'name="name" value="payment"' not in removed
    anna.send("/registers/R1/plugins", do="save", **rows)
    with users.channel.reading() as connection:
        plugins = read_record(connection, "R1").plugins
    assert [(one.name, one.required, one.settings) for one in plugins] == [
        ("sale", True, {}),
        ("payment", False, {"limit": 3}),
    ]


def test_bad_plugins_are_refused(users: Shop, person: Callable[[str], Person]) -> None:
    """A name that is none, one that is there twice, settings that are no object: nothing is changed."""
    anna = person("Anna")
    anna.get("/registers/R1/plugins")
    for name, settings in (("sale", "[1]"), ("sale", "{"), ("sale", "[" * 9000), ("Not a name", ""), ("", "")):
        answer = anna.send("/registers/R1/plugins", do="save", name=[name], settings=[settings])
        assert answer.status_code == 422, (name, settings[:10])
    assert anna.send("/registers/R1/plugins", do="save", name=["sale", "sale"]).status_code == 422
    for do in ("up-0", "down-99", "remove-x", "remove-²", "", "fly"):
        assert anna.send("/registers/R1/plugins", do=do, name=["sale"]).status_code == 200
    with users.channel.reading() as connection:
        assert len(read_record(connection, "R1").plugins) > 2


def test_a_series_that_was_replaced_is_open_ended(stocked: Shop, person: Callable[[str], Person]) -> None:
    """A second activation closes the first series: the page shows both, the first open-ended."""
    stocked.device("R1")
    page = person("Vera").get("/registers/R1").text
    assert "Open-ended" in page
    assert "In use" in page


def test_a_device_is_revoked(stocked: Shop, person: Callable[[str], Person]) -> None:
    """Only by an administrator, after a page that says what it means; then the register's page shows it, there is no
    second time, and what it hands over is accepted on the page of parked entries."""
    (device_id,) = {row["device_id"] for row in stocked.rows(series, register_id="R1")}
    path = f"/registers/R1/devices/{device_id}/revoke"
    vera, anna = person("Vera"), person("Anna")
    assert "Revoke" not in vera.get("/registers/R1").text
    vera.get("/users")
    assert vera.get(path).status_code == 403
    assert vera.send(path).status_code == 403
    assert path in anna.get("/registers/R1").text
    asked = anna.get(path).text
    assert "There is no way back but to activate it again." in asked
    assert stocked.rows(device_revocation) == []
    page = anna.send(path).text
    assert "The device is revoked." in page
    assert path not in page
    (row,) = stocked.rows(device_revocation)
    assert (row["device_id"], row["revoked_by"]) == (device_id, "Anna")
    assert anna.get(path).status_code == 404
    assert anna.send(path).status_code == 404


def test_a_device_activated_after_the_backup_is_admitted(users: Shop, person: Callable[[str], Person]) -> None:
    """The start page names it, the register's page says what it means, and an administrator admits it by one press;
    a manager sees it and has no button."""
    till, shown = activated(users)
    with users.channel.writing() as connection:
        forget(connection, [till])
    introduce(till, shown)
    mats, anna = person("Mats"), person("Anna")
    assert "Activated after the backup" in mats.get("/registers/R1").text
    assert "Admit again" not in mats.seen
    mats.get("/schedules")
    path = f"/registers/R1/devices/{till.device_id}/admit"
    assert mats.send(path).status_code == 403
    assert "a device that was activated after the backup" in anna.get("/").text
    assert path in anna.get("/registers/R1").text
    page = anna.send(path).text
    assert "The device is admitted again." in page
    assert "Activated after the backup" not in page
    assert anna.send(path).status_code == 404


def test_a_register_that_is_not_there(person: Callable[[str], Person]) -> None:
    """404, in words, on each of its pages."""
    anna = person("Anna")
    anna.get("/users")
    for path in ("", "/plugins"):
        assert "There is no register R9." in anna.get(f"/registers/R9{path}").text
    for path in ("", "/plugins", "/support-offline", "/activation-code"):
        fields = {"name": "x", "receipt_mask": "{terminal}{series}{counter}", "wanted": "no", "do": "save"}
        answer = anna.send(f"/registers/R9{path}", address="http://x", **fields)
        assert answer.status_code == 404, path
