"""The shop's master data, out of the file: items, prices, barcodes, customers.

* **Item**: one per stock code (in capitals), with the first description that the file has for it, and the first price.
  A row with another price is sold with operation 104, Price override.
* **Barcode**: an in-store EAN-13 with prefix 29, made from the stock code alone, so that it is the same in every file:
  ``29``, ``0``, the code's five digits, then its letters (at most two) as 01-26 each with 00 for none, then the check
  digit. ``85123A`` is 29 0 85123 01 00 5. A code of another form (``POST``, ``GIFT_0001_20``) is ``29``, ``9``, nine
  digits taken from its SHA-256, the next free number if another item of the file has it, and the check digit.
* **Customer**: the file's number, named "Customer 17850", with the first country that the file has for it.
* Prices are in pounds sterling and include 20 % VAT.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

import msgspec

from kassa.replay.invoices import Invoice

PREFIX = "29"
_REGULAR, _OTHER = "0", "9"
_CODE = re.compile(r"(\d{5})([A-Z]{0,2})")
_NINE_DIGITS = 10**9


class ShopItem(msgspec.Struct, frozen=True):
    """An item of the shop."""

    number: str
    description: str
    unit_price: Decimal
    barcode: str


class ShopCustomer(msgspec.Struct, frozen=True):
    """A customer of the shop."""

    number: str
    name: str
    country: str


class Catalogue(msgspec.Struct, frozen=True):
    """Items by number and customers by number, each in the order in which the file first has them."""

    items: dict[str, ShopItem]
    customers: dict[str, ShopCustomer]


def make_catalogue(invoices: Sequence[Invoice]) -> Catalogue:
    """Everything that ``invoices`` sell, and to whom."""
    firsts: dict[str, tuple[str, Decimal]] = {}
    customers: dict[str, ShopCustomer] = {}
    for invoice in invoices:
        for row in invoice.rows:
            firsts.setdefault(row.item_number, (row.description, row.unit_price))
            if row.customer_id is not None:
                customer = ShopCustomer(row.customer_id, f"Customer {row.customer_id}", row.country)
                customers.setdefault(row.customer_id, customer)
    codes = barcodes(firsts)
    items = {
        number: ShopItem(number, description, price, codes[number]) for number, (description, price) in firsts.items()
    }
    return Catalogue(items, customers)


def barcodes(numbers: Iterable[str]) -> dict[str, str]:
    """The barcode of each item number: unique, and the same for the same set of numbers in any order."""
    made: dict[str, str] = {}
    others: set[int] = set()
    for number in sorted(set(numbers)):
        regular = _CODE.fullmatch(number)
        if regular is not None:
            letters = "".join(f"{ord(letter) - ord('A') + 1:02}" for letter in regular[2])
            digits = f"{_REGULAR}{regular[1]}{letters:0<4}"
        else:
            digits = f"{_OTHER}{_free_number(number, others):09}"
        made[number] = with_check_digit(PREFIX + digits)
    return made


def _free_number(number: str, taken: set[int]) -> int:
    wanted = int.from_bytes(hashlib.sha256(number.encode()).digest()) % _NINE_DIGITS
    while wanted in taken:
        wanted = (wanted + 1) % _NINE_DIGITS
    taken.add(wanted)
    return wanted


def with_check_digit(digits: str) -> str:
    """``digits`` (12 of them) with the check digit of an EAN-13."""
    weighed = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-weighed % 10}"
