"""The offline database that a register is to have: looked at before the code is used, claimed with the store server's
word, created before the activation counts as done. Each step may be done again."""

from __future__ import annotations

from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import URL

from kassa.environment import Environment
from kassa.errors import SetupError
from kassa.installer.database import check_database, claim_database
from kassa.journal import Journal
from kassa.model import RegisterRecord
from kassa.offline_database import make_offline_database
from kassa.offline_database.location import NONE, PASSWORD_FILE, SQLITE, keep_password
from kassa.offline_database.sqlite import remove_files
from kassa.register.installation import Installation
from kassa.text import Text


@dataclass
class DatabasePlan:
    """Where the offline database is to be: ``sqlite``, ``none`` or a server's URL with its password.

    :param notes: what whoever installs should know.
    """

    location: str | URL
    notes: list[Text] = field(default_factory=list)

    def check(self) -> None:
        """Look whether it can be made there. Nothing is left behind.

        :raises kassa.errors.SetupError: it cannot; says why and what to do.
        """
        if isinstance(self.location, URL):
            self.notes += check_database(self.location)

    def claim(self, record: RegisterRecord, environment: Environment) -> None:
        """Make the database this register's.

        :raises kassa.errors.SetupError: it is another register's.
        """
        if isinstance(self.location, URL):
            claim_database(self.location, record, environment)

    def keep(self, directory: Path) -> str:
        """Keep the password apart; what ``installation.json`` says."""
        if isinstance(self.location, URL):
            return keep_password(directory, self.location)
        (directory / PASSWORD_FILE).unlink(missing_ok=True)
        return self.location

    def create(self, directory: Path, journal: Journal, environment: Environment) -> None:
        """Create the offline database, unless the register has one there; remove one of another engine.

        :raises kassa.errors.OfflineDatabaseUnavailable: the database does not answer.
        """
        kept = Installation.load(directory).database
        if kept != SQLITE:
            for file in directory.glob("offline-*.db"):
                remove_files(file)
        if kept == NONE:
            return
        with closing(make_offline_database(directory, journal, environment, kept)) as database:
            if not database.available:
                database.create_empty()


def plan_as_before(directory: Path) -> DatabasePlan:
    """The database that the register in ``directory`` has; SQLite for a new one."""
    with suppress(SetupError):
        from kassa.offline_database.location import full_url

        kept = Installation.load(directory).database
        return DatabasePlan(kept if kept in (SQLITE, NONE) else full_url(directory, kept))
    return DatabasePlan(SQLITE)
