"""Tokens for monitoring programs from the command line."""

from __future__ import annotations

from pathlib import Path

from tests.server.headquarters.test_users_cli import run

from kassa_server.channel import Channel
from kassa_server.headquarters.monitoring import is_token


def test_a_token_from_the_command_line(tmp_path: Path) -> None:
    """It is printed once, works until it is revoked, and the list says what it is for, never what it is."""
    token = run(tmp_path, "make-token", "Grafana").splitlines()[0]
    channel = Channel(f"sqlite:///{tmp_path / 'channel.db'}")
    now = channel.environment.clock.utc()
    assert is_token(channel, token, now)
    assert not is_token(channel, token[:-1] + "x", now)
    listed = run(tmp_path, "tokens")
    assert "Grafana" in listed
    assert token not in listed
    run(tmp_path, "revoke-token", listed.split()[0])
    assert not is_token(channel, token, now)
    assert "revoked" in run(tmp_path, "tokens")
    channel.close()
