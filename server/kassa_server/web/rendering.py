"""Templates, and how amounts, numbers and times are written in them: in the reader's language, through Babel."""

from __future__ import annotations

import hashlib
import importlib.resources
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from babel.dates import format_datetime, format_timedelta
from babel.numbers import format_decimal, format_percent
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from kassa.money import from_minor
from kassa.packages.listing import ReportedCause
from kassa.text import LOCALES, Money, Text, show, texts
from kassa_server.headquarters.readiness_words import cause_words
from kassa_server.headquarters.record_words import column_words, table_words
from kassa_server.headquarters.users import User
from kassa_server.web.menu import menu
from kassa_server.web.visit import Visit

if TYPE_CHECKING:
    from jinja2 import Environment

_, n_ = texts("kassa_server")

NONE = "–"


def render(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """A page out of a template."""
    made = templates().get_template(template).render(**page_context(request), **context)
    return HTMLResponse(made, status)


def page_context(request: Request) -> dict[str, Any]:
    """What every template knows: the visit, texts and formats in its language."""
    visit: Visit = request.scope["state"]["visit"]
    words = Words(visit, request.app.state.channel.environment.clock.utc)
    return {
        "_": words.text,
        "n_": words.plural,
        "words": words,
        "visit": visit,
        "user": visit.user,
        "language": visit.language,
        "csrf": visit.csrf,
        "home": "/headquarters",
        "path": request.url.path,
        "style": _version("headquarters.css"),
        "static": _version,
        "now": words.now(),
    }


class Words:
    """Texts and values as one visitor reads them."""

    def __init__(self, visit: Visit, now: Callable[[], datetime]) -> None:
        self._visit = visit
        self._locale = LOCALES[visit.language]
        self.now = now

    def text(self, msgid: str | Text, /, **params: Any) -> str:
        """A text, in templates ``_("…")``."""
        made = msgid if isinstance(msgid, Text) else _(msgid, **params)
        return made.words(self._visit.language, self._visit.zone)

    def plural(self, msgid: str, msgid_plural: str, /, *, count: int, **params: Any) -> str:
        """A text with a number, in templates ``n_("…", "…", count=…)``."""
        return self.text(n_(msgid, msgid_plural, count=count, **params))

    def menu(self, user: User) -> list[tuple[Text | None, list[tuple[str, Text]]]]:
        """What a user finds in the menu."""
        return menu(user)

    def table(self, name: str) -> str:
        """What a table's rows are called."""
        return self.text(table_words(name))

    def column(self, name: str) -> str:
        """What a column is called."""
        return self.text(column_words(name))

    def cause(self, cause: ReportedCause) -> Text:
        """Why a register would not sell without its store server."""
        return cause_words(cause)

    def money(self, minor: int | None, currency: str) -> str:
        """An amount out of minor units, with its currency."""
        return NONE if minor is None else show(Money(from_minor(minor, currency), currency), self._visit.language)

    def amount(self, value: Decimal | None, currency: str) -> str:
        """An amount with its currency."""
        return NONE if value is None else show(Money(value, currency), self._visit.language)

    def number(self, value: Decimal | int | None) -> str:
        """A number."""
        return NONE if value is None else format_decimal(value, locale=self._locale)

    def decimal(self, value: Decimal | int, pattern: str) -> str:
        """A number in a CLDR pattern."""
        return format_decimal(value, pattern, locale=self._locale)

    def percent(self, value: Decimal) -> str:
        """A rate as per cent."""
        return format_percent(value, "#,##0.##%", locale=self._locale)

    def moment(self, at: datetime | None) -> str | Markup:
        """A time of a day, to the second, in the visit's zone."""
        if at is None:
            return NONE
        shown = format_datetime(at.astimezone(self._visit.zone), "yyyy-MM-dd HH:mm:ss", locale=self._locale)
        return _time(at, shown)

    def ago(self, at: datetime | None) -> str | Markup:
        """How long ago a time was: *3 minutes ago*."""
        if at is None:
            return self.text(_("never"))
        gone = min(at - self.now(), timedelta(0))
        shown = format_timedelta(gone, add_direction=True, threshold=1.2, locale=self._locale)
        return _time(at, shown, str(format_datetime(at.astimezone(self._visit.zone), locale=self._locale)))

    def lasting(self, span: timedelta) -> str:
        """A length of time."""
        return format_timedelta(span, threshold=1.2, locale=self._locale)


def _time(at: datetime, shown: str, title: str = "") -> Markup:
    machine = at.astimezone(UTC).isoformat(timespec="seconds")
    hint = f' title="{escape(title)}"' if title else ""
    return Markup(f'<time datetime="{machine}"{hint}>{escape(shown)}</time>')


@cache
def templates() -> Environment:
    """The templates of the pages by hand."""
    return make_templates()


def make_templates(*, enable_async: bool = False) -> Environment:
    """Templates, which escape everything and refuse a name that is not given."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        enable_async=enable_async,
        loader=PackageLoader("kassa_server.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _version(file: str) -> str:
    """The address of a static file; another content is another address, so it may be kept for a year."""
    content = (importlib.resources.files("kassa_server.web") / "static" / file).read_bytes()
    return f"/headquarters/static/{file}?{hashlib.sha256(content).hexdigest()[:12]}"
