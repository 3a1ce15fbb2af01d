"""What a register asks about shifts that it cannot know from its own journal. The store server alone answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Literal

import msgspec

from kassa.runtime.request import Command, Query
from kassa.shift_report import GrandTotals, ShiftEvent


class LastZ(msgspec.Struct, frozen=True):
    """A register's last Z: its number (0: none yet), and the grand totals that it carries."""

    number: int = 0
    grand_totals: GrandTotals = GrandTotals()


class FindLastZ(Query[LastZ], frozen=True):
    """The last Z of the register that asks, whatever device made it: a new device goes on from there."""

    NAME: ClassVar[str] = "kassa.find_last_z"
    ANSWER: ClassVar[Any] = LastZ
    SEES_OWN_ROWS: ClassVar[bool] = False


class DrawerHolder(msgspec.Struct, frozen=True):
    """The register that has a shift open on a drawer; None: nobody else, and it is the asking register's now."""

    register_id: str | None = None


class ClaimDrawer(Command[DrawerHolder], frozen=True, kw_only=True):
    """Take a drawer that several registers share for a shift that is about to open on it. Of two registers that ask at
    once one gets it, and the other hears who has it. What it takes it keeps until another claim of its own, or
    until the shift leaves it."""

    NAME: ClassVar[str] = "kassa.claim_drawer"
    ANSWER: ClassVar[Any] = DrawerHolder
    ONLINE_ONLY: ClassVar[bool] = True

    drawer: str
    shift_id: str
    opened_at: datetime


class ShiftElsewhere(msgspec.Struct, frozen=True):
    """A shift that another register has put aside, as listed."""

    shift_id: str
    register_id: str
    status: Literal["suspended", "blind_closed"]
    opened_at: datetime
    opened_by: str


class ShiftsElsewhere(msgspec.Struct, frozen=True):
    """Other registers' shifts that may be taken over, oldest first.

    :param gone: of the shifts that were asked about, those that have gone on at another register.
    """

    shifts: tuple[ShiftElsewhere, ...] = ()
    gone: tuple[str, ...] = ()


class ListShifts(Query[ShiftsElsewhere], frozen=True):
    """The suspended and blind closed shifts of the store's other registers.

    :param own: shifts that the asking register has put aside itself.
    """

    NAME: ClassVar[str] = "kassa.list_shifts"
    ANSWER: ClassVar[Any] = ShiftsElsewhere
    SEES_OWN_ROWS: ClassVar[bool] = False

    own: tuple[str, ...] = ()


class TakenShift(msgspec.Struct, frozen=True):
    """A shift that is the asking register's now.

    :param left: as it was put aside; None: the store server has not heard of that yet.
    :param holder: the register that has a shift open on the drawer: nothing was taken.
    """

    left: ShiftEvent | None = None
    holder: str | None = None


class TakeShift(Command[TakenShift], frozen=True, kw_only=True):
    """Take over a shift that was suspended or blind closed. Once: refused with ``not_found`` for everybody after the
    first.

    :param drawer: to go on with it on that drawer; empty: to close it.
    """

    NAME: ClassVar[str] = "kassa.take_shift"
    ANSWER: ClassVar[Any] = TakenShift
    ONLINE_ONLY: ClassVar[bool] = True

    shift_id: str
    drawer: str = ""
