"""Logging on to headquarters' pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.server.conftest import Shop
from tests.server.web.conftest import Person
from tests.server.web.stocked import PASSWORD, add_users

from kassa_server.headquarters.log_ons import IDLE, LONGEST
from kassa_server.headquarters.users import set_blocked, set_role, user_named
from kassa_server.schema import audit, headquarters_log_on, headquarters_user
from kassa_server.web.pages.log_on import safe_path

MINUTE = timedelta(minutes=1)


def test_nobody_sees_a_page_without_logging_on(users: Shop) -> None:
    """Somebody unknown is sent to log on, and after it to the page that they wanted."""
    visitor = Person(users)
    assert visitor.get("/users", follow=False).headers["location"] == "/headquarters/log-on?next=/users"
    page = visitor.get("/users")
    assert 'value="/users"' in page.text
    there = visitor.send("/log-on", name="Anna", password=PASSWORD, next="/users")
    assert str(there.url).endswith("/headquarters/users")
    assert visitor.client.get("/headquarters/nothing.json").status_code == 404
    assert Person(users).client.get("/headquarters/nothing.json").status_code == 401


def test_the_servers_bare_address_leads_to_headquarters(users: Shop) -> None:
    """Whoever types the server's address alone ends at the log on page."""
    visitor = Person(users)
    assert str(visitor.client.get("/").url).endswith("/headquarters/log-on")


def test_the_log_on_page_says_how_to_make_the_first_user(sqlite_shop: Shop) -> None:
    """A headquarters without users says on the page how to get one, and not once it has one."""
    assert "kassa headquarters add-user" in Person(sqlite_shop).get("/log-on").text
    add_users(sqlite_shop.channel)
    assert "kassa headquarters add-user" not in Person(sqlite_shop).get("/log-on").text


def test_a_wrong_name_and_a_wrong_password_get_the_same_words(users: Shop) -> None:
    """Nothing tells whether a name exists."""
    for name, password in (("Anna", "wrong password here"), ("Nobody", PASSWORD), ("", "")):
        answer = Person(users).log_on(name, password)
        assert answer.status_code == 401
        assert "Name or password is wrong, or log on is locked for a while." in answer.text


def test_names_are_compared_without_capitals(users: Shop) -> None:
    """Anna types anna."""
    assert "At a glance" in Person(users).log_on(" anna ").text


def test_five_wrong_tries_lock_for_five_minutes(users: Shop) -> None:
    """After five wrong tries the right password does not help either, until five minutes have passed."""
    visitor = Person(users)
    for _ in range(5):
        visitor.log_on("Anna", "wrong password here")
    assert visitor.log_on("Anna").status_code == 401
    assert visitor.log_on("Mats").status_code == 200
    users.clock.advance(5 * 60 + 1)
    assert visitor.log_on("Anna").status_code == 200
    assert len(users.rows(audit, kind="log_on_refused")) == 6


def test_a_right_password_forgets_wrong_tries(users: Shop) -> None:
    """Four wrong tries, a right one, four wrong ones: not locked."""
    for _ in range(2):
        visitor = Person(users)
        for _ in range(4):
            visitor.log_on("Anna", "wrong password here")
        assert visitor.log_on("Anna").status_code == 200


def test_idle_users_are_logged_off(users: Shop, person: Callable[[str], Person]) -> None:
    """Half an hour without a click ends a session; clicks keep it, for twelve hours at most."""
    anna = person("Anna")
    users.clock.advance((IDLE - MINUTE).total_seconds())
    assert "At a glance" in anna.get().text
    users.clock.advance((IDLE - MINUTE).total_seconds())
    assert "At a glance" in anna.get().text
    users.clock.advance((IDLE + MINUTE).total_seconds())
    assert "Log on" in anna.get().text
    anna = person("Anna")
    for _ in range(int(LONGEST / (IDLE - MINUTE)) + 1):
        users.clock.advance((IDLE - MINUTE).total_seconds())
        last = anna.get()
    assert "Log on" in last.text


