"""What this plugin writes to the journal, by the entries' kinds."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from kassa.shift_report import MovementKind

CASH, DECLARATION, REPORT_COPY = "cash", "tender_declaration", "report_copy"


class CashMovement(msgspec.Struct, frozen=True, omit_defaults=True):
    """Kind ``cash``: a tender was put into the drawer or taken out of it without a sale. ``amount`` has no sign;
    ``approved_by`` is the manager who approved it, if one did. Of a currency tender it is in its ``currency``."""

    shift_id: str
    kind: MovementKind
    tender_id: str
    amount: Decimal
    reference: str = ""
    approved_by: str | None = None
    currency: str = ""


class TenderDeclaration(msgspec.Struct, frozen=True, omit_defaults=True):
    """Kind ``tender_declaration``: what was counted of a tender. A later one of the same tender takes its place.

    :param denominations: how many of each were counted, where it was counted so.
    :param currency: of a currency tender, what it was counted in; empty: the store's.
    """

    shift_id: str
    tender_id: str
    name: str
    amount: Decimal
    denominations: dict[str, int] = {}
    currency: str = ""


class ReportCopy(msgspec.Struct, frozen=True, omit_defaults=True):
    """Kind ``report_copy``: the Z of that entry was printed once more; ``approved_by`` as with cash."""

    entry_id: str
    number: int
    approved_by: str | None = None
