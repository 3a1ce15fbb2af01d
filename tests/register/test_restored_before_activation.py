"""The store server's database is restored from a backup that is older than a register's activation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.plugins.sync.test_restored_headquarters import attention, headquarters, keep, restore

from kassa.activation_proof import PATH, Introduced, Introduction
from kassa.connection import Reason
from kassa.device import DeviceKey, DeviceSigner
from kassa.errors import DeviceNotTrusted, Refusal
from kassa.gateway.remote import RemoteGateway
from kassa.packages.listing import Signed
from kassa.register import Register
from kassa.register.heads import current_head
from kassa.register.introducing import ACTIVATION_PROOF
from kassa.testing.shop import Shop, wait_until
from kassa.testing.store import REGISTER


def test_a_device_activated_since_the_backup_is_admitted_again(make_shop: Callable[..., Shop], tmp_path: Path) -> None:
    """The device is not known any more, and sells on offline. It shows what it was given at its activation, which is
    good for no other key and no other register; headquarters lists it, and a person admits it. Then it is online again
    with its series, and delivers what the backup lacks: no sale is lost, doubled or renumbered."""
    shop = make_shop(process=True)
    shop.server.distribute()
    keep(shop, tmp_path / "backup")
    register = shop.open_register()
    shop.log_on(register)
    shop.with_data(register)
    sell(register)
    shop.delivered(register)

    restore(shop, tmp_path / "backup")
    assert shop.server.query("SELECT * FROM device") == []
    sell(register)
    state = register.connection.state()
    assert (state.online, state.reason) == (False, Reason.NOT_TRUSTED)
    wait_until(lambda: waits(shop) == 1, "it has said who it is")
    assert [what for what in attention(shop) if "activated after the backup" in what]
    only_the_device_itself(register)
    assert (waits(shop), shop.server.query("SELECT * FROM device")) == (1, [])

    admitted = headquarters(shop, "admit-device", REGISTER)
    assert admitted.returncode == 0, admitted.stderr
    assert not [what for what in attention(shop) if "activated after the backup" in what]
    assert headquarters(shop, "admit-device", REGISTER).returncode != 0
    register.connection.connect(in_transaction=False)
    sell(register)
    assert register.connection.state().online
    shop.delivered(register)
    known = shop.server.query("SELECT receipt_number FROM sales_transaction ORDER BY receipt_number")
    made = [entry.receipt_number for entry in register.journal.entries() if entry.receipt_number]
    assert [row["receipt_number"] for row in known] == made
    assert len(set(made)) == 3
    assert shop.server.query("SELECT number, closed_at FROM series") == [{"number": 1, "closed_at": None}]


def sell(register: Register) -> None:
    """A sale, paid."""
    register.run(100, code="1001")
    register.run(200)


def waits(shop: Shop) -> int:
    """Devices that wait to be admitted again."""
    return len(shop.server.query("SELECT device_id FROM returning_device"))


def only_the_device_itself(register: Register) -> None:
    """Another key, another secret or another register's name: the proof is good for none of them."""
    kept = register.journal.setting(*ACTIVATION_PROOF)
    assert kept is not None
    proof = msgspec.json.decode(kept, type=Signed)
    mine, other = register.device_key, DeviceKey(Ed25519PrivateKey.generate(), bytes(32))
    changed = msgspec.structs.replace(proof, body=proof.body.replace(b'"R1"', b'"R2"'))
    for key, shown in (
        (other, Introduction(proof, mine.secret)),
        (mine, Introduction(proof, bytes(32))),
        (mine, Introduction(changed, mine.secret)),
    ):
        signer = DeviceSigner(
            key, "0" * 32, register.environment.clock, lambda: current_head(register.journal, register.environment)
        )
        gateway = RemoteGateway(register.remote.address, register.environment, signer=signer)
        with pytest.raises(Refusal) as told:
            gateway.post(PATH, msgspec.json.encode(shown), Introduced, timeout_s=10)
        gateway.close()
        assert isinstance(told.value, DeviceNotTrusted)
