"""Column types that mean the same on SQLite, PostgreSQL and SQL Server.

Money is a BIGINT of minor units; prices, quantities and rates are BIGINTs of a stated scale; times are naive UTC
inside the database and aware UTC outside; text is always Unicode; ids are 32 hexadecimal digits.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Unicode
from sqlalchemy.dialects import mssql
from sqlalchemy.types import TypeDecorator

from kassa.money import EXCHANGE_RATE_SCALE, PRICE_SCALE, QUANTITY_SCALE, RATE_SCALE

CHANNEL_ONLY = "channel_only"
"""``Column(info={CHANNEL_ONLY: True})``: never rendered for an offline database, and never written to a log (S7)."""
COUNTED_HERE = "counted_here"
"""``Column(info={COUNTED_HERE: True})``: each database counts it for itself; in no package and no log."""


class Scaled(TypeDecorator[Decimal]):
    """A Decimal as a whole number of 10 to the power of minus ``scale``; never a float."""

    impl = BigInteger
    cache_ok = True

    def __init__(self, scale: int) -> None:
        super().__init__()
        self.scale = scale

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        scaled = value.scaleb(self.scale)
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{value} has more than {self.scale} decimals")
        return int(scaled)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-self.scale)


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time: aware UTC in Python, naive UTC with microseconds in the database."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name == "mssql":
            return dialect.type_descriptor(mssql.DATETIME2(6))  # type: ignore[no-untyped-call]
        return dialect.type_descriptor(DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


def unit_price() -> Scaled:
    """A price per unit, four decimals."""
    return Scaled(PRICE_SCALE)


def quantity() -> Scaled:
    """A quantity, three decimals."""
    return Scaled(QUANTITY_SCALE)


def rate() -> Scaled:
    """A rate or per cent, four decimals."""
    return Scaled(RATE_SCALE)


def exchange_rate() -> Scaled:
    """What one unit of a currency is worth in another, eight decimals."""
    return Scaled(EXCHANGE_RATE_SCALE)


def minor_units() -> BigInteger:
    """An amount in its currency's minor units."""
    return BigInteger()


def code(length: int) -> Unicode:
    """A key or code, compared letter by letter: 'S1 ' is not 'S1' and 'a' is not 'A', on SQL Server too."""
    plain = Unicode(length)
    return plain.with_variant(Unicode(length, collation="Latin1_General_100_BIN2"), "mssql")


def identifier() -> Unicode:
    """A UUIDv7 as 32 hexadecimal digits, in an order that can be compared."""
    return code(32)


def day() -> Unicode:
    """A day of a store's calendar, ISO 8601: 2026-11-23. Text, because it is no point in time; it sorts as days do."""
    return code(10)


def words(length: int) -> Unicode:
    """Text for people."""
    return Unicode(length)


def document() -> Unicode:
    """A JSON document of any length."""
    return Unicode().with_variant(mssql.NVARCHAR(None), "mssql")
