"""Activation: a device becomes a register, with a one-time code from headquarters.

The key is on the disk before the store server hears of it, in a folder of its own, so that a code which is refused
leaves a register that was active before as it was. Each activation opens a new series (system.md, series): a dead,
cloned or restored register can never reuse a number.
"""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import msgspec

from kassa.device import KEY_FILE, SECRET_FILE, create_device_key, load_device_key
from kassa.environment import Environment
from kassa.errors import JournalDamaged
from kassa.gateway.remote import RemoteGateway
from kassa.journal import Journal
from kassa.journal.database import put_aside
from kassa.model import RegisterRecord
from kassa.protocol import ActivationAnswer, ActivationRequest
from kassa.register.installation import Installation
from kassa.trust import client_context, fetch_ca, read_activation_code

PATH = "/v1/activate"
TIMEOUT_S = 30


def activate(
    directory: Path, code: str, *, environment: Environment | None = None, device_name: str = ""
) -> RegisterRecord:
    """Activate the register in ``directory`` with ``code``, as ``kassa activation-code`` printed it.

    :returns: the register's record.
    :raises kassa.errors.InvalidInput: the code is not one.
    :raises kassa.errors.Refusal: the store server does not accept it; nothing was changed here.
    :raises kassa.errors.NoAnswer: the store server does not answer, or its certificate is not the one that the code
        names.

    A damaged journal is put aside under another name, for support to read, once the store server has accepted.
    """
    environment = environment or Environment()
    directory.mkdir(parents=True, exist_ok=True)
    parts = read_activation_code(code)
    ca = fetch_ca(parts) if parts.fingerprint else None
    draft = directory / "activation"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    journal = _readable_journal(directory, environment)
    try:
        key = create_device_key(draft, environment)
        series = environment.new_id()
        request = ActivationRequest(parts.code, key.public, key.secret, series, device_name)
        with closing(RemoteGateway(parts.address, environment, trust=client_context(ca))) as remote:
            answer = remote.post(PATH, msgspec.json.encode(request), ActivationAnswer, timeout_s=TIMEOUT_S)
        if journal is None:
            put_aside(directory / Journal.FILE)
            journal = Journal(directory, environment, create=True)
        for name in (KEY_FILE, SECRET_FILE):
            (draft / name).replace(directory / name)
        Installation(parts.address, answer.device_id, ca).keep(directory)
        journal.open_series(series, answer.series_number, answer.record)
    finally:
        if journal is not None:
            journal.close()
    shutil.rmtree(draft, ignore_errors=True)
    load_device_key(directory)
    return answer.record


def _readable_journal(directory: Path, environment: Environment) -> Journal | None:
    """The journal in ``directory``, a new one if there is none; None: it is damaged."""
    try:
        return Journal(directory, environment, create=True)
    except JournalDamaged:
        return None
