"""What holds for every test: Kivy without a screen, and long tests only when asked for."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from tests.postgresql import PostgreSQLServer

MSSQL = os.environ.get("KASSA_TEST_MSSQL_URL")
"""A database on a real SQL Server that the tests may fill with schemas."""

# Kivy reads these once, at its first import. Without them it takes the command line's arguments for its own, writes
# to the home directory and takes over the log.
KIVY = {
    "KIVY_NO_ARGS": "1",
    "KIVY_LOG_MODE": "PYTHON",
    "KIVY_NO_FILELOG": "1",
    "KIVY_NO_CONSOLELOG": "1",
    "SDL_VIDEODRIVER": "offscreen",
}

for name, value in KIVY.items():
    os.environ.setdefault(name, value)
if "KIVY_HOME" not in os.environ:
    os.environ["KIVY_HOME"] = tempfile.mkdtemp(prefix="kassa-kivy-")
    atexit.register(shutil.rmtree, os.environ["KIVY_HOME"], ignore_errors=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--soak",
        action="store_true",
        default=os.environ.get("KASSA_SOAK", "") not in ("", "0"),
        help="run the tests marked soak too (also: KASSA_SOAK=1)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """The ordinary run draws the same examples every time; the soak draws new ones, and more."""
    settings.register_profile("ordinary", derandomize=True, deadline=None, max_examples=50)
    settings.register_profile("soak", deadline=None, print_blob=True)
    settings.load_profile("soak" if config.getoption("--soak") else "ordinary")


ROOT = Path(__file__).parent.parent
LONG = (
    "tests/seed/test_setup_chapter.py",
    "tests/docs/test_install.py",
    "tests/replay/test_replay.py",
    "tests/partner/test_tutorial.py",
    "tests/ui/test_screens.py",
    "tests/docs/test_tutorial.py",
    "tests/partner/test_check.py",
    "tests/server/joined/test_chain.py",
    "tests/server/web/browser/test_journeys.py",
    "tests/partner/test_new.py",
    "tests/core/testing/test_states.py",
)
"""Files that take half a minute. They run first: at the end one worker would wait for the other."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long files first. Deselects the soak tests, and so counts them in the closing line, unless they were asked
    for."""
    places = {ROOT / file: place for place, file in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path, len(LONG)))
    if config.getoption("--soak"):
        return
    soak = [item for item in items if item.get_closest_marker("soak")]
    if soak:
        config.hook.pytest_deselected(items=soak)
        items[:] = [item for item in items if not item.get_closest_marker("soak")]


def pytest_sessionstart() -> None:
    """Every statement that the run sends to an engine is compiled for SQL Server too."""
    from tests.statements import listen

    listen()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A statement that SQL Server would not take fails the run; one of several workers leaves that to the whole run."""
    from tests.statements import FAULTS, hand_over

    if hasattr(session.config, "workeroutput"):
        hand_over(session.config.workeroutput)
    elif FAULTS and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """What a worker compiled, when it ends."""
    from tests.statements import take_over

    take_over(getattr(node, "workeroutput", {}))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What was compiled for SQL Server; and the one stated exception to *never skip silently*."""
    from tests.statements import COMPILED, FAULTS

    terminalreporter.write_line(f"T-SQL: {len(COMPILED)} statements of this run compiled, {len(FAULTS)} not fit")
    for statement, faults in FAULTS.items():
        terminalreporter.write_line(f"  {'; '.join(faults)}: {' '.join(statement.split())[:400]}")
    told = "RUN for the offline database; the channel database is SQLite or PostgreSQL so far"
    terminalreporter.write_line(f"SQL Server: {'NOT RUN (KASSA_TEST_MSSQL_URL names none)' if MSSQL is None else told}")


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgreSQLServer]:
    """A PostgreSQL server for the whole run."""
    from tests.postgresql import PostgreSQLServer

    server = PostgreSQLServer()
    yield server
    server.close()
