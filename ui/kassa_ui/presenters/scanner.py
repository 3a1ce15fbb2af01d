"""Telling a scanner from fingers: both arrive as keys.

What was typed decides, not when: a screen that is busy drawing hands a scanner's keys on late and in lumps. Time has a
say only where the same digits may be something that a person types.
"""

from __future__ import annotations

import itertools
from typing import NamedTuple

from kassa_ui.presenters.entry import EntryBuffer

BURST_GAP_S = 0.04
"""A scanner's characters follow each other faster than this; a person's do not."""
SHORTEST = 4
JUST_NOW_S = 1.0
LONG_LENGTHS = (13, 14, 12)
SHORT_LENGTH = 8
"""As short as a price, a PIN or an item number: these digits are a barcode only if they came like a scanner's."""
LONGEST_RUN = 60


class Key(NamedTuple):
    """One character, the seconds of the interval clock when it was handled, and what it went to."""

    character: str
    at: float
    entry: EntryBuffer | None


class ScanDetector:
    """Keeps the characters since the last other key, and finds the barcode that Enter has ended."""

    def __init__(self) -> None:
        self._keys: list[Key] = []

    @property
    def _run(self) -> str:
        return "".join(key.character for key in self._keys)

    def typed(self, characters: str, at: float, entry: EntryBuffer | None = None) -> None:
        """Characters have arrived, and went to ``entry``."""
        self._keys += [Key(character, at, entry) for character in characters]
        del self._keys[:-LONGEST_RUN]

    def forget(self) -> None:
        """What has come is dealt with."""
        self._keys.clear()

    def take_back(self, code: str) -> None:
        """Remove ``code`` from wherever its characters went: a dialog may have opened in the middle of them."""
        for key in reversed(self._keys[-len(code) :]):
            if key.entry is not None and key.entry.text.endswith(key.character):
                key.entry.erase()
        self.forget()

    def at_desk(self, text: str) -> str | None:
        """The barcode in ``text``, which stands in the scan field: all of it, else its end."""
        run = self._run
        whole_run = len(run) > SHORT_LENGTH and is_gtin(run)
        if whole_run and len(run) < len(text):  # What stands before it was tapped, not scanned.
            return run
        if is_gtin(text):
            return text
        return run if whole_run else self._ending(text)

    def among_numbers(self) -> str | None:
        """The barcode that has just come where a number is asked for."""
        return self._ending(self._run)

    def at_pin(self) -> str | None:
        """The barcode that has just come where a PIN is asked for: a PIN is never taken for one."""
        code = self._ending(self._run)
        if code is None:
            return None
        slow = self._slow(len(code))
        return code if (slow == 0 if len(code) == SHORT_LENGTH else 2 * slow < len(code)) else None

    def where_nothing_is_typed(self) -> str | None:
        """The code that has just come where no characters are asked for: any that came like a scanner's."""
        run = self._run
        if is_gtin(run):
            return run
        code = self._ending(run)
        here = len(run) >= SHORTEST and all(key.entry is None for key in self._keys)
        return run if code is None and here and self._like_a_scanner(len(run)) else code

    def just_typed(self, at: float) -> bool:
        """Whether Enter at ``at`` ends characters, as a scanner's does, and is no decision of its own."""
        return sum(at - key.at <= JUST_NOW_S for key in self._keys) >= SHORT_LENGTH

    def _ending(self, text: str) -> str | None:
        for length in LONG_LENGTHS:
            if len(text) >= length and is_gtin(text[-length:]):
                return text[-length:]
        short = text[-SHORT_LENGTH:]
        return short if is_gtin(short) and self._like_a_scanner(SHORT_LENGTH) else None

    def _like_a_scanner(self, length: int) -> bool:
        """Whether most of the last characters came fast, though some may have waited for the screen."""
        return len(self._keys) >= length and 2 * self._slow(length) < length

    def _slow(self, length: int) -> int:
        times = [key.at for key in self._keys[-length:]]
        return sum(after - before > BURST_GAP_S for before, after in itertools.pairwise(times))


def is_gtin(code: str) -> bool:
    """Whether ``code`` is an EAN, UPC or GTIN with the right check digit (GS1 General Specifications, 7.9)."""
    if len(code) not in (*LONG_LENGTHS, SHORT_LENGTH) or not (code.isascii() and code.isdigit()):
        return False
    digits = [int(digit) for digit in reversed(code)]
    return sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10 == 0
