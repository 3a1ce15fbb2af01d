"""Reading sales for posting: exact numbers out of decimal text."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kassa_server.posted_sale import WholeNumbers


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**15), max_value=10**15))
def test_text_is_read_exactly(amount: Decimal) -> None:
    """However it is written, a decimal is the whole number of minor units that it says."""
    numbers = WholeNumbers(2)
    for text in (str(amount), f"{amount:E}", f"{amount}0", f"{amount:+}"):
        assert numbers[text] == numbers[text] == int(amount * 100), text


@pytest.mark.parametrize("text", ["0.001", "1e-3", "NaN", "Infinity", "", "twelve", "1,5", "--1"])
def test_what_is_no_such_number_is_refused(text: str) -> None:
    """A text with more decimals, or that is no number, is posted as none."""
    with pytest.raises((ValueError, ArithmeticError)):
        WholeNumbers(2)[text]
