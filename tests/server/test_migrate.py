"""The channel database's tables: what migrations make is what is declared."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CreateTable, Engine, text
from sqlalchemy.dialects import mssql
from sqlalchemy.schema import CreateIndex

from kassa.errors import SetupError
from kassa.schema.engine import make_engine
from kassa_server.migrate import NEWEST, configuration, upgrade
from kassa_server.migrations import TABLES
from kassa_server.schema import channel


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database."""
    if request.param == "sqlite":
        engine = make_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    else:
        make: Callable[[], str] = request.getfixturevalue("postgresql")
        engine = make_engine(make())
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    yield engine
    engine.dispose()


def test_migrations_make_the_declared_tables(empty: Engine) -> None:
    """After all migrations nothing differs from the declared tables: no column, type, key or index."""
    upgrade(empty)
    with empty.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, TABLES) == []


def test_newest_is_the_last_migration(empty: Engine) -> None:
    """The version that is compared at each start is that of the last file."""
    with empty.begin() as connection:
        assert ScriptDirectory.from_config(configuration(connection)).get_current_head() == NEWEST


def test_servers_that_start_at_once_migrate_once(empty: Engine) -> None:
    """Several servers may be started on a new database at the same moment."""
    failures: list[BaseException] = []
    barrier = threading.Barrier(3)

    def start() -> None:
        engine = make_engine(empty.url.render_as_string(hide_password=False))
        barrier.wait()
        try:
            upgrade(engine)
        except BaseException as error:
            failures.append(error)
        finally:
            engine.dispose()

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_newer_database_is_left_alone(empty: Engine) -> None:
    """A database that a newer version made is not touched, and the error says what to do."""
    upgrade(empty)
    with empty.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SetupError, match="newer") as caught:
        upgrade(empty)
    assert caught.value.hint is not None


def test_every_table_compiles_for_sql_server() -> None:
    """The declared tables have a T-SQL form without what SQL Server lacks: VARCHAR, BOOLEAN, keys over 450 letters."""
    dialect = mssql.dialect(deprecate_large_types=True)  # type: ignore[no-untyped-call]
    dialect.server_version_info = (15,)
    for table in channel.sorted_tables:
        written = str(CreateTable(table).compile(dialect=dialect))
        assert " VARCHAR" not in written
        assert "BOOLEAN" not in written
        for index in table.indexes:
            assert str(CreateIndex(index).compile(dialect=dialect))
            for column in index.columns:
                assert (getattr(column.type, "length", None) or 0) <= 450, column
