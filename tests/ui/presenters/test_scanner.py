"""Telling a scanner from fingers."""

from __future__ import annotations

import pytest

from kassa_ui.presenters.scanner import BURST_GAP_S, ScanDetector, is_gtin

CODE = "7310865004703"


def typed(characters: str, gap: float) -> tuple[ScanDetector, float]:
    detector, now = ScanDetector(), 100.0
    for character in characters:
        now += gap
        detector.typed(character, now)
    return detector, now


def test_fast_characters_are_a_scan() -> None:
    """Characters faster than a person's are a scan, whatever was typed slowly before them."""
    detector, now = typed("12", 0.5)
    for character in CODE:
        now += 0.5 if character == CODE[0] and detector.scanned(now) is None and now < 101.5 else 0.005
        detector.typed(character, now)
    assert detector.scanned(now + 0.005) == CODE


def test_slow_characters_are_typed() -> None:
    """A person's characters are no scan."""
    detector, now = typed(CODE, BURST_GAP_S * 2)
    assert detector.scanned(now) is None


def test_a_late_enter_is_typed() -> None:
    """A scanner sends its Enter at once; one that comes later is a person's."""
    detector, now = typed(CODE, 0.005)
    assert detector.scanned(now + 1) is None


@pytest.mark.parametrize("pin", ["123456", "12345678", "1234567890123"])
def test_a_fast_pin_is_no_barcode(pin: str) -> None:
    """Where a PIN is expected only a valid barcode counts as a scan: a PIN typed while the screen was slow does not."""
    detector, now = typed(pin, 0.0)
    assert detector.scanned_gtin(now) is None


def test_check_digit() -> None:
    """A barcode has the length of one, and its check digit."""
    assert is_gtin(CODE)
    assert is_gtin("73513537")
    assert not is_gtin("7310865004704")
    assert not is_gtin("731086500470")
    assert not is_gtin("٧٣١٠٨٦٥٠٠٤٧٠٣")
