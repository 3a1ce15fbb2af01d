"""Telling a scanner from fingers."""

from __future__ import annotations

import pytest

from kassa_ui.presenters.scanner import BURST_GAP_S, ScanDetector, is_gtin

CODE = "7310865004703"
SLOW = BURST_GAP_S * 2


def typed(characters: str, gap: float) -> ScanDetector:
    detector, now = ScanDetector(), 100.0
    for character in characters:
        now += gap
        detector.typed(character, now)
    return detector


def test_the_scan_field_goes_by_what_stands_in_it() -> None:
    """A barcode in the scan field is one however it came; what stands before it is no part of it."""
    assert typed(CODE, SLOW).at_desk(CODE) == CODE
    assert typed("20" + CODE, SLOW).at_desk("20" + CODE) == CODE
    assert typed("85123A", 0.0).at_desk("85123A") is None


def test_a_number_that_ends_like_a_short_barcode() -> None:
    """An item number typed by hand is not cut, though its last eight digits happen to make a barcode."""
    assert typed("1273513537", SLOW).at_desk("1273513537") is None
    assert typed("73513537", SLOW).among_numbers() is None
    assert typed("1273513537", 0.004).at_desk("1273513537") == "73513537"


@pytest.mark.parametrize("pin", ["123456", "12345678", "1234567890123"])
def test_a_fast_pin_is_no_barcode(pin: str) -> None:
    """Where a PIN is expected only a valid barcode counts as a scan: a PIN typed while the screen was slow does not."""
    assert typed(pin, 0.0).at_pin() is None


@pytest.mark.parametrize("pin", [CODE, "73513537"])
def test_a_typed_pin_is_no_scan(pin: str) -> None:
    """A PIN that a person types is never taken for a scan, though its digits happen to make a barcode."""
    assert typed(pin, SLOW).at_pin() is None
    assert typed(pin, 0.004).at_pin() == pin


def test_any_code_where_nothing_is_typed() -> None:
    """Where no characters are asked for, any that come as fast as a scanner's are a scan."""
    assert typed("85123A", 0.004).where_nothing_is_typed() == "85123A"
    assert typed("85123A", SLOW).where_nothing_is_typed() is None


def test_check_digit() -> None:
    """A barcode has the length of one, and its check digit."""
    assert is_gtin(CODE)
    assert is_gtin("73513537")
    assert not is_gtin("7310865004704")
    assert not is_gtin("731086500470")
    assert not is_gtin("٧٣١٠٨٦٥٠٠٤٧٠٣")
