"""Which tables have plain record pages, what their columns are called, and reading what was typed into them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Boolean, Column, Integer, Table

from kassa.schema.columns import COUNTED_HERE, Scaled
from kassa.schema.master import (
    barcode,
    barcode_mask,
    coupon,
    customer,
    discount,
    discount_product,
    exchange_rate,
    inventory,
    item,
    permission_group,
    price,
    reason_code,
    staff,
    tax_code,
    tender_account,
    unit_of_measure,
)
from kassa.text import Text, literal, texts
from kassa_server.headquarters.record_words import CHOICES, COLUMNS, HINTS, TABLES
from kassa_server.headquarters.users import ADMINISTRATOR, MANAGER
from kassa_server.schema import store, tender

_, n_ = texts("kassa_server")

DERIVED = frozenset({("item", "search_text"), ("customer", "search_text"), ("discount_product", "store_id")})
"""Columns that are made of others."""
_NUMBER = re.compile(r"^\d{1,9}(?:[.,]\d{1,6})?$", re.ASCII)
_MAY_BE_EMPTY = frozenset(
    {
        ("exchange_rate", "valid_from"),
        ("tender_account", "currency"),
        ("price", "store_id"),
        ("discount", "store_id"),
        ("coupon", "store_id"),
        ("discount_product", "item_number"),
        ("discount_product", "category"),
        ("discount_product", "line_group"),
        ("store", "channel_database_group"),
    }
)
_LONGEST_DOCUMENT = 10_000
_DAYS = ("valid_from", "valid_to", "counted_on")
_HUNDRED = 100
LARGEST_DISCOUNT = "discount_percent"
"""The limit that the till knows (plugin ``sale``)."""


def split_limits(document: str) -> tuple[str, str]:
    """The largest discount among the limits, empty: none; and the others, JSON. What is no object is all others."""
    try:
        limits = msgspec.json.decode(document or "{}", type=dict[str, Any])
    except msgspec.DecodeError:
        return "", document
    largest = limits.pop(LARGEST_DISCOUNT, "")
    return str(largest), msgspec.json.encode(limits).decode()


def join_limits(largest: str, others: str) -> str:
    """What :func:`split_limits` took apart.

    :raises ValueError: with a text: the largest discount is no per cent.
    """
    typed = largest.strip().replace(",", ".")
    if not typed:
        return others
    if not _NUMBER.match(typed) or Decimal(typed) > _HUNDRED:
        raise ValueError(_("A number from 0 to 100."))
    try:
        limits = msgspec.json.decode(others or "{}", type=dict[str, Any])
    except msgspec.DecodeError:
        raise ValueError(_("This is no JSON.")) from None
    return msgspec.json.encode({**limits, LARGEST_DISCOUNT: typed}).decode()


@dataclass(frozen=True)
class RecordColumn:
    """A column of a record page."""

    column: Column[Any]

    @property
    def name(self) -> str:
        """Its name in the table."""
        return str(self.column.name)

    @property
    def title(self) -> Text:
        """What it is called."""
        return COLUMNS.get(self.name, literal(self.name))

    @property
    def hint(self) -> Text | None:
        """What is to be typed, where that is not plain."""
        return HINTS.get(f"{self.column.table.name}.{self.name}") or HINTS.get(self.name)

    @property
    def is_key(self) -> bool:
        """Part of what tells rows apart: given once."""
        return self.column.primary_key

    @property
    def is_flag(self) -> bool:
        """Yes or no."""
        return isinstance(self.column.type, Boolean)

    @property
    def is_number(self) -> bool:
        """Written to the right."""
        return isinstance(self.column.type, (Scaled, Integer))

    @property
    def is_percent(self) -> bool:
        """A fraction that people read and type in per cent."""
        return (self.column.table.name, self.name) == ("tax_code", "rate")

    @property
    def is_day(self) -> bool:
        """A day of the calendar."""
        return self.name in _DAYS

    @property
    def is_several(self) -> bool:
        """Several of a few words: they are ticked."""
        return (self.column.table.name, self.name) == ("permission_group", "permissions")

    @property
    def is_limits(self) -> bool:
        """Limits of a permission group: the largest discount is typed, others are kept."""
        return (self.column.table.name, self.name) == ("permission_group", "limits")

    @property
    def may_be_empty(self) -> bool:
        """Whether nothing is a value too."""
        return self.column.nullable or (str(self.column.table.name), self.name) in _MAY_BE_EMPTY

    @property
    def pattern(self) -> str:
        """How its numbers are written (CLDR): prices as people do, and never with fewer decimals than they have."""
        if self.is_percent:
            return "#,##0.####\u00a0%"
        return "#,##0.00####" if self.name in ("unit_price", "value", "balance", "credit_limit") else "#,##0.######"

    @property
    def is_document(self) -> bool:
        """JSON."""
        return not self.is_number and not self.is_flag and getattr(self.column.type, "length", None) is None

    def typed(self, value: Any) -> str:
        """A value as it stands in the form."""
        if value is None:
            return ""
        if isinstance(value, Decimal):
            return f"{(value * _HUNDRED if self.is_percent else value).normalize():f}"
        return str(value)

    def said_each(self, value: Any) -> list[Text]:
        """The same of each that there is."""
        if self.is_limits:
            largest, others = split_limits(str(value))
            said = [] if not largest else [_("Discount at most {percent} %", percent=literal(largest))]
            return said + ([] if others == "{}" else [literal(others)])
        if not self.is_several:
            return [self.said(value)]
        words = CHOICES[str(self.column.table.name), self.name]
        return [words.get(one, literal(one)) for one in self.several(value)]

    @staticmethod
    def several(document: Any) -> list[str]:
        """The words in a JSON list; none if it is no such list."""
        try:
            return msgspec.json.decode(document or "[]", type=list[str])
        except msgspec.DecodeError:
            return []

    def said(self, value: Any) -> Text:
        """A value in words."""
        if self.is_flag:
            return _("Yes") if value else _("No")
        words = CHOICES.get((str(self.column.table.name), self.name), {})
        if value in words:
            return words[value]
        return literal(self.typed(value))

    def read(self, typed: str) -> Any:
        """The value that was typed.

        :raises ValueError: with a text that says what is wrong.
        """
        if self.is_flag:
            return typed == "yes"
        typed = typed.strip()
        if not typed and self.column.nullable:
            return None
        if self.is_number:
            return self._number(typed)
        if self.is_day:
            return self._day(typed)
        if self.is_document:
            return self._document(typed or ("[]" if self.name in ("levels", "permissions") else ""))
        if not typed and (str(self.column.table.name), self.name) not in _MAY_BE_EMPTY:
            raise ValueError(_("Something has to be here."))
        length = getattr(self.column.type, "length", None)
        if length is not None and len(typed) > length:
            raise ValueError(_("At most {count} characters.", count=length))
        return typed

    def _number(self, typed: str) -> Decimal | int:
        if not _NUMBER.match(typed):
            raise ValueError(_("A number, such as {example}.", example=literal("12.50")))
        number = Decimal(typed.replace(",", ".")) / (_HUNDRED if self.is_percent else 1)
        scale = self.column.type.scale if isinstance(self.column.type, Scaled) else 0
        if number != round(number, scale):
            raise ValueError(_("At most {count} decimals.", count=scale - 2 if self.is_percent else scale))
        return number if isinstance(self.column.type, Scaled) else int(number)

    def _day(self, typed: str) -> str:
        if typed:
            try:
                date.fromisoformat(typed)
            except ValueError:
                raise ValueError(_("A date, such as 2026-03-31.")) from None
        return typed

    def _document(self, typed: str) -> str:
        try:
            if len(typed) > _LONGEST_DOCUMENT:
                raise ValueError("too long")
            read = msgspec.json.decode(typed.encode())
        except (msgspec.DecodeError, ValueError, RecursionError):
            raise ValueError(_("This is no JSON.")) from None
        return msgspec.json.encode(read).decode()


@dataclass(frozen=True)
class RecordTable:
    """A table with record pages. ``role``: who may change it."""

    table: Table
    role: str

    @property
    def name(self) -> str:
        """Its name in the database, and in addresses."""
        return str(self.table.name)

    @property
    def title(self) -> Text:
        """What its rows are called."""
        return TABLES[self.name][1]

    @property
    def one(self) -> Text:
        """What one of them is called."""
        return TABLES[self.name][0]

    @property
    def may_delete(self) -> bool:
        """Whether rows may be deleted at all: a store's sales stay."""
        return self.name != "store"

    def filled(self, rows: Iterable[Any]) -> tuple[RecordColumn, ...]:
        """The columns that say something of these rows, keys in any case: what is empty in all of them takes no room in
        a list."""
        known = list(rows)
        return tuple(one for one in self.columns if one.is_key or any(getattr(row, one.name) for row in known))

    def shown(self, row: Mapping[Any, Any]) -> list[str]:
        """What a form shows of a row, in the order of its columns."""
        return [column.typed(row[column.name]) for column in self.columns]

    @property
    def columns(self) -> tuple[RecordColumn, ...]:
        """What people see and type. What is counted, derived or secret is not among it."""
        hidden = {name for table, name in DERIVED if table == self.name} | {
            "row_version",
            "offline_profile",
            "layout",
            "receipt_layout",
        }
        return tuple(
            RecordColumn(column)
            for column in self.table.columns
            if column.name not in hidden and not column.info.get(COUNTED_HERE)
        )


def record_tables() -> tuple[RecordTable, ...]:
    """Every table that has record pages."""
    by_manager = (item, barcode, price, discount, discount_product, coupon, inventory, customer, tender_account, staff)
    by_administrator = (
        tax_code,
        exchange_rate,
        unit_of_measure,
        barcode_mask,
        reason_code,
        tender,
        permission_group,
        store,
    )
    return (
        *(RecordTable(table, MANAGER) for table in by_manager),
        *(RecordTable(table, ADMINISTRATOR) for table in by_administrator),
    )
