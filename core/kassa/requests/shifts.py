"""What a register asks about shifts that it cannot know from its own journal. The store server alone answers."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from kassa.runtime.request import Query
from kassa.shift_report import GrandTotals


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
    """The register that has a shift open on a drawer; None: nobody."""

    register_id: str | None = None


class FindDrawerHolder(Query[DrawerHolder], frozen=True):
    """Which other register of the store has a shift open on that drawer, as far as the store server has heard."""

    NAME: ClassVar[str] = "kassa.find_drawer_holder"
    ANSWER: ClassVar[Any] = DrawerHolder
    SEES_OWN_ROWS: ClassVar[bool] = False

    drawer: str
