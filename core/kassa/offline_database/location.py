"""Where a register's offline database is: ``sqlite``, ``none``, or a server's URL whose password is kept apart."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from kassa.device import write_private_file
from kassa.errors import InvalidInput, SetupError
from kassa.text import literal, texts

_, n_ = texts("kassa")
SQLITE = "sqlite"
NONE = "none"
PASSWORD_FILE = "database.secret"
DRIVERS = {"postgresql": "postgresql+psycopg", "mssql": "mssql+pyodbc"}
_NOTHING_CHANGED = _("Nothing was changed.")


def read_location(text: str) -> str | URL:
    """``sqlite``, ``none`` or a server's URL (``postgresql://user@host/database``, ``mssql://…``), as it was typed.

    :raises InvalidInput: it is none of these. What was typed may hold a password, and is not repeated.
    """
    if text in (SQLITE, NONE):
        return text
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise _not_a_database() from error
    engine = url.get_backend_name()
    if engine not in DRIVERS or not url.database:
        raise _not_a_database()
    known = url.drivername if "+" in url.drivername else DRIVERS[engine]
    if known != DRIVERS[engine]:
        raise InvalidInput(
            _("Databases of this kind are opened as {driver}.", driver=literal(DRIVERS[engine])), kept=_NOTHING_CHANGED
        )
    return url.set(drivername=known)


def keep_password(folder: Path, url: URL) -> str:
    """Write the URL's password to a file that only its owner may read; the URL without it."""
    file = folder / PASSWORD_FILE
    if url.password is None:
        file.unlink(missing_ok=True)
    else:
        write_private_file(file, str(url.password).encode())
    return without_password(url)


def without_password(url: URL) -> str:
    """The URL for logs, reports and ``installation.json``."""
    return url.set(password=None).render_as_string()


def full_url(folder: Path, kept: str) -> URL:
    """The URL with its password.

    :raises SetupError: the password's file cannot be read.
    """
    url = make_url(kept)
    file = folder / PASSWORD_FILE
    try:
        password = file.read_text() if file.exists() else None
    except OSError as error:
        raise SetupError(
            _("The password of the offline database cannot be read."),
            hint=_("Run kassa register install again."),
            where=str(file),
        ) from error
    return url if password is None else url.set(password=password)


def _not_a_database() -> InvalidInput:
    return InvalidInput(
        _("That is no database for a register."),
        kept=_NOTHING_CHANGED,
        hint=_(
            "Give sqlite, sqlserver, or a URL: postgresql://user@host/database or mssql://user@host/database."
            " The name of the database is needed."
        ),
    )
