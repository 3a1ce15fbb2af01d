"""The pipe over which a register's process is heard: one byte a second, and what it is about to do."""

from __future__ import annotations

import os
import sys
from typing import Any

ALIVE, HELD, ENDING, AGAIN = b".", b"h", b"e", b"a"
"""It goes on; a person holds it (a debugger, a message to be read); it ends, for good, or to be started again."""
PATIENCE_S = 60.0
"""How long the screen may stand still."""
START_PATIENCE_S = 180.0
"""Until it first moves: plugins have 30 seconds for each hook at the start."""
END_PATIENCE_S = 180.0
"""Once the window has closed: plugins, deliveries and databases are closed one after another."""
RESTART_CODE = 75
"""The exit code of a process that wants to be started again."""


def inherited(end: int) -> tuple[str, dict[str, Any]]:
    """How a process is told of its end of a pipe: as text, and what :class:`subprocess.Popen` needs for that."""
    if sys.platform == "win32":
        import msvcrt
        import subprocess

        handle = msvcrt.get_osfhandle(end)
        os.set_handle_inheritable(handle, True)
        how = subprocess.STARTUPINFO(lpAttributeList={"handle_list": [handle]})
        return str(handle), {"startupinfo": how}
    return str(end), {"pass_fds": (end,), "process_group": 0}


def opened(told: str) -> int:
    """The end of the pipe that a process was told of. What the process starts itself does not get it.

    :raises OSError: there is no such pipe.
    :raises ValueError: it is not told as :func:`inherited` tells it.
    """
    if sys.platform == "win32":
        import msvcrt

        return msvcrt.open_osfhandle(int(told), os.O_WRONLY)
    end = int(told)
    os.set_inheritable(end, False)
    return end
