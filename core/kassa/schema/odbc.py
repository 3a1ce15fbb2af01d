"""ODBC: which driver reaches a SQL Server, and the URL that names it.

Microsoft's driver where it is installed, else the one that the package ``mssql-python`` brings (whoever installs it
accepts Microsoft's licence), else FreeTDS. URLs are made of parts, so no password is ever quoted by hand or printed.
"""

from __future__ import annotations

import importlib.util
import platform
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event

from kassa.errors import SetupError
from kassa.text import texts

_, n_ = texts("kassa")
LOGIN_S = 2
READ_S = 5
FREETDS = "FreeTDS"
_MICROSOFT = "ODBC Driver {version} for SQL Server"
_VERSIONS = (18, 17)
_BUNDLE = "mssql_python_odbc"


def choose_driver(installed: Iterable[str], bundled: Path | None) -> str:
    """The best driver: a name that the driver manager knows, or a library's path.

    :raises SetupError: there is none; names what to install.
    """
    names = set(installed)
    for version in _VERSIONS:
        if (microsoft := _MICROSOFT.format(version=version)) in names:
            return microsoft
    if bundled is not None:
        return str(bundled)
    if FREETDS in names:
        return FREETDS
    raise SetupError(
        _("There is no ODBC driver for SQL Server on this device."),
        hint=_(
            "Install Microsoft's ODBC Driver 18 (packages msodbcsql18 or, with Microsoft's licence, pip install"
            " mssql-python), or the free FreeTDS (Debian: tdsodbc)."
        ),
        where=", ".join(sorted(names)) or "no ODBC drivers",
    )


def find_driver() -> str:
    """The best driver on this machine.

    :raises SetupError: there is none, or ODBC itself is missing; names what to install.
    """
    return choose_driver(use_pyodbc().drivers(), bundled_driver())


def bundled_driver() -> Path | None:
    """Microsoft's driver in the package ``mssql-python``, if that is installed."""
    found = importlib.util.find_spec(_BUNDLE)
    if found is None or not found.submodule_search_locations:
        return None
    libraries = Path(next(iter(found.submodule_search_locations))) / "libs"
    return bundled_in(libraries, platform.system(), platform.machine().lower(), _distribution())


def bundled_in(libraries: Path, system: str, machine: str, distribution: Sequence[str]) -> Path | None:
    """The driver of the bundle for a system: Linux by distribution, Windows, macOS."""
    if system == "Windows":
        return next(iter(sorted(libraries.glob(f"windows/{_windows_machine(machine)}/**/msodbcsql*.dll"))), None)
    if system == "Darwin":
        return next(iter(sorted(libraries.glob("macos/**/libmsodbcsql*.dylib"))), None)
    kinds = [folder for name in distribution for folder in _LINUX.get(name, ())] or ["debian_ubuntu", "rhel"]
    for kind in kinds:
        for library in sorted(libraries.glob(f"linux/{kind}/{machine}/lib/libmsodbcsql*")):
            return library
    return None


_LINUX: Mapping[str, tuple[str, ...]] = {
    "debian": ("debian_ubuntu",),
    "ubuntu": ("debian_ubuntu",),
    "rhel": ("rhel",),
    "fedora": ("rhel",),
    "suse": ("suse",),
    "opensuse": ("suse",),
    "alpine": ("alpine",),
}


def _windows_machine(machine: str) -> str:
    return {"amd64": "x64", "x86_64": "x64", "arm64": "arm64"}.get(machine, machine)


def _distribution() -> list[str]:
    """What this Linux is, and what it is like."""
    try:
        known = platform.freedesktop_os_release()
    except (OSError, AttributeError):
        return []
    return [known.get("ID", ""), *known.get("ID_LIKE", "").split()]


def sql_server_url(
    host: str,
    database: str,
    *,
    port: int | None = None,
    user: str | None = None,
    password: str | None = None,
    trust_certificate: bool = False,
    driver: str | None = None,
) -> URL:
    """The URL of a SQL Server database.

    :param host: a name, or ``.\\SQLEXPRESS`` for an instance by its name.
    :param user: None: the account that runs the register (Windows' trusted connection).
    :param trust_certificate: go on with a certificate that nobody vouches for, as a fresh Express has.
    """
    query = {"Encrypt": "yes", "TrustServerCertificate": "yes" if trust_certificate else "no"}
    if driver is not None:
        query["driver"] = driver
    return URL.create(
        "mssql+pyodbc", username=user, password=password, host=host, port=port, database=database, query=query
    )


def trusting(url: URL, certificate: bool) -> URL:
    """A URL that says whether a certificate is taken that nobody vouches for, unless it says so already."""
    known = {name.lower() for name in url.query}
    added = {"Encrypt": "yes", "TrustServerCertificate": "yes" if certificate else "no"}
    return url.update_query_dict({name: value for name, value in added.items() if name.lower() not in known})


def with_driver(url: URL, driver: str) -> URL:
    """A URL that says how it is opened by ``driver``. FreeTDS has words of its own for encryption, and cannot check
    who it speaks to by a host name alone."""
    query = {name: value for name, value in url.query.items() if name.lower() != "driver"}
    if is_freetds(driver):
        wanted = {name.lower(): value for name, value in query.items()}.get("encrypt", "yes")
        query = {name: value for name, value in query.items() if name.lower() not in _MICROSOFTS_WORDS}
        query.setdefault("TDS_Version", "7.4")
        query.setdefault("Encryption", "off" if wanted in ("no", "optional") else "require")
    return url.set(query={**query, "driver": driver})


_MICROSOFTS_WORDS = ("encrypt", "trustservercertificate")


def is_freetds(driver: str) -> bool:
    """Whether a driver's name or path is FreeTDS's."""
    return "freetds" in driver.lower() or "tdsodbc" in driver.lower()


def may_send_in_bulk(driver_library: str) -> bool:
    """Whether ``fast_executemany`` works with the driver that has opened a connection. FreeTDS crashes with it."""
    return driver_library.lower().startswith(("msodbcsql", "libmsodbcsql"))


def make_sql_server_engine(url: URL, arguments: Mapping[str, Any]) -> Engine:
    """An engine for ``mssql+pyodbc``; the driver is chosen unless the URL names one.

    :raises SetupError: pyodbc or a driver is missing.
    """
    pyodbc = use_pyodbc()
    named = next((str(value) for name, value in url.query.items() if name.lower() == "driver"), None)
    driver = named or find_driver()
    if is_freetds(driver) and "}" in str(url.password or ""):
        raise SetupError(
            _("FreeTDS does not read a closing brace in a password."),
            kept=_("Nothing was changed."),
            hint=_("Choose another password, or install Microsoft's driver."),
        )
    engine = create_engine(
        with_driver(url, driver),
        pool_pre_ping=True,
        hide_parameters=True,
        use_setinputsizes=not is_freetds(driver),
        connect_args=dict(arguments),
    )

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        dialect: Any = engine.dialect
        dialect.fast_executemany = may_send_in_bulk(connection.getinfo(pyodbc.SQL_DRIVER_NAME))

    return engine


def use_pyodbc() -> Any:
    """The module pyodbc, its own pool off before the first connection: the pool is SQLAlchemy's.

    :raises SetupError: it is missing.
    """
    try:
        import pyodbc
    except ImportError as error:
        raise SetupError(
            _("SQL Server needs pyodbc and the system's ODBC driver manager."),
            hint=_("Install them: pip install 'kassa[odbc]', and unixodbc (Debian: apt install unixodbc)."),
            where=str(error),
        ) from error
    pyodbc.pooling = False
    return pyodbc
