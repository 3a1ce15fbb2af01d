"""Joining headquarters: once by a code, pinned to its CA and keys, refused once it is revoked."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from tests.server.joined.conftest import Branch, Office

from kassa.environment import Environment
from kassa.errors import DeviceNotTrusted, NotAllowed, SetupError
from kassa.trust import ActivationCode, read_activation_code
from kassa_server.headquarters.channel_codes import revoke_store_server
from kassa_server.headquarters.channel_messages import JoinAnswer
from kassa_server.headquarters.store_servers import joined_store_servers
from kassa_server.joined.membership import DRAFT, FILE, join_headquarters, load_membership, newest
from kassa_server.roles import Role
from kassa_server.running import RunningServer, Settings


def test_a_store_server_remembers_what_it_has_joined(office: Office, tmp_path: Path) -> None:
    """Joined once, it is remembered in the data directory, in a file that only its owner may read; the keys of
    headquarters are pinned; the same code again changes nothing."""
    code = office.code()
    made = join_headquarters(tmp_path / "a", code, Environment())
    assert load_membership(tmp_path / "a") == made
    assert (tmp_path / "a" / FILE).stat().st_mode & 0o077 == 0
    assert made.key_set.keys
    assert join_headquarters(tmp_path / "a", code, Environment()) == made
    assert repr(made.seed) not in repr(made)


def test_an_older_headquarters_is_joined() -> None:
    """Its answer, from before there were keys for plugins, reads."""
    older = b'{"store_server_id": "A", "database_id": "B", "name": "Butik", "key_sets": []}'
    answer = msgspec.json.decode(older, type=JoinAnswer)
    assert newest(answer.plugin_key_sets, "plugin-key-set").keys == ()


def test_a_code_works_for_one_machine(office: Office, tmp_path: Path) -> None:
    """A second machine with the same code is refused, and nothing is written there but the try."""
    code = office.code()
    join_headquarters(tmp_path / "a", code, Environment())
    with pytest.raises(NotAllowed):
        join_headquarters(tmp_path / "b", code, Environment())
    assert load_membership(tmp_path / "b") is None


def test_an_answer_that_was_lost_is_given_again(office: Office, tmp_path: Path) -> None:
    """Cut off after headquarters has acted, the same code is sent with the same key, and the same store server comes of
    it."""
    code = office.code()
    made = join_headquarters(tmp_path / "a", code, Environment())
    kept = (tmp_path / "a" / FILE).read_bytes()
    (tmp_path / "a" / FILE).unlink()
    (tmp_path / "a" / DRAFT).write_bytes(_draft(made.code_hash, made.seed))
    assert join_headquarters(tmp_path / "a", code, Environment()) == made
    assert (tmp_path / "a" / FILE).read_bytes() == kept


def _draft(code_hash: str, seed: bytes) -> bytes:
    return msgspec.json.encode({"code_hash": code_hash, "seed": seed})


def test_another_headquarters_is_not_taken_for_it(tmp_path: Path) -> None:
    """Over TLS the code's fingerprint is what counts: a server with another CA is refused before anything is sent."""
    running = RunningServer(Settings(tmp_path / "hq", port=0, tls=True, role=Role.HEADQUARTERS, schedules=False))
    running.start()
    try:
        forged = ActivationCode(running.address, "0" * 64, "AAAA-BBBB")
        with pytest.raises(SetupError):
            join_headquarters(tmp_path / "a", forged.text, Environment())
    finally:
        running.stop()


def test_a_revoked_store_server_is_refused(office: Office, branch: Branch) -> None:
    """Nothing is taken from it; what its registers sold waits in its own database."""
    till = branch.device()
    till.sell()
    till.deliver()
    with office.channel.writing() as connection:
        (known,) = joined_store_servers(connection)
        revoke_store_server(connection, Environment(), known.store_server_id)
    with pytest.raises(DeviceNotTrusted):
        branch.up()
    assert till.deliver([]).sequence == 1
    with office.channel.reading() as connection:
        assert [one.state for one in joined_store_servers(connection)] == ["revoked"]


def test_a_code_is_no_registers(office: Office, tmp_path: Path) -> None:
    """Headquarters alone activates no registers and answers none."""
    from kassa.errors import NotServed
    from kassa.register import activate

    with pytest.raises(NotServed):
        activate(tmp_path / "till", office.code())
    assert read_activation_code(office.code()).code


def test_headquarters_does_not_start_in_a_store_servers_directory(office: Office, tmp_path: Path) -> None:
    """A data directory is the one or the other: said before anything is started."""
    join_headquarters(tmp_path / "a", office.code(), Environment())
    with pytest.raises(SetupError, match="joined"):
        RunningServer(Settings(tmp_path / "a", port=0, role=Role.HEADQUARTERS))
