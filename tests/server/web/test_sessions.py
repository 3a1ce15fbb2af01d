"""Sessions, register offline status, parked entries and keys on their pages."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from sqlalchemy import insert, update
from tests.server.conftest import Shop
from tests.server.web.conftest import Person

from kassa.packages.listing import GroupReport, ListRequest, ReportedCause, SyncReport, UploadReport
from kassa.text import Text
from kassa_server.headquarters.readiness_words import cause_words
from kassa_server.schema import distribution_run, headquarters_key, session_order

ENGLISH = "told in English"


def test_a_failed_session_is_rerun_and_canceled(stocked: Shop, person: Callable[[str], Person]) -> None:
    """Staff stands still: a manager has it tried again, or left alone; the register gets the order."""
    mats = person("Mats")
    page = mats.get("/sessions?failed=yes").text
    assert "A row breaks a rule." in page
    assert "Products" not in page
    assert "tries again at its next contact" in mats.send("/sessions/R1", group="staff", what="rerun").text
    mats.send("/sessions/R1", group="staff", what="cancel")
    (order,) = stocked.rows(session_order)
    assert (order["action"], order["table_group"], order["author"]) == ("cancel", "staff", "Mats")
    for fields in ({"group": "staff", "what": "cancel"}, {"group": "nothing", "what": "rerun"}, {"what": "fly"}):
        assert mats.send("/sessions/R1", **fields).status_code == 422, fields


def test_what_headquarters_could_not_make_is_named(stocked: Shop, person: Callable[[str], Person]) -> None:
    """A table group whose packages headquarters is making, or could not make, says so, with the reason; neither is the
    register's to cancel."""
    now, vera = stocked.clock.utc(), person("Vera")
    run = {"job": 1040, "author": "", "started_at": now, "finished_at": now, "packages": 0, "rows": 0}
    with stocked.channel.writing() as connection:
        connection.execute(insert(distribution_run).values(run_id="1" * 32, state="started", error="", **run))
    assert "Started" in vera.get("/sessions?register=R1").text
    with stocked.channel.writing() as connection:
        failed = {"state": "create_failed", "error": "The disk is full."}
        connection.execute(update(distribution_run).where(distribution_run.c.run_id == "1" * 32).values(failed))
    page = vera.get("/sessions?register=R1&failed=yes").text
    assert "Not made" in page
    assert "The disk is full." in page
    mats = person("Mats")
    mats.get("/sessions")
    refused = mats.send("/sessions/R1", group="", what="cancel")
    assert (refused.status_code, "Sales are always delivered" in refused.text) == (422, True)


def test_the_offline_status_of_all_registers(stocked: Shop, person: Callable[[str], Person]) -> None:
    """On one page and as JSON: state, what waits, the data's age, readiness with its causes."""
    vera = person("Vera")
    page = vera.get("/offline-status").text
    assert "No staff member can log on offline yet." in page
    assert "Never heard of" in page
    told = {one["register_id"]: one for one in vera.client.get("/headquarters/offline-status.json").json()}
    assert told["R1"]["ready"] is False
    assert [cause["code"] for cause in told["R1"]["causes"]] == ["no_staff"]
    assert told["R2"]["state"] == "never"


def test_causes_are_worded_for_the_reader(stocked: Shop) -> None:
    """The register tells a code; somebody who reads Swedish reads Swedish, and a code that is not known in the words
    that the register sent with it."""
    vera = Person(stocked, "sv")
    vera.log_on("Vera")
    assert "Ingen i personalen kan logga in offline än." in vera.get("/offline-status").text
    assert str(cause_words(ReportedCause("of_a_partner", said="The scale is off."))) == "The scale is off."
    missing = cause_words(ReportedCause("required_plugin", {"plugin": "payment"}))
    assert missing.words("sv") == "Tillägget payment, som krävs, fungerar inte."


def test_what_a_register_tells_is_read_in_the_readers_language(stocked: Shop) -> None:
    """A package that was not applied, a list that is not trusted, a sale that is not let through: each as the text that
    the register told, on the pages and on the start page's list."""
    device, said = stocked.device("R2"), Text("Call support.", "kassa")
    group = GroupReport("products", "apply_failed", 3, error=ENGLISH, said=said)
    upload = UploadReport("upload_failed", 1, ENGLISH, said=said)
    report = SyncReport((group,), 0, upload=upload, list_error=ENGLISH, list_said=said)
    device.sell()
    assert device.post("/v1/packages", msgspec.json.encode(ListRequest(report=report))).status_code == 200
    vera = Person(stocked, "sv")
    vera.log_on("Vera")
    for page in ("/sessions?register=R2", "/offline-status", "/"):
        seen = vera.get(page).text
        assert said.words("sv") in seen, page
        assert ENGLISH not in seen, page


def test_parked_entries_are_posted_again(stocked: Shop, person: Callable[[str], Person]) -> None:
    """A sale that does not read as one is parked, shown with its reason in the reader's language, and tried again from
    the page."""
    mats = person("Mats")
    assert "No entry is parked." in mats.get("/parked").text
    device = stocked.devices[0] if stocked.devices else stocked.device("R2")
    device.add("sale", {"nothing": "of a sale"})
    device.deliver()
    assert device.register_id in mats.get("/parked").text
    assert "It does not read as what it was delivered as" in mats.get("/parked").text
    vera = Person(stocked, "sv")
    vera.log_on("Vera")
    assert "Den går inte att läsa som det den levererades som" in vera.get("/parked").text
    assert "Posted: 0. Still parked: 1." in mats.send("/parked").text


def test_keys_are_made_and_revoked(stocked: Shop, person: Callable[[str], Person]) -> None:
    """A new key signs; the old one can be revoked, the last one not. No page shows a seed."""
    anna = person("Anna")
    (first,) = stocked.rows(headquarters_key, purpose="lists")
    anna.get("/keys")
    assert "This is the only key." in anna.send(f"/keys/{first['key_id']}/revoke").text
    page = anna.send("/keys").text
    assert "signs from now on" in page
    page = anna.send(f"/keys/{first['key_id']}/revoke").text
    assert "Revoked" in page
    seed = stocked.channel.sealing.open(bytes(first["sealed"]), first["key_id"])
    for secret in (seed, bytes(first["sealed"])):
        assert secret.hex() not in page
    assert person("Mats").get("/keys").status_code == 403
