"""The language of a page: the first one that the browser wants and Kassa has."""

from __future__ import annotations

from kassa.text import LOCALES

DEFAULT = "en"


def preferred(accept_language: str | None) -> str:
    """The language for an ``Accept-Language`` header (RFC 9110): the highest weight, the first of equals."""
    best, weight = DEFAULT, 0.0
    for part in (accept_language or "").split(",")[:50]:
        name, _semicolon, quality = part.partition(";")
        language = name.strip().partition("-")[0].lower()
        wanted = _weight(quality)
        if language in LOCALES and wanted > weight:
            best, weight = language, wanted
    return best


def _weight(quality: str) -> float:
    name, _equals, value = quality.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        found = float(value)
    except ValueError:
        return 0.0
    return found if 0 <= found <= 1 else 0.0
