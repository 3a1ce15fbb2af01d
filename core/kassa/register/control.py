"""The running register's ear: a local channel for ``kassa status``, ``kassa sync now``, ``kassa register readiness``.

A Unix socket in a folder that only its owner may enter (on Windows a named pipe), and a key that is made anew at each
start and stands in a private file: other users of the machine can neither connect nor ask. What goes over it is JSON.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import structlog

from kassa.device import write_private_file
from kassa.errors import KassaError, NotAvailable
from kassa.register.kept_attempt import moment, success_words
from kassa.text import Text, literal, texts

if TYPE_CHECKING:
    from kassa.register.register import Register

_, n_ = texts("kassa")
FILE = "control.json"
FOLDER = "control"
PATIENCE_S = 10.0
_LARGEST = 64 * 1024
_KEY_BYTES = 32
_LONGEST_PATH = 100
"""Bytes in a Unix socket's address (108 on Linux, 104 on macOS)."""


class Control(msgspec.Struct, frozen=True):
    """Where a running register listens; ``key`` is hexadecimal."""

    address: str
    key: str


class Asked(msgspec.Struct, frozen=True):
    """A question; ``what`` is ``facts``, ``readiness``, ``plugins``, ``synchronise`` or ``restart``."""

    what: str


class Answered(msgspec.Struct, frozen=True, omit_defaults=True):
    """Its answer: a value, or what is wrong."""

    value: Any = None
    error: str = ""
    hint: str = ""