def test_log_off_ends_the_session_for_good(users: Shop, person: Callable[[str], Person]) -> None:
    """Whoever kept the cookie has nothing of it afterwards."""
    anna = person("Anna")
    kept = dict(anna.client.cookies)
    anna.get()
    assert str(anna.send("/log-off").url).endswith("/log-on")
    assert users.rows(headquarters_log_on) == []
    anna.client.cookies.update(kept)
    assert str(anna.get().url).endswith("/log-on")


def test_the_cookie_is_for_these_pages_alone(users: Shop) -> None:
    """No script reads it, no other site sends it, and under TLS it never travels in the clear."""
    for scheme, secure in (("http", False), ("https", True)):
        visitor = Person(users)
        visitor.client.base_url = visitor.client.base_url.copy_with(scheme=scheme)
        visitor.get("/log-on")
        answer = visitor.send("/log-on", follow=False, name="Anna", password=PASSWORD)
        parts = answer.headers["set-cookie"].split("; ")
        assert {"Path=/headquarters", "HttpOnly", "SameSite=Strict"} <= set(parts)
        assert ("Secure" in parts) == secure
        assert ("strict-transport-security" in answer.headers) == secure


def test_the_database_holds_neither_password_nor_cookie(users: Shop, person: Callable[[str], Person]) -> None:
    """Whoever reads the database can neither log on nor take over a session."""
    anna = person("Anna")
    (row,) = users.rows(headquarters_user, name="Anna")
    assert row["password"].startswith("$argon2id$")
    (session,) = users.rows(headquarters_log_on)
    assert anna.client.cookies["kassa_headquarters"] not in str(session)
    assert PASSWORD not in str(users.rows(audit))


def test_blocking_takes_effect_at_the_next_click(users: Shop, person: Callable[[str], Person]) -> None:
    """A user who is blocked is logged off, and cannot log on."""
    vera = person("Vera")
    with users.channel.writing() as connection:
        user = user_named(connection, "Vera")
        set_blocked(connection, users.channel.environment, user.user_id, True, by="test")
    assert str(vera.get().url).endswith("/log-on")
    assert vera.log_on("Vera").status_code == 401


def test_a_role_takes_effect_at_the_next_click(users: Shop, person: Callable[[str], Person]) -> None:
    """A user who becomes an administrator sees the users without logging on again."""
    mats = person("Mats")
    assert mats.get("/users").status_code == 403
    with users.channel.writing() as connection:
        user = user_named(connection, "Mats")
        set_role(connection, users.channel.environment, user.user_id, "administrator", by="test")
    assert mats.get("/users").status_code == 200


def test_changing_ones_own_password(users: Shop, person: Callable[[str], Person]) -> None:
    """It needs the old one, is typed twice, is long enough, and ends every session with the old one."""
    vera, elsewhere = person("Vera"), person("Vera")
    vera.get("/password")
    new = "a much better password"
    assert vera.send("/password", old="wrong password here", new=new, again=new).status_code == 422
    assert vera.send("/password", old=PASSWORD, new=new, again="something else here").status_code == 422
    assert vera.send("/password", old=PASSWORD, new="short", again="short").status_code == 422
    assert str(vera.send("/password", old=PASSWORD, new=new, again=new).url).endswith("/log-on")
    assert str(elsewhere.get().url).endswith("/log-on")
    assert vera.log_on("Vera").status_code == 401
    assert vera.log_on("Vera", new).status_code == 200


@pytest.mark.parametrize("wanted", ["https://example.org/", "//example.org", "/\\example.org", "users", "", "/\n"])
def test_logging_on_never_leads_to_another_site(wanted: str) -> None:
    """What is no path of these pages is the start page."""
    assert safe_path(wanted) == "/"
    assert safe_path("/sales?store=S1") == "/sales?store=S1"


def test_the_page_speaks_the_browsers_language(users: Shop) -> None:
    """Swedish for a Swedish browser, English otherwise."""
    assert '<html lang="sv">' in Person(users, "sv-SE,sv;q=0.9,en;q=0.8").get("/log-on").text
    assert '<html lang="en">' in Person(users, "de,en;q=0.5,sv;q=0.3").get("/log-on").text
    assert '<html lang="en">' in Person(users, ";;q=x,,*").get("/log-on").text
