"""Periods by a store's calendar: a month or a range of days, and the moment that it ends."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from kassa.errors import InvalidInput
from kassa.model import Store
from kassa.text import literal, texts

_, n_ = texts("kassa_server")
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


class Period(msgspec.Struct, frozen=True):
    """Days from ``first`` to ``last``, both in it; None: no bound. ``until`` is the moment that it ends, UTC."""

    first: date | None
    last: date | None
    until: datetime

    def holds(self, day: date | None) -> bool:
        """Whether a day is in it. An unknown day may be in any period."""
        if day is None:
            return True
        return not self.is_after(day) and (self.last is None or day <= self.last)

    def is_after(self, day: date) -> bool:
        """Whether it begins after a day."""
        return self.first is not None and day < self.first


def period_of(store: Store, first: date | None, last: date | None, now: datetime) -> Period:
    """A store's period from one day to another. Without a last day it goes on until now.

    :raises InvalidInput: it ends before it begins.
    """
    if first is not None and last is not None and last < first:
        raise InvalidInput(_("The period ends before it begins."), where=f"{first} - {last}")
    if last is None:
        return Period(first, None, now)
    end = datetime.combine(last + timedelta(days=1), datetime.min.time(), ZoneInfo(store.timezone))
    return Period(first, last, end.astimezone(UTC))


def read_month(entered: str) -> tuple[date, date]:
    """The first and the last day of a month written as 2026-11.

    :raises InvalidInput: it is no month.
    """
    found = _MONTH.fullmatch(entered.strip())
    year, month = (int(found[1]), int(found[2])) if found else (0, 0)
    if not (year >= 1 and 1 <= month <= 12):
        raise InvalidInput(_("“{entered}” is no month.", entered=literal(entered[:20])), hint=_("Write it as 2026-11."))
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def read_days(entered: str) -> tuple[date, date]:
    """The first and the last day of a month written as 2026-11, or of days written as 2026-11-01..2026-11-15.

    :raises InvalidInput: it is neither.
    """
    first, dots, last = entered.strip().partition("..")
    if not dots:
        return read_month(entered)
    try:
        return date.fromisoformat(first.strip()), date.fromisoformat(last.strip())
    except ValueError as error:
        raise InvalidInput(
            _("“{entered}” is no range of days.", entered=literal(entered[:40])),
            hint=_("Write it as 2026-11-01..2026-11-15."),
        ) from error
