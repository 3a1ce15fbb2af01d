"""The register's tenders, by kind or by id."""

from __future__ import annotations

from kassa.errors import NotAvailable, NotFound
from kassa.model import RegisterRecord, Tender
from kassa.text import literal, texts

_, n_ = texts("kassa_payment")


def find_tender(record: RegisterRecord, kind: str, tender_id: str | None = None) -> Tender:
    """The tender of that kind and, if given, id; else the first of the kind.

    :raises kassa.errors.NotFound: the register has no such tender.
    :raises kassa.errors.NotAvailable: it has none of that kind.
    """
    tenders = [tender for tender in record.tenders if tender.kind == kind]
    for tender in tenders:
        if tender_id is None or tender.tender_id == tender_id:
            return tender
    if tenders:
        raise NotFound(
            _("This register has no way to pay called {tender}.", tender=literal(str(tender_id))),
            hint=_("Take another payment."),
        )
    raise NotAvailable(
        _("This register does not take that kind of payment."), hint=_("Ask headquarters to give it the tender.")
    )
