"""What an activated register's folder holds besides journal and key: its store server, and whom it trusts."""

from __future__ import annotations

from pathlib import Path

import msgspec

from kassa.device import write_private_file
from kassa.errors import SetupError
from kassa.offline_database.location import SQLITE
from kassa.text import texts

_, n_ = texts("kassa")
FILE = "installation.json"


class Installation(msgspec.Struct, frozen=True):
    """A register's installation.

    :param server_address: the store server's base address.
    :param device_id: given at activation.
    :param ca_certificate: PEM of the CA that the server's certificate must come from; None on loopback over HTTP.
    :param database: where the offline database is: ``sqlite``, ``none``, or a server's URL without its password, which
        is in a file of its own (:mod:`kassa.offline_database.location`).
    """

    server_address: str
    device_id: str
    ca_certificate: str | None = None
    database: str = SQLITE

    def keep(self, folder: Path) -> None:
        """Write it to ``folder``."""
        write_private_file(folder / FILE, msgspec.json.encode(self))

    @classmethod
    def load(cls, folder: Path) -> Installation:
        """Read it from ``folder``.

        :raises SetupError: the folder holds no activated register.
        """
        file = folder / FILE
        try:
            return msgspec.json.decode(file.read_bytes(), type=cls)
        except (OSError, msgspec.DecodeError) as error:
            raise SetupError(
                _("This register has not been activated."),
                kept=_("Nothing was changed."),
                hint=_("Ask for an activation code, then run: kassa register install CODE"),
                where=str(file),
            ) from error
