"""``kassa register replace``: a dead, cloned or restored device is replaced, by another or by itself.

The register gets a new key and a new series, so no receipt number can come twice; headquarters shows the old series
*open-ended* until it is known to be whole. What waits in a journal that is there is handed over, before if the store
server still takes it from the old key, else after.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kassa.connection import ConnectionState
from kassa.delivery import Delivery
from kassa.device import DeviceSigner, load_device_key
from kassa.environment import Environment
from kassa.errors import JournalDamaged, NoAnswer, Refusal, SetupError
from kassa.gateway.remote import RemoteGateway
from kassa.installer.install import install
from kassa.installer.plan import DatabasePlan
from kassa.journal import Journal
from kassa.model import RegisterRecord
from kassa.register.heads import current_head
from kassa.register.installation import Installation
from kassa.text import Text
from kassa.trust import context_for


@dataclass(frozen=True)
class HandedOver:
    """What became of a journal's entries.

    :param series: the number of the open series; None: there is no journal here.
    :param entries: handed over now; ``waiting`` are left.
    :param why: what kept them from being handed over.
    """

    series: int | None
    entries: int = 0
    waiting: int = 0
    why: Text | None = None


@dataclass(frozen=True)
class Replaced:
    """What replacing came to: the register's record, and what was handed over before and after."""

    record: RegisterRecord
    before: HandedOver
    after: HandedOver


def replace(
    directory: Path,
    code: str,
    plan: DatabasePlan,
    *,
    environment: Environment | None = None,
    device_name: str = "",
) -> Replaced:
    """Make the device in ``directory`` the register anew; an empty folder is a new device.

    :raises kassa.errors.JournalInUse: the register runs.
    :raises kassa.errors.KassaError: as :func:`kassa.installer.install.install`; what waits is kept.
    """
    environment = environment or Environment()
    before = hand_over(directory, environment)
    record = install(directory, code, plan, environment=environment, device_name=device_name)
    return Replaced(record, before, hand_over(directory, environment))


def hand_over(directory: Path, environment: Environment) -> HandedOver:
    """Deliver what waits in the journal in ``directory``, if there is one, with the key that is there.

    :raises kassa.errors.JournalInUse: the register runs.
    """
    if not (directory / Journal.FILE).exists():
        return HandedOver(None)
    try:
        journal = Journal(directory, environment)
    except JournalDamaged as error:
        return HandedOver(None, why=error.what)
    with closing(journal):
        if not journal.activated:
            return HandedOver(None)
        number, before = journal.series.number, journal.waiting.entries
        why: Text | None = None
        if before:
            try:
                _deliver(directory, journal, environment)
            except (NoAnswer, Refusal, SetupError) as error:
                why = error.what
        left = journal.waiting.entries
        return HandedOver(number, before - left, left, why)


def _deliver(directory: Path, journal: Journal, environment: Environment) -> None:
    installation, key, record = Installation.load(directory), load_device_key(directory), journal.record
    assert record is not None, "an activated register has a record"
    signer = DeviceSigner(key, installation.device_id, environment.clock, lambda: current_head(journal, environment))
    trust = context_for(installation.server_address, installation.ca_certificate)
    online = ConnectionState(True, environment.clock.utc())
    with closing(RemoteGateway(installation.server_address, environment, signer=signer, trust=trust)) as remote:
        delivery = Delivery(
            journal, remote.post, environment, lambda: record.profile, lambda: online, lambda _text: None
        )
        with closing(delivery):
            while delivery.deliver(max_kb=record.profile.upload_batch_kb):
                pass
