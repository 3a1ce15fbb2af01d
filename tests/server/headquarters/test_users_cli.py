"""Headquarters' users from the command line."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from kassa_server.channel import Channel
from kassa_server.headquarters.cli import headquarters
from kassa_server.headquarters.log_ons import log_on, logged_on

RUN = CliRunner()


def run(folder: Path, *words: str, typed: str = "") -> str:
    """What a command says."""
    done = RUN.invoke(headquarters, [*words, "--data-directory", str(folder)], input=typed)
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


def test_a_user_from_the_command_line_logs_on(tmp_path: Path) -> None:
    """With a password that was asked for, or made and printed once; and no more once blocked."""
    asked = "correct horse battery staple"
    output = run(tmp_path, "add-user", "Anna", "--role", "administrator", typed=f"{asked}\n{asked}\n")
    assert asked not in output
    made = run(tmp_path, "add-user", "Vera", "--generate").strip().rsplit(" ", 1)[-1]
    channel = Channel(f"sqlite:///{tmp_path / 'channel.db'}")
    for name, password, role in (("Anna", asked, "administrator"), ("Vera", made, "viewer")):
        found = logged_on(channel, log_on(channel, name, password))
        assert found is not None
        assert found.user.role == role
    token = log_on(channel, "Vera", made)
    run(tmp_path, "block-user", "vera")
    assert logged_on(channel, token) is None
    assert "Vera  viewer  blocked" in run(tmp_path, "users")
    run(tmp_path, "block-user", "vera", "--undo")
    run(tmp_path, "set-role", "vera", "--role", "manager")
    other = run(tmp_path, "set-password", "vera", "--generate").strip().rsplit(" ", 1)[-1]
    found = logged_on(channel, log_on(channel, "vera", other))
    assert found is not None
    assert found.user.role == "manager"
    channel.close()
