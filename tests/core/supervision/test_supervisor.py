"""The supervisor: what it starts again, what it leaves alone, and what it notes. Real processes, really killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tests.core.supervision.children import PATIENCE_S

from kassa.supervision.pipe import inherited
from kassa.supervision.stops import TRACE_FILE, Stop, folder_of, take_stop
from kassa.supervision.supervisor import MOST_STARTS, Supervisor, has_crashed
from kassa.testing.shop import wait_until

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def path(monkeypatch: pytest.MonkeyPatch) -> None:
    """The children find this package."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def command(folder: Path, *acts: str) -> list[str]:
    return [sys.executable, "-m", "tests.core.supervision.children", str(folder), *acts]


def supervise(folder: Path, *acts: str, end_patience_s: float = 60) -> int:
    """Processes that do these acts, one after another; the exit code."""
    watcher = Supervisor(
        command(folder, *acts), folder, patience_s=PATIENCE_S, end_patience_s=end_patience_s, longest_pause_s=0.1
    )
    return watcher.run()


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
    assert supervise(tmp_path, "hang_at_the_end", end_patience_s=PATIENCE_S) == 1
    assert len(lives(tmp_path)) == 1
    assert take_stop(tmp_path) is None


def test_what_ends_slowly_may_end(tmp_path: Path) -> None:
    """Closing databases and deliveries may take longer than a screen may stand still."""
    assert supervise(tmp_path, "slow_at_the_end") == 0
    assert len(lives(tmp_path)) == 1


@pytest.mark.parametrize(("acts", "code"), [(["crash_at_the_end"], 1), (["crash_again_at_the_end", "end"], 0)])
def test_what_crashes_while_it_ends_held_nobody_up(tmp_path: Path, acts: list[str], code: int) -> None:
    """A library that dies when it is torn down: what was closed stays closed, what wanted to be started again is, and
    no plugin is blamed."""
    assert supervise(tmp_path, *acts) == code
    assert len(lives(tmp_path)) == len(acts)
    assert take_stop(tmp_path) is None


def test_what_cannot_be_opened_after_a_restart_is_tried_again(tmp_path: Path) -> None:
    """Nobody is there to start it: new plugins get both of their tries, and the third start is with those before."""
    assert supervise(tmp_path, "again", "fail_to_open", "fail_to_open", "end") == 0
    assert len(lives(tmp_path)) == 4


def test_what_can_never_be_opened_is_given_up(tmp_path: Path) -> None:
    """With its own exit code; at once where a person has started it, who reads why."""
    assert supervise(tmp_path, "fail_to_open") == 4
    assert len(lives(tmp_path)) == 1
    (tmp_path / "lives").unlink()
    assert supervise(tmp_path, "again", "fail_to_open") == 4
    assert len(lives(tmp_path)) == 1 + MOST_STARTS


def test_a_process_knows_that_nobody_watches(tmp_path: Path) -> None:
    """The supervisor was killed: what it watched goes on, and knows that nothing would start it again."""
    ours, its = os.pipe()
    name, how = inherited(its)
    alone = subprocess.Popen([*command(tmp_path, "sell_alone"), name], **how)
    os.close(its)
    assert os.read(ours, 1)
    assert alone.poll() is None
    os.close(ours)
    assert alone.wait(30) == 0


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
