"""Telling a scanner from fingers: both arrive as keys."""

from __future__ import annotations

BURST_GAP_S = 0.04
"""A scanner's characters follow each other faster than this; a person's do not."""
SHORTEST = 4
GTIN_LENGTHS = frozenset({8, 12, 13, 14})


class ScanDetector:
    """Notices when characters come as fast as a scanner's. Times are in seconds of the interval clock."""

    def __init__(self) -> None:
        self._burst = ""
        self._last = float("-inf")

    def typed(self, characters: str, at: float) -> None:
        """Characters have arrived."""
        if at - self._last > BURST_GAP_S:
            self._burst = ""
        self._burst += characters
        self._last = at

    def forget(self) -> None:
        """What has come is dealt with."""
        self._burst = ""
        self._last = float("-inf")

    def scanned(self, at: float) -> str | None:
        """The code that a scanner has just ended with Enter; None if it was typed."""
        fast = at - self._last <= BURST_GAP_S and len(self._burst) >= SHORTEST
        return self._burst if fast else None

    def scanned_gtin(self, at: float) -> str | None:
        """The same, only for a barcode with a valid check digit.

        Where a PIN or an amount is expected this decides: a person who types while the screen is slow looks fast too,
        and a PIN must never be taken for an item.
        """
        code = self.scanned(at)
        return code if code is not None and is_gtin(code) else None


def is_gtin(code: str) -> bool:
    """Whether ``code`` is an EAN, UPC or GTIN with the right check digit (GS1 General Specifications, 7.9)."""
    if len(code) not in GTIN_LENGTHS or not (code.isascii() and code.isdigit()):
        return False
    digits = [int(digit) for digit in reversed(code)]
    return sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10 == 0
