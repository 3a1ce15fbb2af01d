"""Why an entry is parked, in the words of whoever reads it."""

from __future__ import annotations

from kassa.text import Text, texts
from kassa_server.headquarters.device_revocations import DEVICE_REVOKED
from kassa_server.told_words import kept_words

_, n_ = texts("kassa_server")


def parked_words(reason: str, said: str | None) -> Text:
    """The reason of a row of ``parked_entry``."""
    if reason == DEVICE_REVOKED:
        return _("Handed over by a device after headquarters had revoked it.")
    return kept_words(said, reason)
