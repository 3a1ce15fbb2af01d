"""What this plugin writes to the journal, by the entries' kinds."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

from kassa.shift_report import MovementKind, ShiftFigures

SHIFT, CASH, DECLARATION, REPORT_COPY = "shift", "cash", "tender_declaration", "report_copy"

Action = Literal["open", "resume", "suspend", "blind_close"]


class ShiftEvent(msgspec.Struct, frozen=True, omit_defaults=True):
    """Kind ``shift``: a shift has come to this register (``open``, ``resume``) or left it (``suspend``,
    ``blind_close``). Its end is a ``z_report``.

    :param opened_at: when it was first opened, UTC; ``opened_by``: by whom, wherever that was.
    :param carried: what it came to before it came here.
    """

    action: Action
    shift_id: str
    drawer: str
    opened_at: datetime
    opened_by: str
    carried: ShiftFigures | None = None


class CashMovement(msgspec.Struct, frozen=True, omit_defaults=True):
    """Kind ``cash``: a tender was put into the drawer or taken out of it without a sale. ``amount`` has no sign."""

    shift_id: str
    kind: MovementKind
    tender_id: str
    amount: Decimal
    reference: str = ""


class TenderDeclaration(msgspec.Struct, frozen=True, omit_defaults=True):
    """Kind ``tender_declaration``: what was counted of a tender. A later one of the same tender takes its place.

    :param denominations: how many of each were counted, where it was counted so.
    """

    shift_id: str
    tender_id: str
    name: str
    amount: Decimal
    denominations: dict[str, int] = {}


class ReportCopy(msgspec.Struct, frozen=True):
    """Kind ``report_copy``: the Z of that entry was printed once more."""

    entry_id: str
    number: int
