"""Real drivers against something that speaks SQL Server's protocol: URLs, TLS, log in, and rows of a plain SELECT."""

from __future__ import annotations

from typing import Any

import pyodbc
import pytest
from sqlalchemy import URL, exc, text
from sqlalchemy.engine.interfaces import BindTyping
from tests.core.odbc.conftest import PASSWORD, USER, Bridge

from kassa.errors import SetupError
from kassa.installer.database import check_database
from kassa.schema import make_engine
from kassa.schema.odbc import FREETDS, sql_server_url


@pytest.fixture(params=["microsoft", "freetds"])
def driver(request: pytest.FixtureRequest) -> str:
    if request.param == "freetds":
        return FREETDS
    found: str = request.getfixturevalue("microsofts_driver")
    return found


def url(bridge: Bridge, driver: str, *, password: str = PASSWORD, trust: bool = True) -> URL:
    return sql_server_url(
        "127.0.0.1", "kassa", port=bridge.port, user=USER, password=password, trust_certificate=trust, driver=driver
    )


ROWS = [("A1", "Kaffe åäö €"), ("A2", "Mjölk")]
SELECT = "SELECT item_number, description FROM item"


def test_rows_and_their_letters(bridge: Bridge, microsofts_driver: str) -> None:
    """An engine made of a URL's parts connects, encrypted, with a password full of the string's own signs, and reads
    every letter. Microsoft's driver is sent rows in bulk."""
    engine = make_engine(url(bridge, microsofts_driver), arguments={"timeout": 5})
    with engine.connect() as connection:
        assert [tuple(row) for row in connection.execute(text(SELECT))] == ROWS
        dialect: Any = connection.dialect
        assert dialect.fast_executemany is True
    engine.dispose()


def test_rows_and_their_letters_by_freetds(bridge: Bridge) -> None:
    """The same by FreeTDS, which is never sent rows in bulk: it crashes. Committing each statement by itself, for this
    server begins no transaction by itself as SQL Server does, and refuses the roll back that FreeTDS then sends."""
    engine = make_engine(url(bridge, FREETDS))
    words, options = engine.dialect.create_connect_args(engine.url)
    connection = pyodbc.connect(*words, **options, autocommit=True)
    assert connection.getinfo(pyodbc.SQL_DRIVER_NAME) == "libtdsodbc.so"
    assert [tuple(row) for row in connection.execute(SELECT).fetchall()] == ROWS
    connection.close()
    dialect: Any = engine.dialect
    assert not dialect.fast_executemany
    assert dialect.bind_typing is not BindTyping.SETINPUTSIZES


def test_wrong_password(bridge: Bridge, driver: str) -> None:
    """Refused as a log in, and the error repeats no password."""
    engine = make_engine(url(bridge, driver, password="not-this-one"), arguments={"timeout": 5})
    with pytest.raises(exc.DBAPIError, match="Login failed") as told:
        engine.connect()
    assert "not-this-one" not in str(told.value)


def test_installation_explains_a_wrong_password(bridge: Bridge, driver: str) -> None:
    """Whoever installs is told what to look at."""
    with pytest.raises(SetupError) as told:
        check_database(url(bridge, driver, password="not-this-one"))
    assert "cannot be opened" in str(told.value.what)
    assert "Login failed" in told.value.where
    assert "not-this-one" not in str(told.value)


def test_certificate_that_nobody_vouches_for(bridge: Bridge, microsofts_driver: str) -> None:
    """Microsoft's driver refuses the certificate that a fresh Express makes for itself, and the error says what to do
    about it. FreeTDS does not look."""
    with pytest.raises(SetupError) as told:
        check_database(url(bridge, microsofts_driver, trust=False))
    assert told.value.hint is not None
    assert "--trust-server-certificate" in told.value.hint.words("en")


def test_password_that_freetds_cannot_be_given(bridge: Bridge) -> None:
    """FreeTDS does not read a closing brace in a password: said before it is tried."""
    with pytest.raises(SetupError, match="FreeTDS"):
        make_engine(url(bridge, FREETDS, password="a}b"))
