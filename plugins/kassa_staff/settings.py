"""The staff plugin's settings on a register."""

from __future__ import annotations

from typing import Annotated

import msgspec

from kassa.register.face import RegisterFace

NAME = "staff"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``lock_after_min``: a till that nobody has used for so many minutes locks itself; None: never."""

    lock_after_min: Annotated[float, msgspec.Meta(gt=0, le=1440)] | None = None


def lock_after_min(register: RegisterFace) -> float | None:
    """The setting of this register."""
    given = next((plugin.settings for plugin in register.record.plugins if plugin.name == NAME), {})
    return msgspec.convert(given, Settings, strict=False).lock_after_min
