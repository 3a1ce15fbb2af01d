"""The guard: what no form and no page gets past."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from starlette.routing import Route
from tests.server.conftest import Shop
from tests.server.web.conftest import Person

from kassa_server.schema import headquarters_user
from kassa_server.web.guard import LARGEST_FORM
from kassa_server.web.pages import ROUTES

EVERYBODYS = {"/log-on", "/log-off", "/password"}
FORMS = sorted({route.path for route in ROUTES if "POST" in (route.methods or ()) and route.path not in EVERYBODYS})


def filled(path: str) -> str:
    """A path with something in the place of its parameters."""
    return (
        path.replace("{register_id}", "R1")
        .replace("{table}", "item")
        .replace("{store_id}", "S1")
        .replace("{", "")
        .replace("}", "")
    )


def test_a_form_without_its_token_is_refused(person: Callable[[str], Person]) -> None:
    """Every form of every page: no token, a wrong one, another session's: refused, and nothing is done."""
    anna, other = person("Anna"), person("Anna")
    anna.get()
    for path, token in itertools.product(FORMS, ("", "0" * 64, "é", _token(other))):
        answer = anna.send(filled(path), token=token)
        assert answer.status_code == 403, path
        assert "did not come from here" in answer.text


def _token(someone: Person) -> str:
    someone.get()
    return someone.seen.split('name="csrf_token" value="')[1][:64]


def test_a_viewer_changes_nothing(person: Callable[[str], Person]) -> None:
    """Every form of every page is refused to a viewer, in words."""
    vera = person("Vera")
    vera.get()
    for path in FORMS:
        answer = vera.send(filled(path))
        assert answer.status_code == 403, path
        assert "Your role does not allow this." in answer.text


def test_the_log_on_form_has_a_token_too(users: Shop) -> None:
    """Nobody is logged on by another site's form."""
    visitor = Person(users)
    visitor.get("/log-on")
    assert visitor.send("/log-on", token="", name="Anna", password="x").status_code == 403
    assert Person(users).send("/log-on", token="", name="Anna", password="x").status_code == 403


def test_a_form_that_is_too_large_is_refused(person: Callable[[str], Person]) -> None:
    """It is read to its end and answered with a page."""
    anna = person("Anna")
    anna.get()
    assert anna.send("/users", name="x" * LARGEST_FORM).status_code == 413


def test_a_form_that_cannot_be_read_is_refused(person: Callable[[str], Person]) -> None:
    """A broken form is a page, not a traceback."""
    anna = person("Anna")
    kinds = ("multipart/form-data; boundary=x", "multipart/form-data", "application/x-www-form-urlencoded", "?")
    for body, kind in itertools.product((b"--x\r\nbroken", b"\xff\xfe%%%", b""), kinds):
        answer = anna.client.post("/headquarters/users", content=body, headers={"Content-Type": kind})
        assert answer.status_code in (400, 403)


def test_a_null_character_is_refused(person: Callable[[str], Person]) -> None:
    """PostgreSQL has no text with one; it never gets there."""
    anna = person("Anna")
    anna.get()
    assert anna.send("/users", name="a\0b", role="viewer").status_code == 400
    assert anna.client.get("/headquarters/%00").status_code == 404
    assert anna.client.get("/headquarters/?a=%00").status_code == 404


def test_what_is_not_there_has_a_page(person: Callable[[str], Person]) -> None:
    """404 in words, with the menu around it."""
    answer = person("Vera").get("/nothing/of/the/kind")
    assert answer.status_code == 404
    assert "There is no such page." in answer.text
    assert "<nav" in answer.text


def test_what_breaks_has_a_page(users: Shop, person: Callable[[str], Person]) -> None:
    """A page that fails says so in words, and its traceback is in the log alone."""
    anna = person("Anna")
    with users.channel.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE register_report RENAME TO gone")
    answer = anna.get()
    assert answer.status_code == 500
    assert "Something went wrong at headquarters." in answer.text
    assert "register_report" not in answer.text


def test_pages_are_never_kept_by_a_browser(person: Callable[[str], Person]) -> None:
    """Pages are not stored; the style is, under an address that changes with its content."""
    anna = person("Anna")
    page = anna.get()
    assert page.headers["cache-control"] == "no-store"
    style = page.text.split('rel="stylesheet" href="')[1].split('"')[0]
    assert "immutable" in anna.client.get(style).headers["cache-control"]


def test_every_page_is_reached_through_the_guard(users: Shop) -> None:
    """No page at all is shown to somebody unknown."""
    for route in ROUTES:
        assert isinstance(route, Route)
        if route.path != "/log-on":
            answer = Person(users).client.get("/headquarters" + filled(route.path), follow_redirects=False)
            assert answer.status_code in (303, 401), route.path
    assert users.rows(headquarters_user, name="nobody") == []
