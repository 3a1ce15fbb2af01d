"""What a periodic discount has to be like to mean something: checked when it is written, by whatever way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Connection

from kassa.discounting import DiscountLevel
from kassa.errors import InvalidInput
from kassa.schema.master import discount
from kassa.text import Text, literal, texts
from kassa_server.row_keys import rows_by_key

_, n_ = texts("kassa_server")

KINDS: dict[str, tuple[str, ...]] = {
    "simple": ("percent", "amount", "deal_price"),
    "quantity": ("percent", "amount", "deal_price"),
    "mix_and_match": ("percent", "amount", "deal_price", "least_expensive"),
    "threshold": ("percent", "amount"),
}
"""Which kinds of value each type of discount has."""
CONCURRENCIES = ("best_price", "compound", "exclusive")
LARGEST_BUNDLE = 50
_HUNDRED = Decimal(100)
_KEPT = _("Nothing was changed.")


def levels_document(levels: Sequence[DiscountLevel]) -> str:
    """Levels as the database has them."""
    return msgspec.json.encode(list(levels)).decode()


def read_levels(document: str) -> tuple[DiscountLevel, ...]:
    """Levels as typed.

    :raises InvalidInput: it is no list of levels.
    """
    try:
        return msgspec.json.decode(document, type=tuple[DiscountLevel, ...], strict=False)
    except msgspec.DecodeError as error:
        raise InvalidInput(_("These are no levels."), kept=_KEPT, where=str(error)) from error


def check_discount(
    discount_type: str, kind: str, value: Decimal, levels: Sequence[DiscountLevel], *, where: str
) -> None:
    """Whether type, kind, value and levels go together.

    :raises InvalidInput: they do not.
    """
    wrong = _wrong(discount_type, kind, value, levels)
    if wrong is not None:
        raise InvalidInput(wrong, kept=_KEPT, where=f"{where}: {value}")


def check_coupon(connection: Connection, row: Mapping[str, Any]) -> None:
    """Whether a coupon's row means something.

    :raises InvalidInput: its discount is not there, or is given to everybody; nobody could use it.
    """
    found = next(iter(rows_by_key(connection, discount, [row["discount_id"]])), None)
    code = row["coupon_code"]
    if not code or code != code.strip().upper():
        raise InvalidInput(_("A coupon's code is written in capitals."), kept=_KEPT, where=code)
    if found is None or not found["coupon_required"]:
        raise InvalidInput(
            _("There is no discount {discount} that needs a coupon.", discount=literal(row["discount_id"])),
            kept=_KEPT, where=code,
        )  # fmt: skip
    if row["usage_limit"] is not None and row["usage_limit"] < 1:
        raise InvalidInput(_("A coupon can be used once at least."), kept=_KEPT, where=code)


def _wrong(discount_type: str, kind: str, value: Decimal, levels: Sequence[DiscountLevel]) -> Text | None:
    if kind not in KINDS.get(discount_type, ()):
        return _("Discounts of this type have no such kind of value.")
    values = [value if level.value is None else level.value for level in levels]
    if discount_type in ("simple", "mix_and_match"):
        values = [value]
    largest = _HUNDRED if kind in ("percent", "least_expensive") else None
    for each in values:
        nothing = each < 0 or (not each and kind != "deal_price")
        if nothing or (largest is not None and each > largest):
            return _("A discount is above 0, and at most 100 per cent.")
    if discount_type == "simple":
        return None
    if not levels:
        return _("Say in the levels what it takes to get this discount.")
    if any(level.minimum <= 0 for level in levels):
        return _("What it takes to get a discount is above 0.")
    return _wrong_bundle(levels) if discount_type == "mix_and_match" else None


def _wrong_bundle(levels: Sequence[DiscountLevel]) -> Text | None:
    groups = [level.line_group for level in levels]
    whole = all(level.minimum == level.minimum.to_integral_value() for level in levels)
    if len(set(groups)) != len(groups) or not whole or sum(level.minimum for level in levels) > LARGEST_BUNDLE:
        return _("A mix and match has each group once, whole numbers, and at most {count} articles.",
                 count=LARGEST_BUNDLE)  # fmt: skip
    return None
