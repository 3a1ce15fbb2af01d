"""Plugins' fields of transactions: set, read, looked at."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from kassa.model import Item, Line, Transaction
from kassa.transaction_fields import KEPT_AS, DeclaredFields, TransactionField, fields_of, with_fields, wrong_in_field

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
LINE = Line("l1", Item("1001", "Kaffe", Decimal(10), "25", Decimal("0.25")), Decimal(1), extra={"own": 1})
SALE = Transaction("t1", "S1", "R1", "1", "SEK", True, AT, lines=(LINE,))
DECLARED = DeclaredFields(
    [
        ("acme", TransactionField("ticket", "text", on="line")),
        ("acme", TransactionField("count", "integer")),
        ("acme", TransactionField("sum", "decimal")),
        ("acme", TransactionField("gift", "boolean")),
        ("acme", TransactionField("due", "time")),
    ]
)


def test_fields_are_set_and_taken_off() -> None:
    """Fields stand beside whatever else there is; none is left when the last is taken off."""
    line = with_fields(with_fields(LINE, "acme", ticket="T1"), "other", ticket="X")
    assert fields_of(line, "acme") == {"ticket": "T1"}
    assert LINE.extra == {"own": 1}
    assert with_fields(with_fields(line, "acme", ticket=None), "other", ticket=None) == LINE


def test_every_kind_passes() -> None:
    """A sale with declared fields of each kind is as it should be; decimals and times are kept as text."""
    sale = with_fields(SALE, "acme", count=2, sum=Decimal("1.50"), gift=True, due=AT)
    DECLARED.check(replace(sale, lines=(with_fields(LINE, "acme", ticket="T1"),)))
    assert fields_of(sale, "acme") == {"count": 2, "sum": "1.50", "gift": True, "due": "2026-11-25T12:00:00Z"}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"colour": "red"}, "'acme.colour' of a transaction is declared by no plugin"),
        ({"ticket": "T1"}, "declared by no plugin"),
        ({"count": "two"}, "no integer"),
        ({"count": True}, "no integer"),
        ({"sum": "dear"}, "no decimal"),
        ({"sum": "NaN"}, "no decimal"),
        ({"due": "2026-11-25T12:00:00"}, "no time"),
        ({"gift": 1}, "no boolean"),
    ],
)
def test_what_is_not_as_declared_is_said(values: dict[str, Any], said: str) -> None:
    """An unknown field, one on the wrong part, and a value of another kind."""
    with pytest.raises(TypeError, match=said):
        DECLARED.check(with_fields(SALE, "acme", **values))


def test_the_place_is_kassas() -> None:
    """Whoever writes something else there is told what to use."""
    with pytest.raises(TypeError, match="with_fields"):
        DECLARED.check(replace(SALE, extra={KEPT_AS: "mine"}))


@pytest.mark.parametrize("name", ["Ticket", "a.b", "", "x" * 80])
def test_names_of_fields(name: str) -> None:
    """What a name may not be."""
    assert "small letters" in wrong_in_field(TransactionField(name, "text"), "acme")


def test_right_declaration() -> None:
    """A good one has nothing wrong in it; a kind or place that there is not is named."""
    assert wrong_in_field(TransactionField("ticket", "text"), "acme") == ""
    assert "kind" in wrong_in_field(TransactionField("ticket", "float"), "acme")  # type: ignore[arg-type]  # as a partner without mypy
    assert "on a transaction" in wrong_in_field(TransactionField("ticket", "text", "world"), "acme")  # type: ignore[arg-type]  # likewise
