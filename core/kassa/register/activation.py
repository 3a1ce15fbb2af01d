"""Activation: a device becomes a register, with a one-time code from headquarters.

The key is on the disk before the store server hears of it, in a folder of its own, so that a code which is refused
leaves a register that was active before as it was. Each activation opens a new series (system.md, series): a dead,
cloned or restored register can never reuse a number.
"""

from __future__ import annotations

import hashlib
import shutil
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from kassa.device import KEY_FILE, SECRET_FILE, DeviceKey, create_device_key, load_device_key, write_private_file
from kassa.environment import Environment
from kassa.errors import JournalDamaged, Refusal, SetupError
from kassa.gateway.remote import RemoteGateway
from kassa.journal import Journal
from kassa.journal.database import put_aside
from kassa.model import RegisterRecord
from kassa.offline_database.location import SQLITE
from kassa.protocol import ActivationAnswer, ActivationRequest
from kassa.register.installation import Installation
from kassa.register.introducing import ACTIVATION_PROOF
from kassa.trust import context_for, fetch_ca, read_activation_code

if TYPE_CHECKING:
    from kassa.installer.plan import DatabasePlan

PATH = "/v1/activate"
TIMEOUT_S = 30
BEGUN_FILE = "begun.json"
HEADQUARTERS_KEYS = ("kassa", "headquarters_keys")
"""The setting in the journal that pins the keys of headquarters, as JSON of a :class:`kassa.packages.listing.KeySet`.
"""
PLUGIN_KEYS = ("kassa", "plugin_keys")
"""Likewise the keys that sign sets of plugins."""


def activate(
    directory: Path,
    code: str,
    *,
    environment: Environment | None = None,
    device_name: str = "",
    plan: DatabasePlan | None = None,
) -> RegisterRecord:
    """Activate the register in ``directory`` with ``code``, as ``kassa activation-code`` printed it.

    Cut off at any moment, or without an answer, it is done by the same code again: key and series are kept until all
    is in place, and the store server gives the same device the same answer. A damaged journal is put aside under
    another name, for support to read, once the store server has accepted.

    :param plan: what becomes of the offline database on the way; None: it stays where it is, SQLite for a new register.
    :returns: the register's record.
    :raises kassa.errors.InvalidInput: the code is not one.
    :raises kassa.errors.Refusal: the store server does not accept it; nothing was changed here.
    :raises kassa.errors.NoAnswer: the store server does not answer, or its certificate is not the one that the code
        names.
    """
    environment = environment or Environment()
    directory.mkdir(parents=True, exist_ok=True)
    parts = read_activation_code(code)
    ca = fetch_ca(parts) if parts.fingerprint else None
    draft = directory / "activation"
    key, series = _draft(draft, parts.code, environment)
    journal = _readable_journal(directory, environment)
    try:
        request = ActivationRequest(parts.code, key.public, key.secret, series, device_name)
        with closing(RemoteGateway(parts.address, environment, trust=context_for(parts.address, ca))) as remote:
            answer = remote.post(PATH, msgspec.json.encode(request), ActivationAnswer, timeout_s=TIMEOUT_S)
        if plan is not None:
            plan.claim(answer.record, environment)
        if journal is None:
            put_aside(directory / Journal.FILE)
            journal = Journal(directory, environment, create=True)
        for name in (KEY_FILE, SECRET_FILE):
            write_private_file(directory / name, (draft / name).read_bytes())
        database = _database_of(directory) if plan is None else plan.keep(directory)
        Installation(parts.address, answer.device_id, ca, database).keep(directory)
        if not journal.activated or journal.series.series != series:
            journal.open_series(series, answer.series_number, answer.record)
        # A store server without keys for plugins gives an empty set: nothing could follow from that.
        plugin_keys = answer.plugin_key_set if answer.plugin_key_set and answer.plugin_key_set.keys else None
        for setting, keys in ((HEADQUARTERS_KEYS, answer.key_set), (PLUGIN_KEYS, plugin_keys)):
            if keys is not None:
                journal.keep_setting(*setting, msgspec.json.encode(keys).decode())
        proof = None if answer.proof is None else msgspec.json.encode(answer.proof).decode()
        journal.keep_setting(*ACTIVATION_PROOF, proof)
        if plan is not None:
            plan.create(directory, journal, environment)
    except Refusal:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    finally:
        if journal is not None:
            journal.close()
    shutil.rmtree(draft, ignore_errors=True)
    return answer.record


def _database_of(directory: Path) -> str:
    """Where the offline database of the register in ``directory`` is."""
    try:
        return Installation.load(directory).database
    except SetupError:
        return SQLITE


class _Begun(msgspec.Struct, frozen=True):
    """An activation that has begun; ``code_hash`` is SHA-256 of its code."""

    code_hash: str
    series: str


def _draft(draft: Path, code: str, environment: Environment) -> tuple[DeviceKey, str]:
    """Key and series of an activation: those of an earlier try with the same code, else new ones."""
    file = draft / BEGUN_FILE
    digest = hashlib.sha256(code.encode()).hexdigest()
    try:
        begun = msgspec.json.decode(file.read_bytes(), type=_Begun)
        if begun.code_hash == digest:
            return load_device_key(draft), begun.series
    except (OSError, msgspec.DecodeError, SetupError):
        pass
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    key = create_device_key(draft, environment)
    begun = _Begun(digest, environment.new_id())
    write_private_file(file, msgspec.json.encode(begun))
    return key, begun.series


def _readable_journal(directory: Path, environment: Environment) -> Journal | None:
    """The journal in ``directory``, a new one if there is none; None: it is damaged."""
    try:
        return Journal(directory, environment, create=True)
    except JournalDamaged:
        return None
