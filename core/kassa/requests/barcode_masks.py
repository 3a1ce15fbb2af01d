"""Barcodes that say how much is in a package, or what it costs: read by masks that come with master data.

A mask is as long as the barcode. Its digits must be the barcode's; ``I`` stands for the item's number, ``$`` for a
price, ``Q`` for a quantity in the item's unit, ``X`` for whatever is passed over, ``C`` for GS1's check
digit. GS1 Sweden's are ``20IIIIII$$$$C`` with two decimals, 21 with one, 22 with none, and ``23IIIIIIQQQQC`` with
three, 24 with two, 25 with one (https://gs1.se/en/support/how-do-i-create-my-variable-weight-numbers/).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

import msgspec

from kassa.runtime.request import Row

MASK = re.compile(r"^\d*[I$QX]*C?$", re.ASCII)
SHORTEST, LONGEST = 8, 18
_VALUES = "$Q"


class Labelled(msgspec.Struct, frozen=True):
    """What a barcode says by a mask.

    :param codes: what the item may be known by: the barcode with zeros for the value and its check digit made anew, or
        the item's digits alone.
    :param price: of the package; or ``quantity``: in it.
    """

    codes: tuple[str, ...]
    price: Decimal | None = None
    quantity: Decimal | None = None


def is_mask(mask: str) -> bool:
    """Whether ``mask`` is one: digits in front, the item's number and one value behind them."""
    return (
        SHORTEST <= len(mask) <= LONGEST
        and MASK.fullmatch(mask) is not None
        and "I" in mask
        and sum(mark in mask for mark in _VALUES) == 1
    )


def read_label(code: str, masks: Iterable[Row]) -> Labelled | None:
    """What ``code`` says by the mask that names most of its digits; None: it fits none, or its check digit is wrong.

    :param masks: with ``mask`` and ``decimals``.
    """
    if not SHORTEST <= len(code) <= LONGEST or not (code.isascii() and code.isdigit()):
        return None
    fitting = [row for row in masks if _fits(code, row["mask"])]
    if not fitting:
        return None
    row = max(fitting, key=lambda row: (sum(mark.isdigit() for mark in row["mask"]), row["mask"]))
    return _read(code, row["mask"], row["decimals"])


def _fits(code: str, mask: str) -> bool:
    if len(code) != len(mask) or not is_mask(mask):
        return False
    if any(mark.isdigit() and mark != digit for mark, digit in zip(mask, code, strict=True)):
        return False
    return not mask.endswith("C") or code[-1] == check_digit(code[:-1])


def _read(code: str, mask: str, decimals: int) -> Labelled:
    digits = {mark: "".join(digit for digit, at in zip(code, mask, strict=True) if at == mark) for mark in "I$Q"}
    bare = "".join("0" if mark in _VALUES else digit for digit, mark in zip(code, mask, strict=True))
    if mask.endswith("C"):
        bare = bare[:-1] + check_digit(bare[:-1])
    codes = tuple(dict.fromkeys((bare, digits["I"], digits["I"].lstrip("0") or "0")))
    value = Decimal(digits["$"] or digits["Q"]).scaleb(-decimals)
    return Labelled(codes, price=value) if digits["$"] else Labelled(codes, quantity=value)


def check_digit(digits: str) -> str:
    """GS1's check digit of ``digits``."""
    from biip.checksums import gs1_standard_check_digit  # Here, since it is slow to import.

    return str(gs1_standard_check_digit(digits))
