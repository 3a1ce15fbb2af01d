"""Channel database groups, their databases and the store servers, on their page."""

from __future__ import annotations

import base64
from collections.abc import Callable

from tests.server.conftest import Shop
from tests.server.web.conftest import Person

from kassa_server.headquarters.channel_codes import join
from kassa_server.headquarters.channel_messages import JoinRequest
from kassa_server.schema import change_log, channel_database, store


def test_groups_show_stores_and_databases(users: Shop, person: Callable[[str], Person]) -> None:
    """A store's group with its registers' offline databases and their states; a viewer has no buttons."""
    page = person("Vera").get("/databases").text
    assert "Kassa Test" in page
    for one in ("R1", "R2"):
        assert f"/headquarters/registers/{one}" in page
    assert "Active" in page
    assert "move-store" not in page
    anna = person("Anna")
    anna.send("/registers/R1/support-offline", wanted="no")
    assert "Retired" in anna.get("/databases").text


def test_a_store_is_moved_to_a_new_group(users: Shop, person: Callable[[str], Person]) -> None:
    """Its registers' offline databases go with it, and the log says who did it; a manager may not."""
    mats = person("Mats")
    mats.get("/schedules")
    assert mats.send("/databases/move", store_id="S1", group_id="S1").status_code == 403
    anna = person("Anna")
    anna.get("/databases")
    anna.send("/databases/groups", group_id="north", name="The north")
    page = anna.send("/databases/move", store_id="S1", group_id="north").text
    assert "Store S1 is in channel database group north." in page
    assert users.rows(store)[0]["channel_database_group"] == "north"
    assert {row["group_id"] for row in users.rows(channel_database)} == {"north"}
    assert {row["author"] for row in users.rows(change_log, table_name="channel_database", action="update")} == {"Anna"}


def test_what_cannot_be_is_refused(users: Shop, person: Callable[[str], Person]) -> None:
    """A group that is there, without an id or unknown, and a store server without a name: said, and nothing changes."""
    anna = person("Anna")
    anna.get("/databases")
    for group_id, name, said in (
        ("S1", "Again", "There is a channel database group S1 already."),
        ("a b", "Space", "A group&#39;s id has letters"),
        ("ok", "", "A group needs a name"),
    ):
        answer = anna.send("/databases/groups", group_id=group_id, name=name)
        assert (answer.status_code, said in answer.text) == (422, True), group_id
    assert anna.send("/databases/move", store_id="S1", group_id="nowhere").status_code == 404
    assert anna.send("/databases/store-server-code", name="", group_id="S1").status_code == 422
    assert anna.send("/databases/nothing/retire").status_code == 404


def test_a_store_server_joins_by_a_code_of_the_page(users: Shop, person: Callable[[str], Person]) -> None:
    """The code is shown once and makes a machine the group's store server; the page shows it, and revokes it."""
    anna = person("Anna")
    anna.get("/databases")
    page = anna.send("/databases/store-server-code", name="Södra", group_id="S1").text
    shown = page.split('<code class="big">KASSA1:')[1].split("<")[0]
    code = base64.urlsafe_b64decode(shown + "=" * (-len(shown) % 4)).decode().rsplit("|", 1)[1]
    assert shown not in anna.get("/databases").text
    with users.channel.writing() as connection:
        joined = join(connection, users.channel.environment, JoinRequest(code, bytes(32), "box"))
    page = anna.get("/databases").text
    assert "Södra" in page
    assert "never" in page
    anna.send(f"/store-servers/{joined.store_server_id}/revoke")
    page = anna.get("/databases").text
    assert "Revoked" in page
    anna.send(f"/databases/{joined.database_id}/retire")
    assert users.rows(channel_database, database_id=joined.database_id)[0]["state"] == "retired"
