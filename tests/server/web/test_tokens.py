"""Tokens for programs that watch registers: made in the page, used without a log on, revoked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.server.conftest import Shop
from tests.server.web.conftest import Person

from kassa_server.headquarters.monitoring import PREFIX
from kassa_server.headquarters.monitoring_routes import PATH
from kassa_server.schema import audit, monitoring_token


def asked(users: Shop, authorization: str) -> int:
    """The status that a program gets which shows that."""
    return users.client.get(PATH, headers={"Authorization": authorization}).status_code


def test_a_program_reads_offline_status_with_a_token(stocked: Shop, person: Callable[[str], Person]) -> None:
    """The token is shown once, kept as a hash, reads the status of all registers and nothing else, and works no more
    when it is revoked."""
    anna = person("Anna")
    anna.get("/tokens")
    token = anna.send("/tokens", name="Grafana").text.split('<code class="big">')[1].split("<")[0]
    assert token not in anna.get("/tokens").text
    assert token not in str(stocked.rows(monitoring_token)) + str(stocked.rows(audit))
    answer = stocked.client.get(PATH, headers={"Authorization": f"Bearer {token}"})
    assert answer.headers["content-type"] == "application/json"
    told = {one["register_id"]: one for one in answer.json()}
    assert told["R1"]["ready"] is False
    assert asked(stocked, f"bearer {token}") == 200
    assert stocked.client.get("/headquarters/sales", headers={"Authorization": f"Bearer {token}"}).url.path.endswith(
        "/log-on"
    )
    (row,) = stocked.rows(monitoring_token)
    assert (row["name"], row["made_by"], row["used_at"]) == ("Grafana", "Anna", stocked.clock.utc())
    anna.get("/tokens")
    anna.send(f"/tokens/{row['token_id']}/revoke")
    assert asked(stocked, f"Bearer {token}") == 401
    assert anna.send(f"/tokens/{row['token_id']}/revoke").status_code == 404


@pytest.mark.parametrize("shown", ["", "Bearer", "Basic QTpC", f"Bearer {PREFIX}{0:064}", "Bearer " + "x" * 9000])
def test_what_is_no_token_reads_nothing(users: Shop, shown: str) -> None:
    """Refused in the way that programs know, without a word of why."""
    answer = users.client.get(PATH, headers={"Authorization": shown})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json() == {"error": "no_token"}


def test_only_administrators_make_them(users: Shop, person: Callable[[str], Person]) -> None:
    """A manager neither sees nor makes one; one without a name is refused."""
    mats = person("Mats")
    assert mats.get("/tokens").status_code == 403
    assert mats.send("/tokens", name="Mine").status_code == 403
    anna = person("Anna")
    anna.get("/tokens")
    assert anna.send("/tokens", name="").status_code == 422
    assert users.rows(monitoring_token) == []
