"""How the cashier is spoken to: a language and the store's time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kassa.register.face import RegisterView
from kassa.text import Moment, Money, Number, Text, show, show_amount, texts

_, n_ = texts("kassa_ui")

MINUS = "−"
"""As wide as a digit, unlike a hyphen."""
UNITS = {"pcs": _("pcs")}
"""Units of sale that have a name in each language; others, such as kg, are written as they are."""


@dataclass(frozen=True)
class Speech:
    """Words and figures in one language."""

    language: str
    zone: tzinfo

    def __call__(self, text: Text | None) -> str:
        """``text`` in this language; nothing for None."""
        return "" if text is None else text.words(self.language, self.zone)

    def amount(self, amount: Decimal) -> str:
        """An amount without its currency: ``862,38``."""
        return show_amount(amount, self.language).replace("-", MINUS)

    def whole_or_amount(self, amount: Decimal) -> str:
        """An amount without decimals that say nothing: ``862``, but ``862,50``."""
        return self.number(amount) if amount == amount.to_integral_value() else self.amount(amount)

    def money(self, amount: Decimal, currency: str) -> str:
        """An amount with its currency: ``862,38 kr``."""
        return show(Money(amount, currency), self.language)

    def number(self, number: Decimal | int) -> str:
        """A number with as many decimals as it needs: ``0,482``."""
        return show(Number(Decimal(number)), self.language).replace("-", MINUS)

    def clock(self, at: datetime) -> str:
        """A time of day in the store: ``14:07``."""
        return show(Moment(at), self.language, self.zone)

    def unit(self, unit: str) -> str:
        """A unit of sale: ``st``, ``kg``."""
        return self(UNITS[unit]) if unit in UNITS else unit

    @property
    def decimal_mark(self) -> str:
        """What stands between whole and part: a comma or a point."""
        return self.number(Decimal("0.5"))[1]


def speech(view: RegisterView) -> Speech:
    """How ``view`` is to be worded."""
    return Speech(view.language, zone(view.record.store.timezone))


def zone(name: str) -> tzinfo:
    """The time zone with that IANA name; UTC if this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
