"""The supervisor: what it starts again, what it leaves alone, and what it notes. Real processes, really killed."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

import pytest
from tests.core.supervision.children import PATIENCE_S

from kassa.supervision.stops import TRACE_FILE, Stop, folder_of, take_stop
from kassa.supervision.supervisor import Supervisor, has_crashed
from kassa.testing.shop import wait_until

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def path(monkeypatch: pytest.MonkeyPatch) -> None:
    """The children find this package."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def supervise(folder: Path, *acts: str) -> int:
    """Processes that do these acts, one after another; the exit code."""
    command = [sys.executable, "-m", "tests.core.supervision.children", str(folder), *acts]
    return Supervisor(command, folder, patience_s=PATIENCE_S).run()


def lives(folder: Path) -> list[int]:
    """The processes that there were."""
    return [int(word) for word in (folder / "lives").read_text(encoding="ascii").split()]


def stop_of(folder: Path) -> Stop:
    stop = take_stop(folder)
    assert stop is not None
    return stop


def test_what_freezes_is_killed_and_started_again(tmp_path: Path) -> None:
    """A process whose interpreter's lock nobody gives back can do nothing itself: it is killed, and the trace says in
    which line it stood."""
    assert supervise(tmp_path, "freeze", "end") == 0
    assert len(lives(tmp_path)) == 2
    stop = stop_of(tmp_path)
    assert stop.why == "frozen"
    assert "in freeze" in stop.trace
    assert take_stop(tmp_path) is None


def test_what_crashes_or_wants_it_is_started_again(tmp_path: Path) -> None:
    """A crash leaves a trace too, what ends to be started again none; the exit code of the one that ends by itself is
    handed on."""
    assert supervise(tmp_path, "crash", "again", "fail") == 3
    assert len(lives(tmp_path)) == 3
    stop = stop_of(tmp_path)
    assert (stop.why, stop.code) == ("crashed", -signal.SIGSEGV)
    assert "Segmentation fault" in stop.trace


def test_what_a_person_holds_is_left_alone(tmp_path: Path) -> None:
    """A debugger, or a message that is to be read, may take as long as it takes."""
    assert supervise(tmp_path, "held") == 0
    assert len(lives(tmp_path)) == 1


def test_what_hangs_while_it_ends_is_ended(tmp_path: Path) -> None:
    """It was closed by a person: it is not started again."""
    assert supervise(tmp_path, "hang_at_the_end") == 1
    assert len(lives(tmp_path)) == 1
    assert take_stop(tmp_path) is None


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux says that a process is stopped")
def test_what_is_stopped_is_left_alone(tmp_path: Path) -> None:
    """Ctrl+Z, or a debugger from outside, is no freeze: it goes on where it was when it is let go."""
    codes: list[int] = []
    watching = threading.Thread(target=lambda: codes.append(supervise(tmp_path, "stop")), daemon=True)
    watching.start()
    wait_until((tmp_path / "lives").exists, "it lives", 30)
    (child,) = lives(tmp_path)
    status = Path(f"/proc/{child}/status")
    wait_until(lambda: "State:\tT" in status.read_text(encoding="ascii"), "it is stopped", 30)
    watching.join(3 * PATIENCE_S)
    assert watching.is_alive()
    os.kill(child, signal.SIGCONT)
    watching.join(30)
    assert codes == [0]
    assert lives(tmp_path) == [child]


def test_a_trace_that_cannot_be_read_stops_nothing(tmp_path: Path) -> None:
    """What was left may be damaged: the next start goes on without it."""
    (folder_of(tmp_path) / "stop.json").write_bytes(b"{")
    assert take_stop(tmp_path) is None
    assert not (tmp_path / TRACE_FILE).exists()


@pytest.mark.parametrize(
    ("code", "crashed"), [(0, False), (1, False), (-signal.SIGTERM, False), (-signal.SIGKILL, True), (0xC0000005, True)]
)
def test_which_exit_codes_are_crashes(code: int, crashed: bool) -> None:
    """What was asked to end, or says why it ends, has not crashed."""
    assert has_crashed(code) is crashed
