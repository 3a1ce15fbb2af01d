"""Handlers of :mod:`kassa.requests.staff`."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import msgspec

from kassa.errors import LoggedOnWrong
from kassa.model import Staff
from kassa.requests.staff import LoggedOn, LogOn
from kassa.runtime.request import HandlerContext, Records, Row
from kassa.text import texts

_, n_ = texts("kassa")

TRIES = 5
LOCKED_FOR = timedelta(minutes=5)


def log_on(request: LogOn, context: HandlerContext) -> LoggedOn:
    """Check a PIN, with lockout: the same code in the store server and in the register.

    The PIN is checked whatever else is wrong, so that an unknown number, a locked one and a wrong PIN take the same
    time and get the same words.

    :raises LoggedOnWrong: number or PIN is wrong, or the number is locked.
    """
    credentials, now = context.credentials, context.environment.clock.utc()
    tries, locked_until = credentials.failed_tries(request.staff_id)
    right = credentials.check(request.staff_id, request.pin)
    if locked_until is not None and locked_until > now:
        raise _wrong()
    row = context.records.get("staff", request.staff_id)
    if not right or row is None or row["blocked"]:
        failed = 1 if locked_until is not None else tries + 1
        credentials.note_try(request.staff_id, failed, now + LOCKED_FOR if failed >= TRIES else None)
        raise _wrong()
    if tries or locked_until is not None:
        credentials.note_try(request.staff_id, 0, None)
    return LoggedOn(staff_of(row, context.records), credentials.version(request.staff_id))


def staff_of(row: Row, records: Records) -> Staff:
    """A staff member with what the permission group allows; without a group, nothing is allowed."""
    group = records.get("permission_group", row["permission_group"])
    permissions: frozenset[str] = frozenset()
    limits: dict[str, Decimal] = {}
    if group is not None:
        permissions = msgspec.json.decode(group["permissions"], type=frozenset[str])
        limits = msgspec.json.decode(group["limits"], type=dict[str, Decimal])
    return Staff(row["staff_id"], row["name"], permissions, limits, row["language"])


def _wrong() -> LoggedOnWrong:
    return LoggedOnWrong(
        _("The number or the PIN is wrong, or log on is locked for a while."),
        hint=_("Try again. After {tries} wrong tries it is locked for {minutes} minutes.", tries=TRIES,
               minutes=LOCKED_FOR // timedelta(minutes=1)),
    )  # fmt: skip
