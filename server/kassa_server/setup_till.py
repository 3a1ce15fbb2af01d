"""What tills ask and read by: barcode masks and reason codes. Within the caller's transaction, creates or changes."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Literal

import msgspec
from sqlalchemy import Connection, select

from kassa.errors import InvalidInput
from kassa.money import ZERO
from kassa.requests.accounts import AccountKind
from kassa.requests.barcode_masks import is_mask
from kassa.schema.master import barcode_mask, exchange_rate, reason_code, tender_account
from kassa.text import texts
from kassa_server.master_data import put_rows

_, n_ = texts("kassa_server")


class NewBarcodeMask(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a barcode that holds a price or a quantity is read (:mod:`kassa.requests.barcode_masks`)."""

    mask: str
    name: str
    decimals: int


class NewReasonCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A reason that the cashier chooses among; without any of its kind nobody is asked."""

    reason_code: str
    kind: Literal["return", "price_override", "void_line", "void_transaction"]
    name: str


class NewExchangeRate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One unit of ``currency`` is worth ``rate`` of ``store_currency``, from one day (empty: since ever) to another
    (None: until further notice)."""

    currency: str
    store_currency: str
    rate: Decimal
    valid_from: str = ""
    valid_to: str | None = None


class NewAccount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A gift card, loyalty card or customer account (:mod:`kassa.requests.accounts`)."""

    account_number: str
    kind: AccountKind
    currency: str = ""
    balance: Decimal = ZERO
    credit_limit: Decimal = ZERO
    customer_number: str | None = None
    blocked: bool = False


GS1_SWEDEN = (
    NewBarcodeMask("20IIIIII$$$$C", "Pris, två decimaler", 2),
    NewBarcodeMask("21IIIIII$$$$C", "Pris, en decimal", 1),
    NewBarcodeMask("22IIIIII$$$$C", "Pris, hela kronor", 0),
    NewBarcodeMask("23IIIIIIQQQQC", "Vikt, tre decimaler", 3),
    NewBarcodeMask("24IIIIIIQQQQC", "Vikt, två decimaler", 2),
    NewBarcodeMask("25IIIIIIQQQQC", "Vikt, en decimal", 1),
)
"""Variable weight numbers of GS1 Sweden: https://gs1.se/en/support/how-do-i-create-my-variable-weight-numbers/"""


def put_barcode_masks(connection: Connection, masks: Iterable[NewBarcodeMask]) -> int:
    """Barcode masks; how many were new or changed.

    :raises InvalidInput: one is none.
    """
    masks = list(masks)
    for new in masks:
        if not is_mask(new.mask) or not 0 <= new.decimals <= 4:
            raise InvalidInput(
                _("This is no barcode mask."), kept=_("Nothing was changed."), where=f"{new.mask}: {new.decimals}"
            )
    return put_rows(connection, barcode_mask, [msgspec.structs.asdict(new) for new in masks])


def put_accounts(connection: Connection, accounts: Iterable[NewAccount]) -> int:
    """Gift cards, loyalty cards and customer accounts; how many were new. What is on one that is there stays."""
    known = set(connection.execute(select(tender_account.c.account_number)).scalars())
    new = [msgspec.structs.asdict(account) for account in accounts if account.account_number not in known]
    return put_rows(connection, tender_account, new)


def put_exchange_rates(connection: Connection, rates: Iterable[NewExchangeRate]) -> int:
    """Exchange rates; how many were new or changed.

    :raises InvalidInput: one is not above 0.
    """
    rates = list(rates)
    for new in rates:
        if new.rate <= 0:
            raise InvalidInput(
                _("An exchange rate is above 0."), kept=_("Nothing was changed."), where=f"{new.currency}: {new.rate}"
            )
    return put_rows(connection, exchange_rate, [msgspec.structs.asdict(new) for new in rates])


def put_reason_codes(connection: Connection, reasons: Iterable[NewReasonCode]) -> int:
    """Reason codes; how many were new or changed."""
    return put_rows(connection, reason_code, [msgspec.structs.asdict(new) for new in reasons])
