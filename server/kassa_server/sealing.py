"""Sealing: what is secret in the database is encrypted with a key that is kept outside of it.

Whoever reads a backup of the database alone cannot sign as headquarters. The key comes from a passphrase in the
environment (:data:`PASSPHRASE`), or else from a file that only its owner may read, made when something is first
sealed. What was sealed says by which of the two it is opened. AES-256-GCM; what it is about is authenticated with it,
so that one row's secret is of no use in another.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from kassa.device import write_private_file
from kassa.environment import Environment
from kassa.errors import SetupError
from kassa.text import Text, texts

_, n_ = texts("kassa_server")

PASSPHRASE, KEY_FILE = "KASSA_KEY_PASSPHRASE", "KASSA_KEY_FILE"
"""Names in the environment: a passphrase, and where the key file is instead of in the data directory."""
FILE_NAME = "headquarters.key"
_BY_FILE, _BY_PASSPHRASE = b"F", b"P"
_KEY, _NONCE, _SALT = 32, 12, 16
_SCRYPT = {"n": 2**16, "r": 8, "p": 1}
"""64 MB and a fifth of a second for each guess."""


class Sealing:
    """Seals and opens.

    :param folder: where the key file is unless the environment names another place; None: nowhere.
    :param settings: the environment's variables.
    """

    def __init__(self, folder: Path | None, environment: Environment, settings: Mapping[str, str] = os.environ) -> None:
        named = settings.get(KEY_FILE, "")
        self.file = Path(named) if named else None if folder is None else folder / FILE_NAME
        self._passphrase = settings.get(PASSPHRASE, "")
        self._environment = environment
        self._derived: dict[bytes, bytes] = {}

    def seal(self, plain: bytes, about: str, *, by_file: bool = False) -> bytes:
        """Encrypt; by the passphrase if there is one.

        :param about: what it belongs to; needed again to open it.
        :param by_file: by the key file all the same.
        :raises SetupError: there is neither a passphrase nor a place for a key file.
        """
        nonce = self._environment.random_bytes(_NONCE)
        if self._passphrase and not by_file:
            salt = self._environment.random_bytes(_SALT)
            return _BY_PASSPHRASE + salt + nonce + AESGCM(self._derive(salt)).encrypt(nonce, plain, about.encode())
        return _BY_FILE + nonce + AESGCM(self._file_key(make=True)).encrypt(nonce, plain, about.encode())

    def open(self, sealed: bytes, about: str) -> bytes:
        """Decrypt.

        :raises SetupError: key file or passphrase are missing, or others than it was sealed with.
        """
        if sealed[:1] == _BY_PASSPHRASE:
            salt, rest = sealed[1 : 1 + _SALT], sealed[1 + _SALT :]
            key, wrong = self._derive(salt), _("The passphrase of headquarters' signing key is another one.")
        else:
            key, rest, wrong = self._file_key(make=False), sealed[1:], _("The key file of headquarters is another one.")
        try:
            return AESGCM(key).decrypt(rest[:_NONCE], rest[_NONCE:], about.encode())
        except (InvalidTag, ValueError) as error:
            raise _cannot(wrong, PASSPHRASE if sealed[:1] == _BY_PASSPHRASE else str(self.file)) from error

    def _derive(self, salt: bytes) -> bytes:
        if not self._passphrase:
            raise _cannot(
                _("The signing key of headquarters is sealed with a passphrase that is not there."), PASSPHRASE
            )
        if salt not in self._derived:
            self._derived[salt] = Scrypt(salt=salt, length=_KEY, **_SCRYPT).derive(self._passphrase.encode())
        return self._derived[salt]

    def _file_key(self, *, make: bool) -> bytes:
        if self.file is None:
            raise _cannot(_("There is no place for the key file of headquarters."), KEY_FILE)
        if make and not self.file.exists():
            self._make(self.file)
        try:
            key = bytes.fromhex(self.file.read_text("ascii").strip())
        except (OSError, ValueError) as error:
            raise _cannot(_("The key file of headquarters is missing or cannot be read."), str(self.file)) from error
        if len(key) != _KEY:
            raise _cannot(_("The key file of headquarters is missing or cannot be read."), str(self.file))
        return key

    def _make(self, file: Path) -> None:
        """A new key file. Of several processes that make one at once the first one's holds."""
        draft = file.with_name(f"{file.name}.{self._environment.new_id()}")
        write_private_file(draft, self._environment.random_bytes(_KEY).hex().encode() + b"\n")
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()


def _cannot(what: Text, where: str) -> SetupError:
    return SetupError(
        what,
        kept=_("Nothing was changed, and registers go on selling on the data they have."),
        hint=_("Put it back from its backup: it is kept apart from the database."),
        where=where,
    )