class ControlChannel:
    """Answers on a thread of its own until it is closed."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._log = structlog.get_logger("kassa.control")
        self._stopping = False
        self._file = register.directory / FILE
        self._room: Path | None = None
        self._key = register.environment.random_bytes(_KEY_BYTES)
        self._listener: Listener | None = None
        self._thread = threading.Thread(target=self._run, name="kassa-ear", daemon=True)

    def start(self) -> None:
        """Begin. A register that cannot listen sells all the same."""
        try:
            _clear(self._file)
            self._listener = self._listen()
        except OSError as error:
            self._log.warning("no_control_channel", where=str(error))
            return
        self._thread.start()

    def _listen(self) -> Listener:
        if os.name == "nt":
            listener = Listener(None, family="AF_PIPE", authkey=self._key)
        else:
            self._room = _room(self._register.directory)
            listener = Listener(str(self._room / "register"), family="AF_UNIX", authkey=self._key)
        write_private_file(self._file, msgspec.json.encode(Control(str(listener.address), self._key.hex())))
        return listener

    def _run(self) -> None:
        assert self._listener is not None
        while not self._stopping:
            try:
                with self._listener.accept() as connection:
                    if not self._stopping:
                        self._answer(connection)
            except (OSError, EOFError, AuthenticationError) as error:
                if not self._stopping:
                    self._log.info("control_channel", where=type(error).__name__)

    def _answer(self, connection: Connection[Any, Any]) -> None:
        if not connection.poll(PATIENCE_S):
            return
        try:
            asked = msgspec.json.decode(connection.recv_bytes(_LARGEST), type=Asked)
            answer = Answered(answer_to(self._register, asked.what))
        except msgspec.DecodeError:
            answer = Answered(error="not a question")
        except KassaError as error:
            answer = Answered(error=error.what.words("en"), hint="" if error.hint is None else error.hint.words("en"))
        except Exception:
            self._log.exception("control_channel_failed")
            answer = Answered(error="Something went wrong; support finds it in the log.")
        connection.send_bytes(msgspec.json.encode(answer))

    def close(self) -> None:
        """Stop listening."""
        self._stopping = True
        if self._listener is None:
            return
        if self._thread.is_alive():
            with suppress(OSError, EOFError, AuthenticationError):
                # Without a key, so that this waits for no answer: the ear may have ended already.
                Client(str(self._listener.address)).close()
            self._thread.join(timeout=5)
        self._listener.close()
        _clear(self._file)
        if self._room is not None:
            shutil.rmtree(self._room, ignore_errors=True)


def answer_to(register: Register, what: str) -> Any:
    """What a running register answers.

    :raises kassa.errors.NotAvailable: it cannot be done now.
    """
    questions: dict[str, Callable[[], Any]] = {
        "facts": lambda: _facts(register),
        "readiness": lambda: _readiness(register),
        "plugins": lambda: _plugins(register),
        "synchronise": lambda: register.synchronise_now(),
        "restart": lambda: _restart(register),
    }
    if what not in questions:
        raise NotAvailable(_("The running register does not know {what}.", what=literal(what)))
    return questions[what]()


def _restart(register: Register) -> None:
    if not register.restarting.by_itself:
        raise NotAvailable(
            _("Nothing would start this register again."), hint=_("Close the register's window, and open it.")
        )
    register.restarting.asked_for = True


def _facts(register: Register) -> dict[str, str]:
    state, sync = register.connection.state(), register.sync_status()
    facts = {"Connection": state.name, "Since": state.since.isoformat(timespec="seconds")}
    if sync.checked_at is not None:
        facts["Data checked"] = sync.checked_at.isoformat(timespec="seconds")
    for name, success, last in (
        ("download", sync.download_success, sync.download), ("upload", sync.upload_success, sync.upload),
    ):  # fmt: skip
        if success is not None:
            facts[f"Last {name}"] = success_words(success)
        if last is not None and last.error is not None:
            facts[f"Last {name} failed"] = f"{moment(last.at)}: {last.error.words('en')}"
    return facts


def _plugins(register: Register) -> object:
    from kassa.register.plugin_list import plugin_lines

    return msgspec.to_builtins(plugin_lines(register))


def _readiness(register: Register) -> list[str]:
    """The causes why it would not sell; none: it would."""
    return [cause.words("en") for cause in register.readiness().causes]


def ask_running(directory: Path, what: str) -> Any:
    """Ask the register that runs in ``directory``.

    :raises NotAvailable: none runs, it does not answer, or it says no.
    """
    try:
        control = msgspec.json.decode((directory / FILE).read_bytes(), type=Control)
        with Client(control.address, authkey=bytes.fromhex(control.key)) as connection:
            connection.send_bytes(msgspec.json.encode(Asked(what)))
            if not connection.poll(PATIENCE_S):
                raise _not_running("no answer")
            answer = msgspec.json.decode(connection.recv_bytes(_LARGEST), type=Answered)
    except (OSError, EOFError, AuthenticationError, ValueError) as error:
        raise _not_running(str(directory)) from error
    if answer.error:
        raise NotAvailable(
            literal(answer.error), kept=_NOTHING_CHANGED, hint=literal(answer.hint) if answer.hint else None
        )
    return answer.value


_NOTHING_CHANGED: Text = _("Nothing was changed.")


def is_running(directory: Path) -> bool:
    """Whether a register in ``directory`` listens."""
    try:
        ask_running(directory, "facts")
    except NotAvailable:
        return False
    return True


def _not_running(where: str) -> NotAvailable:
    return NotAvailable(
        _("The register is not running on this device."),
        kept=_NOTHING_CHANGED,
        hint=_("Start it and log on, then try again."),
        where=where,
    )


def _room(directory: Path) -> Path:
    """A folder that only its owner may enter: in the register's, unless a socket's address may not be that long."""
    room = directory.absolute() / FOLDER
    if len(os.fsencode(room / "register")) > _LONGEST_PATH:
        return Path(tempfile.mkdtemp(prefix="kassa-control-"))
    shutil.rmtree(room, ignore_errors=True)  # of a register that was killed: the journal's lock says that it is gone
    room.mkdir(mode=0o700)
    return room


def _clear(file: Path) -> None:
    """Remove what a register that was killed has left."""
    with suppress(OSError, msgspec.DecodeError):
        left = Path(msgspec.json.decode(file.read_bytes(), type=Control).address).parent
        if left.name.startswith("kassa-control-"):
            shutil.rmtree(left, ignore_errors=True)
    file.unlink(missing_ok=True)
