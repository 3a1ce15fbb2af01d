"""How far printing has come: kept in the journal's settings, so that the queue is the journal itself."""

from __future__ import annotations

import msgspec

from kassa.journal import EntryBody
from kassa.register.face import RegisterFace
from kassa_receipt.settings import NAME

KEPT_AS = "printed"


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything up to ``sequence`` of ``series`` is printed, or is not to be. ``begun``: the entry whose document may
    be on paper in part."""

    series: str
    sequence: int
    begun: str | None = None


def first_place(register: RegisterFace) -> Place:
    """Where an earlier run left off. A register that has never printed begins with what comes now, and keeps that, so
    that a kill before the first document loses none."""
    kept, last = register.setting(NAME, KEPT_AS), newest(register)
    if kept is not None:
        return msgspec.json.decode(kept, type=Place)
    place = Place("", 0) if last is None else Place(last.series, last.sequence)
    keep(register, place)
    return place


def keep(register: RegisterFace, place: Place) -> None:
    """Keep it, durably."""
    register.keep_setting(NAME, KEPT_AS, msgspec.json.encode(place).decode())


def newest(register: RegisterFace) -> EntryBody | None:
    """The journal's last entry."""
    return next(iter(register.journal_entries(newest_first=True, limit=1)), None)
