"""What pages share: the database, who asks, the form, answers, and the role that a page needs."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kassa.text import Text
from kassa_server.channel import Channel
from kassa_server.headquarters.changes import Author, changes_by
from kassa_server.headquarters.distribution import Distribution
from kassa_server.headquarters.log_ons import set_notice
from kassa_server.headquarters.users import User
from kassa_server.web.problems import problem
from kassa_server.web.visit import Visit

Page: TypeAlias = Callable[[Request], Response]
HOME = "/headquarters"


def needs(role: str) -> Callable[[Page], Page]:
    """A page for users with that role or more."""

    def around(page: Page) -> Page:
        @functools.wraps(page)
        def checked(request: Request) -> Response:
            return page(request) if user_of(request).may(role) else problem(request, 403)

        return checked

    return around


def visit_of(request: Request) -> Visit:
    """Who asks."""
    visit: Visit = request.scope["state"]["visit"]
    return visit


def user_of(request: Request) -> User:
    """The user who asks; on every page but that for logging on there is one."""
    user = visit_of(request).user
    assert user is not None
    return user


def channel_of(request: Request) -> Channel:
    """The database."""
    channel: Channel = request.app.state.channel
    return channel


def now_of(request: Request) -> datetime:
    """The time."""
    return channel_of(request).environment.clock.utc()


def distribution_of(request: Request) -> Distribution | None:
    """What makes data packages here; None: nothing does."""
    distribution: Distribution | None = request.app.state.distribution
    return distribution


@contextmanager
def reading(request: Request) -> Iterator[Connection]:
    """One moment of the database."""
    with channel_of(request).reading() as connection:
        yield connection


@contextmanager
def writing(request: Request) -> Iterator[Connection]:
    """One transaction, whose changes are the user's."""
    with changes_by(Author(user_of(request).name, "web")), channel_of(request).writing() as connection:
        yield connection


def field(request: Request, name: str) -> str:
    """A field of the form that was sent, without spaces around; empty if it is not there, or a file."""
    form: FormData = request.scope["state"]["form"]
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def secret_field(request: Request, name: str) -> str:
    """A password as it was typed."""
    form: FormData = request.scope["state"]["form"]
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def fields(request: Request, name: str) -> list[str]:
    """All values of a field of the form that was sent."""
    form: FormData = request.scope["state"]["form"]
    return [value for value in form.getlist(name) if isinstance(value, str)]


def go(request: Request, path: str, notice: Text | None = None) -> Response:
    """Go on to another page, which says what was done."""
    if notice is not None:
        set_notice(channel_of(request), visit_of(request).token, notice)
    return RedirectResponse(HOME + path, 303)
