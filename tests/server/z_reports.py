"""Z reports as a register would make them of its sales, and as one would whose software is at fault."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
from tests.server.device import Device

from kassa.journal.entry import SalePayload, decode_entry
from kassa.protocol import WireEntry
from kassa.shift_report import (
    GrandTotals,
    Movement,
    SeriesPart,
    ShiftFigures,
    ShiftReport,
    Sold,
    Tally,
    TaxTotal,
    TenderCount,
    TenderTotal,
)


def z_of(till: Device, sales: list[WireEntry], number: int = 1, **figures: Any) -> ShiftReport:
    """The Z of these sales. ``figures`` are stated instead of what they come to."""
    sold = []
    for entry in sales:
        body = decode_entry(entry.data)
        sold.append(Sold(body.receipt_number or "", _payload(entry).totals.total))
    total = sum((one.total for one in sold), Decimal(0))
    parts = (SeriesPart(till.series, sales[0].sequence, sales[-1].sequence),)
    stated: dict[str, Any] = {"receipts": len(sold), "total": total, "sold": tuple(sold), "parts": parts, **figures}
    return ShiftReport(
        kind="Z", number=number, shift_id=f"{number:032}", store_id=till.store_id, store_name="Store",
        drawer=till.register_id, register_id=till.register_id, currency="SEK", opened_at=till.clock.utc(),
        opened_by="1001", made_at=till.clock.utc(), made_by="2001",
        figures=ShiftFigures(**stated), grand_totals=GrandTotals(total),
    )  # fmt: skip


def whole_z_of(till: Device, sales: list[WireEntry], number: int = 1, **figures: Any) -> ShiftReport:
    """The same with tax and payments, a bank drop and a count."""
    payloads = [_payload(entry) for entry in sales]
    taxes: dict[tuple[str, Decimal], tuple[Decimal, Decimal]] = {}
    tenders: dict[tuple[str, str], Tally] = {}
    for payload in payloads:
        for tax in payload.totals.taxes:
            base, amount = taxes.get((tax.tax_code, tax.rate), (Decimal(0), Decimal(0)))
            taxes[tax.tax_code, tax.rate] = base + tax.base, amount + tax.tax
        for payment in payload.transaction.payments:
            key = payment.tender_id, payment.name
            tenders[key] = tenders.get(key, Tally()) + Tally(1, payment.amount)
    stated = {
        "taxes": tuple(TaxTotal(code, rate, base, tax) for (code, rate), (base, tax) in taxes.items()),
        "tenders": tuple(TenderTotal(tender, name, paid) for (tender, name), paid in tenders.items()),
        "rounding": sum((payload.totals.rounding for payload in payloads), Decimal(0)),
        "movements": (
            Movement("start_amount", "cash", Tally(1, Decimal(1000))),
            Movement("bank_drop", "cash", Tally(1, Decimal(500))),
        ),
        "counts": (TenderCount("cash", "Kontant", Decimal(1000)),),
    }
    return z_of(till, sales, number, **{**stated, **figures})


def _payload(entry: WireEntry) -> SalePayload:
    return msgspec.json.decode(decode_entry(entry.data).payload, type=SalePayload)
