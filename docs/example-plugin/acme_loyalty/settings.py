"""The settings that headquarters may give this plugin, register by register."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A register whose settings do not read as these does not load the plugin, and says why."""

    amount_per_point: Annotated[int, msgspec.Meta(ge=1)] = 10
    """How much of the store's currency gives one point."""
    offline_limit: Annotated[int, msgspec.Meta(ge=0)] = 20
    """The most points that a sale gives while the store server is away."""


def read(settings: Mapping[str, Any]) -> Settings:
    """The settings of a running operation (``context.settings``)."""
    return msgspec.convert(dict(settings), Settings, strict=False)
