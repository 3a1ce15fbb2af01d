"""How far printing has come: kept in the journal's settings, so that the queue is the journal itself."""

from __future__ import annotations

import msgspec

from kassa.journal.entry import EntryBody
from kassa.register.face import RegisterFace
from kassa_receipt.settings import NAME

KEPT_AS = "printed"


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything up to ``sequence`` of ``series`` is printed, or is not to be.

    :param begun: the entry whose document may be on paper in part.
    :param idle: there was no printer: what has come since is not to be printed either.
    """

    series: str
    sequence: int
    begun: str | None = None
    idle: bool = False


def first_place(register: RegisterFace) -> Place:
    """Where an earlier run left off. A register that has never printed begins with what comes now, and keeps that, so
    that a kill before the first document loses none."""
    kept = register.setting(NAME, KEPT_AS)
    place = None if kept is None else msgspec.json.decode(kept, type=Place)
    if place is not None and not place.idle:
        return place
    place = here(register)
    keep(register, place)
    return place


def here(register: RegisterFace, *, idle: bool = False) -> Place:
    """The journal's end."""
    last = newest(register)
    return Place("", 0, idle=idle) if last is None else Place(last.series, last.sequence, idle=idle)


def keep(register: RegisterFace, place: Place) -> None:
    """Keep it, durably."""
    register.keep_setting(NAME, KEPT_AS, msgspec.json.encode(place).decode())


def newest(register: RegisterFace) -> EntryBody | None:
    """The journal's last entry."""
    return next(iter(register.journal_entries(newest_first=True, limit=1)), None)
