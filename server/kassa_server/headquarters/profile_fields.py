"""The fields of an offline profile as a form has them: name, unit, default, meaning, and reading what was typed.

They are made from :class:`kassa.model.OfflineProfile` itself, so that none can be forgotten; a test sees to the words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

from kassa.model import OfflineProfile
from kassa.text import LOCALES, Number, Text, literal, texts
from kassa_server.headquarters.profile_words import FIELD_WORDS, LIMITS, UNITS

_, n_ = texts("kassa_server")

NONE = "none"
NOTHING = _("none")
"""What is typed for *no limit*, where a field may have none; in any language."""
YES, NO = "yes", "no"
_NONES = {NONE, "-", *(NOTHING.words(language) for language in LOCALES)}
_NUMBER = re.compile(r"^\d{1,9}(?:[.,]\d{1,4})?$", re.ASCII)


@dataclass(frozen=True)
class ProfileField:
    """A field. ``kind``: what its values are; ``may_be_none``: it may have no limit."""

    name: str
    kind: type
    may_be_none: bool
    default: Any

    @property
    def title(self) -> Text:
        """Its name in words."""
        return FIELD_WORDS[self.name][0] if self.name in FIELD_WORDS else literal(self.name)

    @property
    def meaning(self) -> Text:
        """What it does."""
        return FIELD_WORDS[self.name][1] if self.name in FIELD_WORDS else literal("")

    @property
    def unit(self) -> Text | None:
        """The unit of its values."""
        return UNITS.get(self.name.rpartition("_")[2])

    @property
    def limits(self) -> tuple[Decimal, Decimal]:
        """The least and the largest value."""
        return LIMITS.get(self.name, (Decimal(0), Decimal(999_999_999)))

    def shown(self, value: Any) -> Text:
        """A value in words."""
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        return NOTHING if value is None else Text("{value}", "kassa", {"value": Number(Decimal(str(value)))})

    def typed(self, value: Any) -> str:
        """A value as it stands in the form."""
        if isinstance(value, bool):
            return YES if value else NO
        return NONE if value is None else f"{value:g}" if isinstance(value, float) else str(value)

    def read(self, typed: str) -> Any:
        """The value that was typed.

        :raises ValueError: with a text that says what is wrong.
        """
        if self.kind is bool:
            if typed not in (YES, NO):
                raise ValueError(_("Yes or no."))
            return typed == YES
        if self.may_be_none and typed.casefold() in _NONES:
            return None
        if not _NUMBER.match(typed):
            raise ValueError(_("A number, such as {example}.", example=self.shown(self.default or 10)))
        number = Decimal(typed.replace(",", "."))
        least, most = self.limits
        if not least <= number <= most:
            raise ValueError(_("Between {least} and {most}.", least=Number(least), most=Number(most)))
        if self.kind is int:
            if number != number.to_integral_value():
                raise ValueError(_("A whole number."))
            return int(number)
        return number if self.kind is Decimal else float(number)


def _fields() -> tuple[ProfileField, ...]:
    made = []
    for info in msgspec.inspect.type_info(OfflineProfile).fields:  # type: ignore[attr-defined]
        kinds = info.type.types if isinstance(info.type, msgspec.inspect.UnionType) else (info.type,)
        may_be_none = any(isinstance(kind, msgspec.inspect.NoneType) for kind in kinds)
        (kind,) = (_KINDS[type(kind)] for kind in kinds if not isinstance(kind, msgspec.inspect.NoneType))
        made.append(ProfileField(info.name, kind, may_be_none, info.default))
    return tuple(made)


_KINDS: dict[type, type] = {
    msgspec.inspect.BoolType: bool,
    msgspec.inspect.IntType: int,
    msgspec.inspect.FloatType: float,
    msgspec.inspect.DecimalType: Decimal,
}
PROFILE_FIELDS = _fields()
"""Every field, in the order of the record."""


def read_fields(typed: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Text]]:
    """The settings that were typed, and what is wrong with others, by field. An empty one is not set."""
    settings: dict[str, Any] = {}
    faults: dict[str, Text] = {}
    for field in PROFILE_FIELDS:
        words = typed.get(field.name, "").strip()
        if not words:
            continue
        try:
            settings[field.name] = field.read(words)
        except ValueError as error:
            faults[field.name] = error.args[0]
    return settings, faults
