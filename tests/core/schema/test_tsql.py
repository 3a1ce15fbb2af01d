"""T-SQL without a SQL Server: every table, every statement that has a name, and rules that catch what they are for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    MetaData,
    String,
    Table,
    Unicode,
    UnicodeText,
    column,
    create_engine,
    exists,
    func,
    insert,
    lateral,
    literal,
    select,
    table,
    tuple_,
)
from tests.tsql import DIALECT, faults_of_statement, faults_of_tables

from kassa.installer.database import owner
from kassa.installer.sql_server.preparing import STATEMENTS
from kassa.masterdata import offline
from kassa.packages.applying import checkpoints_metadata
from kassa.schema.master import master
from kassa.schema.staging import Stage
from kassa_server.schema import channel


@pytest.mark.parametrize("schema", [master, offline, checkpoints_metadata, channel, owner.metadata])
def test_tables(schema: MetaData) -> None:
    """Every table of the product could be made on SQL Server."""
    assert faults_of_tables(schema) == []


@pytest.mark.parametrize("statement", STATEMENTS)
def test_named_statements(statement: Any) -> None:
    """Statements that only SQL Server gets."""
    assert faults_of_statement(statement) == []


@pytest.mark.parametrize("target", master.sorted_tables, ids=lambda target: str(target.name))
def test_statements_of_an_upsert(target: Table) -> None:
    """The way into each table: through a temporary table, UPDATE .. FROM and INSERT .. WHERE NOT EXISTS."""
    with create_engine("sqlite://").connect() as connection:
        target.create(connection)
        stage = Stage(connection, target, [one.name for one in target.columns])
        updates, inserts = stage.updates(), stage.inserts()
    assert faults_of_statement(updates) == faults_of_statement(inserts) == []
    assert " FROM " in str(updates.compile(dialect=DIALECT))
    assert "WHERE NOT (EXISTS (SELECT 1" in str(inserts.compile(dialect=DIALECT)).replace("\n", "")


A = table("a", column("x", BigInteger), column("y", Unicode(5)), column("at", DateTime), column("b", Boolean))
BAD: dict[str, Any] = {
    "exists": select(exists().where(A.c.x == 1)),
    "filter": select(func.sum(A.c.x).filter(A.c.x > 1)),
    "nulls last": select(A.c.x).order_by(A.c.x.nulls_last()),
    "tuples": select(A.c.x).where(tuple_(A.c.x, A.c.y).in_([(1, "a")])),
    "condition": select(A.c.x > 1),
    "is": select(A.c.x).where(A.c.b.is_(False)),
    "lateral": select(A.c.x, lateral(select(A.c.y).where(A.c.x == 1)).c.y),
    "substr": select(func.substr(A.c.y, 1, 2)),
    "greatest": select(func.greatest(A.c.x, 2)),
    "time": select(A.c.x).where(A.c.at + literal(timedelta(hours=1)) > datetime(2026, 1, 1)),  # noqa: DTZ001  naive in the database
    "parameters": select(A.c.x).where(A.c.x.in_([literal(n) for n in range(2101)])),
    "values": insert(A).values([{"x": n} for n in range(1001)]),
    "ordered inside": select(select(A.c.x).order_by(A.c.x).subquery().c.x),
}


@pytest.mark.parametrize("why", BAD)
def test_each_rule_catches_its_case(why: str) -> None:
    """SQLAlchemy renders these for SQL Server without complaint; the rules do not let them pass."""
    assert faults_of_statement(BAD[why]) != []


def test_output_with_triggers() -> None:
    """OUTPUT without INTO is refused by a table with triggers, and only there."""
    target = Table("t", MetaData(), Column("x", BigInteger, primary_key=True), Column("y", Unicode(5)))
    returning = insert(target).values(y="a").returning(target.c.y)
    assert faults_of_statement(returning) == []
    target.info["triggers"] = True
    assert faults_of_statement(returning) != []


def test_each_rule_of_tables_catches_its_case() -> None:
    """Wide keys, unbounded keys, narrow text and two ways of a cascade."""
    bad = MetaData()
    Table("wide", bad, Column("a", Unicode(450), primary_key=True), Column("b", Unicode(450)), Index("ix_w", "a", "b"))
    Table("endless", bad, Column("a", UnicodeText(), index=True), Column("b", Unicode(451), primary_key=True))
    Table("narrow", bad, Column("a", String(5)))
    Table("top", bad, Column("a", BigInteger, primary_key=True))
    for name in ("left", "right"):
        Table(name, bad, Column("a", ForeignKey("top.a", ondelete="CASCADE"), primary_key=True))
    Table(
        "bottom",
        bad,
        Column("a", ForeignKey("left.a", ondelete="CASCADE")),
        Column("b", ForeignKey("right.a", ondelete="CASCADE")),
    )
    told = faults_of_tables(bad)
    assert [fault for fault in told if fault.startswith("wide: ix_w: 1800 bytes")]
    assert [fault for fault in told if fault.startswith("endless: ix_endless_a: NVARCHAR(MAX)")]
    assert [fault for fault in told if fault.startswith("endless: primary key: 902 bytes")]
    assert "narrow.a: VARCHAR" in told
    assert "bottom: two cascade paths" in told
