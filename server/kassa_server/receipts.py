"""Finding a receipt in the channel database, with what has been taken back of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import select

from kassa.errors import NotFound
from kassa.journal.entry import SalePayload, decode_entry
from kassa.requests.receipts import FindReceipt, ReturnedLine, SoldReceipt, returned_lines
from kassa.text import literal, texts
from kassa_server.schema import journal_entry, sales_line, sales_transaction

if TYPE_CHECKING:
    from kassa_server.server_handlers import ServerContext

_, n_ = texts("kassa_server")


def find_receipt(request: FindReceipt, context: ServerContext) -> SoldReceipt:
    """The sale with that receipt number.

    :raises NotFound: no such sale is posted here.
    """
    number = request.receipt_number
    posted = sales_transaction.c
    of_sale = (
        select(journal_entry.c.data, posted.business_time)
        .join(sales_transaction, posted.entry_id == journal_entry.c.entry_id)
        .where(posted.receipt_number == number, posted.kind == "sale")
        .order_by(posted.business_time.desc())
    )
    row = context.connection.execute(of_sale).first()
    if row is None:
        raise NotFound(
            _("There is no receipt {number}.", number=literal(number[:100])),
            hint=_("Scan it again, or take the item back without its receipt."),
        )
    sale = _payload(row.data)
    return SoldReceipt(number, row.business_time, sale.transaction, sale.totals, _returned(number, context))


def _returned(number: str, context: ServerContext) -> tuple[ReturnedLine, ...]:
    posted = sales_transaction.c
    with_some = select(sales_line.c.transaction_id).where(sales_line.c.return_of == number)
    of_returns = (
        select(journal_entry.c.data)
        .join(sales_transaction, posted.entry_id == journal_entry.c.entry_id)
        .where(posted.kind == "sale", posted.transaction_id.in_(with_some))
    )
    sales = [_payload(row.data) for row in context.connection.execute(of_returns)]
    return tuple(line for sale in sales for line in returned_lines(sale.transaction, sale.totals, number))


def _payload(data: bytes) -> SalePayload:
    return msgspec.json.decode(decode_entry(data).payload, type=SalePayload)
