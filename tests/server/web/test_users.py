"""Administrators look after headquarters' users."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.server.conftest import Shop
from tests.server.web.conftest import Person

from kassa_server.schema import audit, headquarters_user

SHOWN = re.compile(r'<code class="big">([a-z0-9-]+)</code>')


def test_a_new_user_logs_on_with_the_password_that_was_shown_once(users: Shop, person: Callable[[str], Person]) -> None:
    """The password is on the page that made the user and on no other."""
    anna = person("Anna")
    anna.get("/users")
    page = anna.send("/users", name="Nils Åberg", role="manager")
    found = SHOWN.search(page.text)
    assert found is not None
    assert found.group(1) not in anna.get("/users").text
    assert "At a glance" in Person(users).log_on("nils åberg", found.group(1)).text
    assert [row["detail"] for row in users.rows(audit, kind="user_added") if "Nils" in row["detail"]] == [
        '{"by":"Anna","role":"manager","user":"Nils Åberg"}'
    ]


def test_a_name_is_taken_once(person: Callable[[str], Person]) -> None:
    """A second Vera, an empty name and an unknown role are refused at the form, which keeps what was typed."""
    anna = person("Anna")
    anna.get("/users")
    for fields in ({"name": "VERA", "role": "viewer"}, {"name": "", "role": "viewer"}, {"name": "New", "role": "king"}):
        answer = anna.send("/users", **fields)
        assert answer.status_code == 422
        assert f'value="{fields["name"]}"' in answer.text


def test_the_last_administrator_stays(users: Shop, person: Callable[[str], Person]) -> None:
    """Nobody can lock everybody out."""
    anna = person("Anna")
    anna.get("/users")
    (row,) = users.rows(headquarters_user, name="Anna")
    for fields in ({"what": "block"}, {"what": "role", "role": "viewer"}):
        answer = anna.send(f"/users/{row['user_id']}", **fields)
        assert "This is the only administrator." in answer.text
    assert users.rows(headquarters_user, name="Anna")[0]["role"] == "administrator"


def test_a_new_password_logs_the_user_off(users: Shop, person: Callable[[str], Person]) -> None:
    """An administrator gives another password: sessions with the old one end."""
    anna, vera = person("Anna"), person("Vera")
    anna.get("/users")
    (row,) = users.rows(headquarters_user, name="Vera")
    page = anna.send(f"/users/{row['user_id']}", what="password")
    found = SHOWN.search(page.text)
    assert found is not None
    assert str(vera.get().url).endswith("/log-on")
    assert vera.log_on("Vera", found.group(1)).status_code == 200


def test_a_viewer_and_a_manager_see_no_users(person: Callable[[str], Person]) -> None:
    """The page is not in their menu, and not behind its address."""
    for name in ("Vera", "Mats"):
        someone = person(name)
        assert "/headquarters/users" not in someone.get().text
        assert someone.get("/users").status_code == 403
