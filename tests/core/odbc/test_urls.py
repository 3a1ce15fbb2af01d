"""Which driver is taken, and the URL that names it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from kassa.errors import SetupError
from kassa.schema.odbc import (
    bundled_driver,
    bundled_in,
    choose_driver,
    may_send_in_bulk,
    sql_server_url,
    trusting,
    with_driver,
)

EIGHTEEN = "ODBC Driver 18 for SQL Server"


def test_microsofts_driver_goes_before_the_bundled_one_and_freetds() -> None:
    """Best first; without any, what to install is named."""
    bundled = Path("/x/libmsodbcsql-18.6.so.2.1")
    assert choose_driver(["FreeTDS", "ODBC Driver 17 for SQL Server", EIGHTEEN], bundled) == EIGHTEEN
    assert choose_driver(["FreeTDS", "ODBC Driver 17 for SQL Server"], bundled) == "ODBC Driver 17 for SQL Server"
    assert choose_driver(["FreeTDS", "SQLite3"], bundled) == str(bundled)
    assert choose_driver(["FreeTDS", "SQLite3"], None) == "FreeTDS"
    with pytest.raises(SetupError) as told:
        choose_driver(["SQLite3"], None)
    assert told.value.hint is not None
    for name in ("msodbcsql18", "mssql-python", "tdsodbc"):
        assert name in told.value.hint.words("en")


def test_the_bundle_has_one_for_this_machine() -> None:
    """The library that fits the system, the machine and the distribution."""
    found = bundled_driver()
    assert found is not None
    libraries = found.parents[4]
    assert libraries.name == "libs"
    known = bundled_in(libraries, "Linux", "x86_64", ["opensuse-leap", "opensuse"])
    assert known is not None
    assert "suse" in known.parts
    assert bundled_in(libraries, "Linux", "x86_64", ["debian"]) == bundled_in(libraries, "Linux", "x86_64", [])
    assert bundled_in(libraries, "Linux", "riscv64", ["debian"]) is None


def test_rows_in_bulk_only_with_microsofts_driver() -> None:
    """By the name of the library that has opened the connection: FreeTDS crashes with it."""
    assert may_send_in_bulk("libmsodbcsql-18.6.so.2.1")
    assert may_send_in_bulk("msodbcsql18.dll")
    assert not may_send_in_bulk("libtdsodbc.so")


def test_freetds_has_words_of_its_own() -> None:
    """Encryption is asked for in the driver's own words; Microsoft's are left out."""
    url = with_driver(sql_server_url("h", "d", user="u", password="p"), "FreeTDS")
    assert dict(url.query) == {"driver": "FreeTDS", "TDS_Version": "7.4", "Encryption": "require"}
    microsoft = with_driver(sql_server_url("h", "d"), EIGHTEEN)
    assert dict(microsoft.query) == {"driver": EIGHTEEN, "Encrypt": "yes", "TrustServerCertificate": "no"}


@pytest.mark.parametrize("password", ["a;b=c", "{x}", "å'\"%", "p@ss:w/ord"])
def test_parts_survive_being_written_down(password: str) -> None:
    """A URL that is kept as text is read as it was, with an instance by its name and any password."""
    url = sql_server_url(".\\SQLEXPRESS", "kassa", user="kassa", password=password)
    again = make_url(url.render_as_string(hide_password=False))
    assert (again.host, again.database, again.password) == (".\\SQLEXPRESS", "kassa", password)
    assert password not in url.render_as_string()


def test_a_certificate_is_checked_unless_somebody_says_otherwise() -> None:
    """What is typed in the URL stays; else encryption is on, and the certificate is checked."""
    typed = make_url("mssql+pyodbc://u@h/d?encrypt=strict")
    assert dict(trusting(typed, certificate=False).query) == {"encrypt": "strict", "TrustServerCertificate": "no"}
    assert trusting(make_url("mssql+pyodbc://u@h/d"), certificate=True).query["TrustServerCertificate"] == "yes"
