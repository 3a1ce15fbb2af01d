"""Joining headquarters with a one-time code, and what a store server remembers of it: whom it trusts, and who it is."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kassa.device import write_private_file
from kassa.environment import Environment
from kassa.errors import SetupError
from kassa.gateway.remote import RemoteGateway
from kassa.packages.keys import follow
from kassa.packages.listing import KeySet, Signed
from kassa.text import literal, texts
from kassa.trust import ActivationCode, context_for, fetch_ca, read_activation_code
from kassa_server.headquarters.channel_messages import JOIN, JoinAnswer, JoinRequest
from kassa_server.one_time_codes import code_hash

_, n_ = texts("kassa_server")

FILE = "headquarters.json"
DRAFT = "headquarters-joining.json"
TIMEOUT_S = 30
_SEED_BYTES = 32


class Membership(msgspec.Struct, frozen=True):
    """That this machine is the store server of a channel database, in its data directory.

    :param address: of headquarters.
    :param ca_certificate: PEM of the CA that headquarters' certificate must come from; None on loopback over HTTP.
    :param seed: of the Ed25519 key that signs what is sent.
    :param key_sets: of headquarters, from the first on; the last one is pinned.
    :param plugin_key_sets: likewise, of the keys that sign registers' plugins, as they were when it joined.
    :param code_hash: of the code that it joined with.
    """

    address: str
    ca_certificate: str | None
    store_server_id: str
    database_id: str
    name: str
    seed: bytes
    key_sets: tuple[Signed, ...]
    code_hash: str
    plugin_key_sets: tuple[Signed, ...] = ()

    def __repr__(self) -> str:
        return f"Membership(address={self.address!r}, name={self.name!r})"

    @property
    def private_key(self) -> Ed25519PrivateKey:
        """Signs what is sent."""
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @property
    def key_set(self) -> KeySet:
        """The keys of headquarters that are pinned."""
        return newest(self.key_sets)

    def keep(self, folder: Path) -> None:
        """Write it to ``folder``; only its owner may read it."""
        write_private_file(folder / FILE, msgspec.json.encode(self))


def newest(key_sets: tuple[Signed, ...], kind: str = "key-set") -> KeySet:
    """The newest of key sets that follow from one to the next; the first is taken as it is.

    :raises kassa.packages.errors.ListNotTrusted: one of them is not signed by the one before.
    """
    if not key_sets:
        return KeySet(0, ())
    return follow(msgspec.json.decode(key_sets[0].body, type=KeySet), key_sets, kind)


def load_membership(folder: Path) -> Membership | None:
    """The membership kept in ``folder``; None: this store server has joined nobody, headquarters is here.

    :raises SetupError: the file does not read.
    """
    file = folder / FILE
    try:
        return msgspec.json.decode(file.read_bytes(), type=Membership)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise SetupError(
            _("What this store server knows of its headquarters cannot be read."),
            kept=_("The channel database is as it was."),
            hint=_("Bring the file back from the backup, or join again with a new code."),
            where=str(file),
        ) from error


def refuse_if_joined(folder: Path) -> None:
    """What is decided in headquarters is not decided in a store server that has joined one elsewhere.

    :raises SetupError: the store server of this data directory has.
    """
    membership = load_membership(folder)
    if membership is not None:
        raise SetupError(
            _("This store server's headquarters is at {address}.", address=literal(membership.address)),
            kept=_("Nothing was changed."),
            hint=_("Do it there; it comes here in data packages."),
            where=str(folder),
        )


class _Draft(msgspec.Struct, frozen=True):
    """A joining that has begun: the same code is sent with the same key again."""

    code_hash: str
    seed: bytes


def join_headquarters(folder: Path, code: str, environment: Environment, machine: str = "") -> Membership:
    """Join the headquarters that made ``code``. A code that this store server has joined with already changes nothing;
    one that was cut off, or got no answer, is sent again with the same key.

    :raises kassa.errors.InvalidInput: it is no such code.
    :raises kassa.errors.Refusal: headquarters does not accept it; nothing was changed here.
    :raises kassa.errors.NoAnswer: headquarters does not answer.
    :raises SetupError: its certificate is not the one that the code names.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    parts = read_activation_code(code)
    known = load_membership(folder)
    if known is not None and known.code_hash == code_hash(parts.code):
        return known
    ca = fetch_ca(parts) if parts.fingerprint else None
    draft = _draft(folder, parts, environment)
    public = Ed25519PrivateKey.from_private_bytes(draft.seed).public_key().public_bytes_raw()
    body = msgspec.json.encode(JoinRequest(parts.code, public, machine))
    with closing(RemoteGateway(parts.address, environment, trust=context_for(parts.address, ca))) as remote:
        answer = remote.post(JOIN, body, JoinAnswer, timeout_s=TIMEOUT_S)
    newest(answer.key_sets)
    newest(answer.plugin_key_sets, "plugin-key-set")
    made = Membership(
        parts.address, ca, answer.store_server_id, answer.database_id, answer.name, draft.seed, answer.key_sets,
        draft.code_hash, answer.plugin_key_sets,
    )  # fmt: skip
    made.keep(folder)
    (folder / DRAFT).unlink(missing_ok=True)
    return made


def _draft(folder: Path, parts: ActivationCode, environment: Environment) -> _Draft:
    file, digest = folder / DRAFT, code_hash(parts.code)
    try:
        begun = msgspec.json.decode(file.read_bytes(), type=_Draft)
        if begun.code_hash == digest and len(begun.seed) == _SEED_BYTES:
            return begun
    except (OSError, msgspec.DecodeError):
        pass
    made = _Draft(digest, environment.random_bytes(_SEED_BYTES))
    write_private_file(file, msgspec.json.encode(made))
    return made
