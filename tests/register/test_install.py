"""``kassa register install``: a device becomes a register with its offline database, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import make_url
from tests.postgresql import PostgreSQLServer
from tests.register.test_control import kassa

from kassa.errors import InvalidInput, JournalInUse, KassaError, Refusal, SetupError
from kassa.installer.sql_server.machine import PosixMachine
from kassa.register import Register
from kassa.register.installation import Installation
from kassa.testing.shop import Shop, wait_until
from kassa.trust import ActivationCode, read_activation_code


def code_through(shop: Shop, register_id: str = "R1") -> str:
    """An activation code whose register reaches the store server through the test's network."""
    made = read_activation_code(shop.server.activation_code(register_id))
    return ActivationCode(shop.network.address, made.fingerprint, made.code).text


def install(shop: Shop, *more: str, code: str | None = None, folder: str = "till") -> tuple[Path, str]:
    """The command, in a folder of its own; what it said."""
    directory = shop.folder / folder
    exit_code, told = kassa("register", "install", code or code_through(shop), "-d", directory, *more)
    assert exit_code == 0, told
    return directory, told


def sells_offline(shop: Shop, folder: Path) -> Register:
    """Log on, take the data, lose the store server, sell."""
    register = shop.open_register(folder)
    shop.log_on(register)
    shop.with_data(register)
    shop.network.refuse()
    register.run(100, code=shop.barcode("1001"))
    register.run(200)
    assert register.waiting().count == 1
    shop.network.pass_through()
    return register


def test_sqlite_is_the_default(shop: Shop) -> None:
    """One command makes key, journal and offline database; data comes after the first log on (S8, S9)."""
    folder, told = install(shop)
    assert "Register R1" in told
    assert len(list(folder.glob("offline-*.db"))) == 1
    register = sells_offline(shop, folder)
    assert register.offline_database.kind == "sqlite"
    assert len(list(folder.glob("offline-*.db"))) == 1


def test_postgresql_by_url(shop: Shop, postgresql_server: PostgreSQLServer) -> None:
    """The register sells from a PostgreSQL database."""
    folder, _told = install(shop, "--database", postgresql_server.create_database())
    register = sells_offline(shop, folder)
    assert register.offline_database.kind == "postgresql"
    assert list(folder.glob("offline-*.db")) == []


def test_online_only(shop: Shop) -> None:
    """Without an offline database a lost store server is no state to sell in, and the register says why; what is in
    progress can be paid."""
    folder, told = install(shop, "--online-only")
    assert "online only" in told
    register = shop.open_register(folder)
    shop.log_on(register)
    register.run(100, code=shop.barcode("1001"))
    shop.network.refuse()
    with pytest.raises(KassaError):
        register.run(100, code=shop.barcode("1002"))
    register.run(200)
    assert register.waiting().count == 1
    assert not register.readiness().ready
    assert list(folder.glob("offline-*")) == []


@pytest.mark.parametrize("more", [(), ("--accept-license",)])
def test_sql_server_that_is_not_there(shop: Shop, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]) -> None:
    """Where no SQL Server runs and none can be installed by Kassa itself, the command names what a person has to run,
    whole, and has changed nothing: the same code installs the register with another database."""
    monkeypatch.setattr("kassa.installer.cli.this_machine", lambda: PosixMachine(port=9))
    monkeypatch.setattr("kassa.installer.sql_server.express.MSSQL_CONF", shop.folder / "mssql-conf")
    code = code_through(shop)
    with pytest.raises(SetupError) as told:
        install(shop, "--database", "sqlserver", *more, code=code)
    assert told.value.hint is not None
    commands = told.value.hint.words("en")
    assert "apt-get install -y mssql-server" in commands
    assert "MSSQL_PID=Express ACCEPT_EULA=Y" in commands
    assert not (shop.folder / "till").exists()
    _folder, said = install(shop, code=code)
    assert "Offline database: sqlite" in said


def test_installing_twice_is_a_new_series_on_the_same_data(shop: Shop) -> None:
    """A second installation keeps journal and data, and begins the next series; the old code works no more."""
    code = code_through(shop)
    folder, _told = install(shop, code=code)
    register = sells_offline(shop, folder)
    data = register.offline_database.active
    with pytest.raises(JournalInUse):
        install(shop)
    register.close()
    with pytest.raises(Refusal, match="not valid"):
        install(shop, code=code)
    install(shop)
    again = shop.open_register(folder)
    assert again.journal.series.number == 2
    assert again.offline_database.active == data
    shop.log_on(again)
    shop.delivered(again)
    assert len(shop.server.sales()) == 1


