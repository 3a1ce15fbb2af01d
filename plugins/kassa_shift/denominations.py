"""Notes and coins in circulation, by currency, largest first. A retailer's setting goes before them."""

from __future__ import annotations

from decimal import Decimal

KNOWN: dict[str, tuple[str, ...]] = {
    "DKK": ("1000", "500", "200", "100", "50", "20", "10", "5", "2", "1", "0.50"),
    "EUR": ("200", "100", "50", "20", "10", "5", "2", "1", "0.50", "0.20", "0.10", "0.05", "0.02", "0.01"),
    "GBP": ("50", "20", "10", "5", "2", "1", "0.50", "0.20", "0.10", "0.05", "0.02", "0.01"),
    "NOK": ("1000", "500", "200", "100", "50", "20", "10", "5", "1"),
    "SEK": ("1000", "500", "200", "100", "50", "20", "10", "5", "2", "1"),
    "USD": ("100", "50", "20", "10", "5", "2", "1", "0.25", "0.10", "0.05", "0.01"),
}


def denominations_of(currency: str, set_by_retailer: dict[str, tuple[Decimal, ...]]) -> tuple[Decimal, ...]:
    """What is counted of a currency; empty: its cash is declared as one amount."""
    if currency in set_by_retailer:
        return tuple(sorted(set_by_retailer[currency], reverse=True))
    return tuple(Decimal(value) for value in KNOWN.get(currency, ()))
