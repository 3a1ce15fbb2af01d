"""The retailer's settings of this plugin (docs/settings.md)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from kassa.errors import SetupError
from kassa.text import literal, texts

if TYPE_CHECKING:
    from kassa.model import RegisterRecord

_, n_ = texts("kassa_shift")


class Settings(msgspec.Struct, frozen=True):
    """What the retailer says of shifts.

    :param at_log_on: ``open`` opens a shift by itself, ``ask`` offers new, resume or none.
    :param require_shift: no sale starts without an open shift.
    :param drawer: the cash drawer's name, where several registers share one; empty: the register's own.
    :param denominations: what is counted, by currency, where it differs from the notes and coins that are known.
    """

    at_log_on: Literal["open", "ask"] = "open"
    require_shift: bool = False
    drawer: str = ""
    denominations: dict[str, tuple[Decimal, ...]] = {}


def settings_of(record: RegisterRecord) -> Settings:
    """A register's settings.

    :raises SetupError: headquarters has set something that is none of these.
    """
    listed = next((plugin.settings for plugin in record.plugins if plugin.name == "shift"), {})
    return read(listed)


def read(given: Mapping[str, Any]) -> Settings:
    """Settings as headquarters has them.

    :raises SetupError: something is none of these.
    """
    try:
        return msgspec.convert(dict(given), Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SetupError(
            _("The settings of shifts cannot be used."),
            hint=_("Call support: {cause}", cause=literal(str(error))),
            where="plugin shift",
        ) from error
