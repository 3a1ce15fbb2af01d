"""Headquarters from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.server.conftest import open_shop, sqlite_database
from typer.testing import CliRunner

from kassa.errors import DeviceNotTrusted, NotAllowed, NotFound, SetupError
from kassa.requests.contact import Hello
from kassa_server.channel import Channel
from kassa_server.headquarters.cli import headquarters
from kassa_server.headquarters.keys import current_key_set


@pytest.fixture
def folder(tmp_path: Path, small_store: Path) -> Path:
    """A store server's data directory."""
    sqlite_database(tmp_path, small_store)
    return tmp_path


def run(folder: Path, *words: str) -> str:
    result = CliRunner().invoke(headquarters, [*words, "-d", str(folder)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_job_is_run_and_noted(folder: Path) -> None:
    """A job that is run by hand says what it made, and stands in the history."""
    assert "Job 9999: available." in run(folder, "run-job")
    assert "Job 9999: no_data." in run(folder, "run-job", "9999")
    said = run(folder, "schedules")
    assert "Job 9999: every 1 min" in said
    assert said.count("command line") == 2


def test_support_offline_and_databases(folder: Path) -> None:
    """The switch by its name; each database with its group and state; a store moves with its registers' databases."""
    assert "support offline no. Its offline database: retired." in run(folder, "support-offline", "R2", "no")
    said = run(folder, "databases").splitlines()
    assert [line.split()[:4] for line in said] == [
        ["S1", "offline", "R1", "active"],
        ["S1", "offline", "R2", "retired"],
    ]
    run(folder, "move-store", "S1", "NORTH")
    assert {line.split()[0] for line in run(folder, "databases").splitlines()} == {"NORTH"}
    assert "Job 1020: available." in run(folder, "run-job", "1020", "--group", "NORTH")
    with pytest.raises(NotFound):
        run(folder, "run-job", "1020", "--group", "SOUTH")
    with pytest.raises(NotFound):
        run(folder, "support-offline", "R7", "yes")


def test_schedule_is_set(folder: Path) -> None:
    """A job's interval is set, and a schedule switched off; an unknown job is named."""
    assert "every 15 min" in run(folder, "schedule", "1040", "--every", "15")
    run(folder, "schedule", "1040", "--every", "0")
    assert "Job 1040: every 1 min, switched off" in run(folder, "schedules")
    with pytest.raises(NotFound):
        run(folder, "schedule", "17")


def test_keys(folder: Path) -> None:
    """A key is revoked only when there is another."""
    first = run(folder, "rotate-key").split()[1]
    second = run(folder, "rotate-key").split()[1]
    assert "is revoked" in run(folder, "revoke-key", second)
    assert first != second
    # The key that signed before the first rotation is good still: one more may go, and then no other.
    run(folder, "revoke-key", first)
    channel = Channel(f"sqlite:///{folder / 'channel.db'}")
    with channel.reading() as connection:
        known = current_key_set(connection)
    channel.close()
    (last,) = [key.key_id for key in known.keys if key.key_id not in known.revoked]
    with pytest.raises(NotAllowed):
        run(folder, "revoke-key", last)


def test_keys_are_sealed_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the key file to a passphrase and back: the keys are the same ones, and another passphrase opens none."""
    run(folder, "rotate-key")
    assert (folder / "headquarters.key").exists()
    monkeypatch.setenv("KASSA_KEY_PASSPHRASE", "en lång mening")
    assert "Keys sealed anew: 2." in run(folder, "reseal-keys")
    run(folder, "rotate-key")
    monkeypatch.setenv("KASSA_KEY_PASSPHRASE", "another")
    with pytest.raises(SetupError):
        run(folder, "rotate-key")
    assert "create_failed" in CliRunner().invoke(headquarters, ["run-job", "-d", str(folder)]).output
    monkeypatch.setenv("KASSA_KEY_PASSPHRASE", "en lång mening")
    assert "Keys sealed anew: 3." in run(folder, "reseal-keys", "--by-key-file")
    monkeypatch.delenv("KASSA_KEY_PASSPHRASE")
    run(folder, "rotate-key")


def test_device_is_revoked(folder: Path) -> None:
    """The device that is a register; one that is not there, or is revoked already, is named."""
    for shop in open_shop(f"sqlite:///{folder / 'channel.db'}"):
        till = shop.device()
        assert f"Device {till.device_id} of register R1 is revoked." in run(folder, "revoke-device", "R1")
        with pytest.raises(DeviceNotTrusted):
            till.ask(Hello())
        for words in (("R1",), ("R2",), ("R9",), ("R1", "--device", "0" * 32)):
            with pytest.raises(NotFound):
                run(folder, "revoke-device", *words)
