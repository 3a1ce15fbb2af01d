"""Every statement that the run sends to a real engine, compiled once for SQL Server too (databases, way 2)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.schema import ExecutableDDLElement
from sqlalchemy.sql.elements import ClauseElement
from tests.tsql import faults_of_statement

SEEN: set[str] = set()
COMPILED: set[str] = set()
FAULTS: dict[str, list[str]] = {}


def look(_connection: Any, _cursor: Any, text: str, _parameters: Any, context: Any, _many: bool) -> None:
    """One statement on its way to an engine."""
    if text in SEEN or "pg_catalog" in text:  # a dialect of its own looks at its catalogue
        return
    SEEN.add(text)
    statement = getattr(getattr(context, "compiled", None), "statement", None)
    if isinstance(statement, ClauseElement) and not isinstance(statement, ExecutableDDLElement):
        COMPILED.add(text)
        faults = faults_of_statement(statement)
        if faults:
            FAULTS[text] = faults


def hand_over(output: dict[str, Any]) -> None:
    """A worker's part, into what it leaves to the process that started it."""
    output["compiled"], output["faults"] = sorted(COMPILED), FAULTS


def take_over(output: dict[str, Any]) -> None:
    """What a worker handed over; a worker that was killed hands over nothing."""
    COMPILED.update(output.get("compiled", ()))
    FAULTS.update(output.get("faults", {}))


def listen() -> None:
    """From now on."""
    event.listen(Engine, "before_cursor_execute", look)
