"""What the till says to devices, and what they say of themselves (printer, cash drawer, customer display)."""

from __future__ import annotations

from typing import Literal

import msgspec

from kassa.errors import NOTHING_LOST, KassaError
from kassa.text import Text


class DeviceStatus(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a device is, for the health check (717).

    :param device: its name for people.
    :param state: ``ready``; ``warning`` (it works, and wants something: paper runs low); ``failed``; ``missing`` (none
        is connected, and none is expected).
    :param what: in a few words.
    :param simulated: it is a simulator; the health check says so.
    """

    device: Text
    state: Literal["ready", "warning", "failed", "missing"]
    what: Text
    simulated: bool = False


class CustomerMessage(msgspec.Struct, frozen=True):
    """What a customer display shows now: two lines. ``kind``: ``welcome``, ``item``, ``total``, ``change``,
    ``closed``."""

    kind: Literal["welcome", "item", "total", "change", "closed"]
    upper: Text
    lower: Text


class DeviceFailed(KassaError):
    """A device does not do what it was told. ``begun``: part of it may have been done, such as half a receipt."""

    code = "device_failed"
    retryable = True

    def __init__(self, what: Text, *, hint: Text | None = None, where: str = "", begun: bool = False) -> None:
        super().__init__(what, kept=NOTHING_LOST, hint=hint, where=where)
        self.begun = begun


class DeviceMissing(DeviceFailed):
    """No plugin of this register has such a device."""

    code = "device_missing"
    retryable = False
