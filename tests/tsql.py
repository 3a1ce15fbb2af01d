"""What no parser catches: statements and tables that SQLAlchemy renders for SQL Server without complaint, and that SQL
Server does not take, or takes as something else. The rules that `docs/architecture.md` names, as code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import BindParameter, Boolean, Column, DateTime, Index, Interval, MetaData, String, Table, Unicode
from sqlalchemy.dialects import mssql, postgresql, sqlite
from sqlalchemy.exc import CompileError
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ColumnElement, False_, True_
from sqlalchemy.sql.selectable import AliasedReturnsRows, Select

from kassa.schema.columns import UtcDateTime

LARGEST_INDEX_KEY = 1700
LARGEST_CLUSTERED_KEY = 900
MOST_PARAMETERS = 2100
MOST_VALUES = 1000

_WORDS = {
    r"\bSELECT EXISTS\b": "EXISTS is no value: select 1 where it holds",
    r"\bFILTER \(": "aggregates have no FILTER: use CASE",
    r"\bNULLS (FIRST|LAST)\b": "there is no NULLS FIRST or LAST: order by a CASE",
    r"\([\w\[\].]+, [\w\[\]., ]+\) IN \(": "there is no IN for tuples",
    r"\bLATERAL\b": "there is no LATERAL",
    r"\b(substr|greatest|least|length)\(": "there is no such function on every version",
    r"\bIS (NOT )?[01]\b": "a bit is compared with =, not IS: ~column",
    r"\bBOOLEAN\b": "there is no BOOLEAN",
    r"\b(true|false)\b": "there is no true or false",
    r"(?<!N)\bVARCHAR\b": "VARCHAR eats letters: Unicode",
    r"\bepoch\b": "there is no epoch: count in Python",
}


def make_dialect() -> Any:
    """SQL Server 2019, as Kassa opens it."""
    dialect: Any = mssql.dialect(deprecate_large_types=True)  # type: ignore[no-untyped-call]
    dialect.server_version_info = (15,)
    return dialect


DIALECT = make_dialect()


def faults_of_statement(statement: Any) -> list[str]:
    """What SQL Server would have against a statement; nothing for one that is made for another engine alone."""
    if isinstance(statement, sqlite.Insert | postgresql.Insert):
        return []
    try:
        compiled = statement.compile(dialect=DIALECT)
        rendered = str(compiled)
    except CompileError as error:
        return [str(error)]
    plain = re.sub(r"'(?:[^']|'')*'", "''", rendered)
    faults = [why for pattern, why in _WORDS.items() if re.search(pattern, plain, re.IGNORECASE)]
    if len(compiled.params or {}) > MOST_PARAMETERS:
        faults.append(f"over {MOST_PARAMETERS} parameters")
    if len(getattr(statement, "_multi_values", ()) or ()) and max(map(len, statement._multi_values)) > MOST_VALUES:
        faults.append(f"over {MOST_VALUES} rows of VALUES")
    faults += _faults_of_elements(statement)
    if " OUTPUT " in plain and " INTO " not in plain.partition(" OUTPUT ")[2] and _has_triggers(statement):
        faults.append("OUTPUT without INTO on a table with triggers")
    return faults


def _faults_of_elements(statement: Any) -> Iterator[str]:
    for element in visitors.iterate(statement):
        if isinstance(element, Select) and any(_is_condition(column) for column in element.selected_columns):
            yield "a condition is no value: CASE"
        inside = element.element if isinstance(element, AliasedReturnsRows) else None
        if isinstance(inside, Select) and inside._order_by_clauses and inside._limit_clause is None:
            yield "ORDER BY in a derived table is dropped in silence"
        operator = getattr(element, "operator", None)
        sides = (getattr(element, "left", None), getattr(element, "right", None))
        if getattr(operator, "__name__", "") in ("add", "sub") and any(_is_time(side) for side in sides):
            yield "there is no arithmetic with times: count in Python"


def _is_condition(column: ColumnElement[Any]) -> bool:
    plain: Any = getattr(column, "element", column)
    if isinstance(plain, Column | BindParameter | True_ | False_) or not isinstance(plain.type, Boolean):
        return False
    return type(plain).__name__ in ("BinaryExpression", "BooleanClauseList", "UnaryExpression", "Exists")


def _is_time(side: Any) -> bool:
    kind = getattr(side, "type", None)
    return isinstance(kind, DateTime | Interval | UtcDateTime)


def _has_triggers(statement: Any) -> bool:
    table = getattr(statement, "table", None)
    return bool(table is not None and table.info.get("triggers"))


def faults_of_tables(metadata: MetaData) -> list[str]:
    """What SQL Server would have against tables and their indexes."""
    faults: list[str] = []
    for table in metadata.sorted_tables:
        told = str(CreateTable(table).compile(dialect=DIALECT))
        faults += [f"{table.name}: {why}" for pattern, why in _WORDS.items() if re.search(pattern, told)]
        faults += [f"{table.name}.{one.name}: VARCHAR" for one in table.columns if _is_narrow(one)]
        faults += _keys(table, f"{table.name}: primary key", table.primary_key.columns, LARGEST_CLUSTERED_KEY)
        for index in table.indexes:
            CreateIndex(index).compile(dialect=DIALECT)
            faults += _keys(table, f"{table.name}: {index.name}", _columns(index), LARGEST_INDEX_KEY)
    return faults + [f"{table}: two cascade paths" for table in _cascaded_twice(metadata)]


def _columns(index: Index) -> Iterable[Column[Any]]:
    return [column for column in index.columns if isinstance(column, Column)]


def _is_narrow(column: Column[Any]) -> bool:
    return isinstance(column.type, String) and not isinstance(column.type, Unicode)


def _keys(table: Table, where: str, columns: Iterable[Column[Any]], largest: int) -> Iterator[str]:
    size = 0
    for column in columns:
        if isinstance(column.type, String):
            if column.type.length is None:
                yield f"{where}: NVARCHAR(MAX) in an index"
            size += 2 * (column.type.length or 0)
        else:
            size += 8
    if size > largest:
        yield f"{where}: {size} bytes of key, {largest} at the most"


def _cascaded_twice(metadata: MetaData) -> set[str]:
    """Tables that a deletion reaches by two ways."""
    below: dict[str, list[str]] = {}
    for table in metadata.sorted_tables:
        for key in table.foreign_keys:
            if (key.ondelete or "").upper() == "CASCADE":
                below.setdefault(key.column.table.name, []).append(table.name)
    twice: set[str] = set()
    for start in below:
        seen: set[str] = set()
        left = list(below[start])
        while left:
            name = left.pop()
            if name in seen:
                twice.add(name)
                continue
            seen.add(name)
            left += below.get(name, [])
    return twice
