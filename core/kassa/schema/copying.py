"""psycopg's own errors as SQLAlchemy tells them, where its COPY is used past SQLAlchemy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, exc


@contextmanager
def told_as_sqlalchemy(connection: Connection) -> Iterator[None]:
    """Within, an error of psycopg is raised as the one of SQLAlchemy that a statement would raise."""
    import psycopg

    try:
        yield
    except psycopg.Error as error:
        raise exc.DBAPIError.instance(
            "COPY", None, error, psycopg.Error, hide_parameters=True, dialect=connection.dialect
        ) from error
