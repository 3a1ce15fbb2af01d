"""Merging customers who are one person: one transaction, in the audit trail, that moves sales, cards and balances.

The number of the one who goes stays a former number of the other: what registers still do under it (a sale, a payment
on account) counts for the customer who stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, select, update

from kassa.errors import InvalidInput, NotAllowed, NotFound
from kassa.schema.master import customer, former_customer_number, tender_account, tender_account_entry
from kassa.text import literal, texts
from kassa_server import audit
from kassa_server.customer_numbers import follow_number
from kassa_server.master_data import delete_rows, put_rows
from kassa_server.row_keys import rows_by_key

_, n_ = texts("kassa_server")
_KEPT = _("Nothing was changed.")
CUSTOMER_ACCOUNT = "customer_account"


class Merged(msgspec.Struct, frozen=True):
    """What went to the customer who stays."""

    sales: int
    accounts: int


def merge_customers(connection: Connection, kept: str, gone: str, *, by: str, now: datetime) -> Merged:
    """Make customer ``gone`` one with customer ``kept``, whose name, telephone and address stay as they are.

    :raises InvalidInput: they are one already.
    :raises NotFound: there is no such customer: somebody may have merged them meanwhile.
    :raises NotAllowed: both have an account, in different currencies.
    """
    if kept == gone:
        raise InvalidInput(_("This is one customer already."), kept=_KEPT)
    for number in (kept, gone):
        if next(iter(rows_by_key(connection, customer, [number])), None) is None:
            raise NotFound(
                _("There is no customer {number}.", number=literal(number)), kept=_KEPT,
                hint=_("Somebody may have merged them meanwhile: look at the page again."),
            )  # fmt: skip
    accounts = _move_accounts(connection, kept, gone)
    former = former_customer_number.c
    older = connection.execute(select(former.former_number).where(former.customer_number == gone)).scalars().all()
    put_rows(
        connection,
        former_customer_number,
        [{"former_number": number, "customer_number": kept} for number in (gone, *older)],
    )
    sales = follow_number(connection, gone, kept)
    delete_rows(connection, customer, [gone])
    audit.note(connection, "customers_merged", now, kept=kept, gone=gone, sales=sales, accounts=accounts, by=by)
    return Merged(sales, accounts)


def _move_accounts(connection: Connection, kept: str, gone: str) -> int:
    mine = select(tender_account).where(tender_account.c.customer_number == gone)
    rows = [dict(row) for row in connection.execute(mine.order_by(tender_account.c.account_number)).mappings()]
    for row in rows:
        if row["kind"] == CUSTOMER_ACCOUNT and row["account_number"] == gone:
            _move_account(connection, row, kept)
        else:
            moved = {"account_number": row["account_number"], "customer_number": kept}
            put_rows(connection, tender_account, [moved])
    return len(rows)


def _move_account(connection: Connection, row: Mapping[str, Any], kept: str) -> None:
    """A customer's account has the customer's number: it becomes that of the other, or what is on it goes to theirs."""
    other = next(iter(rows_by_key(connection, tender_account, [kept])), None)
    if other is not None and (other["kind"], other["currency"]) != (row["kind"], row["currency"]):
        raise NotAllowed(
            _("Both have an account, in {one} and in {two}.", one=literal(other["currency"] or other["kind"]),
              two=literal(row["currency"])), kept=_KEPT, hint=_("Settle one of them first."),
        )  # fmt: skip
    own = {name: value for name, value in row.items() if name != "row_version"}
    whole = {**own, "account_number": kept, "customer_number": kept}
    if other is not None:
        whole["balance"] = other["balance"] + row["balance"]
        whole["credit_limit"] = max(other["credit_limit"], row["credit_limit"])
        whole["blocked"] = other["blocked"] or row["blocked"]
    put_rows(connection, tender_account, [whole])
    delete_rows(connection, tender_account, [row["account_number"]])
    entries = tender_account_entry.c.account_number == row["account_number"]
    connection.execute(update(tender_account_entry).where(entries).values(account_number=kept))
