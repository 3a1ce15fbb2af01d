"""Texts that people read: kept as message and parameters, worded when somebody's language is known.

A :class:`Text` names a gettext domain (the package whose ``locale`` folder holds the catalogue), a message id in
English and the parameters. It travels in answers from the store server, so a refusal is read in the cashier's own
language wherever it was made.
"""

from __future__ import annotations

import gettext
import importlib.resources
import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import TypeAlias

import msgspec
from babel import Locale
from babel.dates import format_datetime, format_time
from babel.numbers import format_currency, format_decimal

_LETTER_THEN_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)")

LOCALES = {"sv": "sv_SE", "en": "en_GB"}
"""The languages that come with Kassa, and the locale whose numbers and dates each uses."""


class Money(msgspec.Struct, frozen=True, tag="money"):
    """An amount in a currency, shown with the currency's own digits: ``Money(Decimal("862.38"), "SEK")``."""

    amount: Decimal
    currency: str


class Number(msgspec.Struct, frozen=True, tag="number"):
    """A decimal number without a unit, such as a quantity, a per cent or a rate, with all its decimals."""

    value: Decimal


class Moment(msgspec.Struct, frozen=True, tag="moment"):
    """A point in time, UTC, shown as local time: ``short`` 14:02, ``long`` 14:02:31, ``date`` with its day."""

    at: datetime
    style: str = "short"


class Text(msgspec.Struct, frozen=True, tag="text"):
    """A message for a person. ``msgid`` is English and uses ``{name}`` for each parameter."""

    msgid: str
    domain: str = "kassa"
    params: dict[str, Parameter] = {}
    plural: str | None = None
    count: int | None = None

    def words(self, language: str, zone: tzinfo = UTC) -> str:
        """This text in ``language`` (``sv`` or ``en``); English where the catalogue has no translation."""
        catalogue = _catalogue(self.domain, language)
        if self.plural is not None and self.count is not None:
            pattern = catalogue.ngettext(self.msgid, self.plural, self.count)
        else:
            pattern = catalogue.gettext(self.msgid) if self.msgid else ""
        if not self.params:
            return pattern
        return pattern.format(**{name: show(value, language, zone) for name, value in self.params.items()})

    def __str__(self) -> str:
        return self.words("en")


Parameter: TypeAlias = "str | int | Money | Number | Moment | Text"


def show(value: Parameter, language: str, zone: tzinfo = UTC) -> str:
    """One parameter as ``language`` writes it; times in ``zone``."""
    locale = _locale(language)
    match value:
        case Text():
            return value.words(language, zone)
        case Money():
            # CLDR wants a space between a currency's letters and a digit, which Babel leaves out.
            return _LETTER_THEN_DIGIT.sub("\u00a0", format_currency(value.amount, value.currency, locale=locale))
        case Number():
            return format_decimal(value.value, locale=locale, decimal_quantization=False)
        case Moment(at=at, style="long"):
            return format_time(at.astimezone(zone), "HH:mm:ss", locale=locale)
        case Moment(at=at, style="date"):
            return format_datetime(at.astimezone(zone), "yyyy-MM-dd HH:mm", locale=locale)
        case Moment(at=at):
            return format_time(at.astimezone(zone), "HH:mm", locale=locale)
        case int():
            return format_decimal(value, locale=locale)
        case _:
            return value


def show_amount(amount: Decimal, language: str) -> str:
    """An amount without its currency, two digits: ``862,38``."""
    return format_decimal(amount, "#,##0.00", locale=_locale(language))


def texts(domain: str) -> tuple[Callable[..., Text], Callable[..., Text]]:
    """The pair ``_``, ``n_`` that a package words its texts with; ``domain`` is the package's name.

    ``_("Sale {number}", number="17")`` and ``n_("{count} sale", "{count} sales", count=3)``; the package keeps its
    catalogues in ``locale/<language>/LC_MESSAGES/<domain>.mo``.
    """

    def singular(msgid: str, /, **params: Parameter) -> Text:
        return Text(msgid, domain, params)

    def plural(msgid: str, msgid_plural: str, /, *, count: int, **params: Parameter) -> Text:
        return Text(msgid, domain, {"count": count, **params}, msgid_plural, count)

    return singular, plural


def literal(words: str) -> Text:
    """A text that is the same in every language: a product's name, a number, an address."""
    return Text("{words}", "kassa", {"words": words})


@lru_cache(maxsize=64)
def _catalogue(domain: str, language: str) -> gettext.NullTranslations:
    try:
        folder = importlib.resources.files(domain) / "locale"
    except (ModuleNotFoundError, TypeError):  # not installed; a module that is no package has no folder
        return gettext.NullTranslations()
    return gettext.translation(domain, str(folder), [language], fallback=True)


@lru_cache(maxsize=16)
def _locale(language: str) -> Locale:
    return Locale.parse(LOCALES.get(language, language))
