"""pyodbc for real, over a database that changes rows: MariaDB by ODBC. Connections, letters, transactions; no T-SQL.

A connection that died in the pool is not shown here: SQLAlchemy's MySQL dialect does not know this driver's error for a
broken one. tests/register/test_database_server.py shows it on PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pyodbc
import pytest
from sqlalchemy import URL, Column, Engine, MetaData, Table, create_engine, delete, exc, insert, select, text

from kassa.schema.columns import UtcDateTime, code, unit_price, words
from kassa.schema.odbc import use_pyodbc

metadata = MetaData()
goods = Table(
    "goods",
    metadata,
    Column("number", code(40), primary_key=True),
    Column("name", words(100), nullable=False),
    Column("price", unit_price(), nullable=False),
    Column("at", UtcDateTime()),
)


@pytest.fixture
def engine(mariadb: URL) -> Iterator[Engine]:
    """As :mod:`kassa.schema.odbc` makes them: pyodbc's own pool off, a look at each connection before it is used."""
    use_pyodbc()
    whole = create_engine(mariadb)
    with whole.begin() as connection:
        connection.execute(text("CREATE DATABASE IF NOT EXISTS till CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"))
    whole.dispose()
    engine = create_engine(mariadb.set(database="till"), pool_pre_ping=True, hide_parameters=True)
    metadata.drop_all(engine)
    metadata.create_all(engine)
    yield engine
    engine.dispose()


def rows(engine: Engine) -> list[tuple[str, str, Decimal]]:
    with engine.connect() as connection:
        found = connection.execute(select(goods.c.number, goods.c.name, goods.c.price).order_by(goods.c.number))
        return [(row.number, row.name, row.price) for row in found]


def test_letters_and_amounts(engine: Engine) -> None:
    """Every letter and every decimal comes back, one row at a time and many at once."""
    many = [{"number": f"{n:04}", "name": "Räksmörgås € 寿司", "price": Decimal(n).scaleb(-4)} for n in range(2500)]
    with engine.begin() as connection:
        connection.execute(insert(goods).values(number="Å", name="Ångström", price=Decimal("0.0001")))
        connection.execute(insert(goods), many)
    found = rows(engine)
    assert len(found) == 2501
    assert found[7] == ("0007", "Räksmörgås € 寿司", Decimal("0.0007"))
    assert found[-1] == ("Å", "Ångström", Decimal("0.0001"))


def test_a_transaction_is_whole_or_not_at_all(engine: Engine) -> None:
    """What fails in the middle leaves nothing; a savepoint leaves what was before it."""
    row = {"number": "1", "name": "a", "price": Decimal(1)}
    with pytest.raises(exc.IntegrityError), engine.begin() as connection:
        connection.execute(insert(goods), [{**row, "number": "0"}, row, row])
    assert rows(engine) == []
    with engine.begin() as connection:
        connection.execute(insert(goods).values(**row))
        with pytest.raises(exc.IntegrityError), connection.begin_nested():
            connection.execute(insert(goods).values(**row))
    assert rows(engine) == [("1", "a", Decimal(1))]


def test_a_rolled_back_reader_writes_nothing(engine: Engine) -> None:
    """A connection that is given back without a commit leaves nothing behind for the next one."""
    with engine.connect() as connection:
        connection.execute(insert(goods).values(number="1", name="a", price=Decimal(1)))
    assert rows(engine) == []


def test_one_pool_and_no_other(engine: Engine) -> None:
    """pyodbc's own pool is off before the first connection: a disposed engine has no connection left at the server."""
    assert pyodbc.pooling is False
    with engine.connect() as connection:
        own = connection.execute(text("SELECT CONNECTION_ID()")).scalar_one()
    engine.dispose()
    with engine.connect() as connection:
        left = [row[0] for row in connection.execute(text("SHOW PROCESSLIST"))]
    assert own not in left


def test_errors_name_no_values(engine: Engine) -> None:
    """What fails is told with its statement and without its values."""
    secret = {"number": "1", "name": "s3cr3t", "price": Decimal(1)}
    with engine.begin() as connection:
        connection.execute(insert(goods).values(**secret))
        with pytest.raises(exc.IntegrityError) as told:
            connection.execute(insert(goods), [secret])
        connection.execute(delete(goods))
    assert "s3cr3t" not in str(told.value)