def test_wrong_code_changes_nothing(shop: Shop, postgresql_server: PostgreSQLServer) -> None:
    """A code that is none, and one that the store server does not know: said so, and nothing is left behind, in the
    folder or in the database."""
    url = postgresql_server.create_database()
    known = read_activation_code(code_through(shop))
    unknown = ActivationCode(known.address, known.fingerprint, "AAAA-AAAA").text
    for wrong, error in (("hello", InvalidInput), (unknown, Refusal)):
        with pytest.raises(error):
            install(shop, "--database", url, code=wrong)
    folder = shop.folder / "till"
    assert not (folder / "installation.json").exists()
    assert not (folder / "database.secret").exists()
    assert schemas(url) == []


def schemas(url: str) -> list[str]:
    """Ours, in a database."""
    from sqlalchemy import inspect

    from kassa.schema import make_engine

    engine = make_engine(url)
    try:
        return [name for name in inspect(engine).get_schema_names() if name.startswith("kassa")]
    finally:
        engine.dispose()


@pytest.mark.parametrize("wrong", ["port", "name"])
def test_database_that_cannot_be_opened(shop: Shop, postgresql_server: PostgreSQLServer, wrong: str) -> None:
    """Said before the code is used, without the password; the same code works with the right URL."""
    good = postgresql_server.create_database()
    bad = make_url(good).set(password="s3cr3t")
    bad = bad.set(query={}, host="127.0.0.1", port=9) if wrong == "port" else bad.set(database="nowhere")
    code = code_through(shop)
    with pytest.raises(SetupError) as told:
        install(shop, "--database", bad.render_as_string(hide_password=False), code=code)
    assert "cannot be opened" in str(told.value.what)
    assert "s3cr3t" not in str(told.value)
    install(shop, "--database", good, code=code)


def test_database_of_another_register(shop: Shop, postgresql_server: PostgreSQLServer) -> None:
    """Two registers never share a database: the second is told whose it is; the same code goes on elsewhere."""
    url = postgresql_server.create_database()
    install(shop, "--database", url)
    code = code_through(shop, "R2")
    with pytest.raises(SetupError, match="belongs to register R1 of store S1"):
        install(shop, "--database", url, code=code, folder="other")
    assert not (shop.folder / "other" / "installation.json").exists()
    folder, told = install(shop, "--database", postgresql_server.create_database(), code=code, folder="other")
    assert "Register R2" in told
    assert Installation.load(folder).database.startswith("postgresql+psycopg://")


def test_no_permission_to_create(shop: Shop, postgresql_server: PostgreSQLServer) -> None:
    """A login that may not make schemas is told what its administrator has to run; after that the same code works."""
    url = make_url(postgresql_server.create_database())
    postgresql_server.execute("DROP ROLE IF EXISTS till")
    postgresql_server.execute("CREATE ROLE till LOGIN")
    poor = url.set(username="till").render_as_string(hide_password=False)
    code = code_through(shop)
    with pytest.raises(SetupError) as told:
        install(shop, "--database", poor, code=code)
    assert told.value.hint is not None
    grant = told.value.hint.words("en").partition(": ")[2]
    assert grant == f"GRANT CREATE ON DATABASE {url.database} TO till"
    postgresql_server.execute(grant)
    folder, _told = install(shop, "--database", poor, code=code)
    sells_offline(shop, folder)


@pytest.mark.parametrize("typed", ["oracle://x/y", "postgresql://host", "postgresql+asyncpg://h/d", "c:\\kassa.db"])
def test_what_is_no_database(shop: Shop, typed: str) -> None:
    """Refused with what may be given; a password that was typed is not repeated."""
    with pytest.raises(InvalidInput):
        install(shop, "--database", typed)


def test_cut_off_in_the_middle(shop: Shop, postgresql_server: PostgreSQLServer) -> None:
    """The disk refuses between the store server's word and the end: the same code finishes the installation."""
    code = code_through(shop)
    url = postgresql_server.create_database()
    folder = shop.folder / "till"
    # A directory in the place of the password's file: the disk refuses after the store server has accepted.
    (folder / "database.secret" / "x").mkdir(parents=True)
    with pytest.raises(OSError, match=r"database\.secret"):
        install(shop, "--database", url.replace("postgres:@", "postgres:pw@"), code=code)
    assert not (folder / "installation.json").exists()
    (folder / "database.secret" / "x").rmdir()
    (folder / "database.secret").rmdir()
    install(shop, "--database", url, code=code)
    register = shop.open_register(folder)
    assert register.journal.series.number == 1
    shop.log_on(register)
    wait_until(lambda: register.offline_database.available, "the data is there")
    register.close()
