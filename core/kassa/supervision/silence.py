"""How long nothing was heard of a process, as far as it could have been heard."""

from __future__ import annotations

from pathlib import Path

LOOK_S = 1.0
_STARVED = 2


class Silence:
    """Counted in looks, about one a second: each adds the time since the one before, but never more than two seconds.

    So what the whole machine slept, or the one who looks was stopped, does not count, whichever clock counts it.

    :param patience_s: after so many seconds it has lasted too long.
    """

    def __init__(self, patience_s: float) -> None:
        self.patience_s = patience_s
        self._lasted = 0.0

    def broken(self) -> None:
        """Something was heard."""
        self._lasted = 0.0

    def goes_on(self, seconds: float) -> bool:
        """Nothing was heard for so many seconds more; whether it has lasted too long."""
        self._lasted += min(max(seconds, 0.0), _STARVED * LOOK_S)
        return self._lasted > self.patience_s


def is_held(process_id: int) -> bool:
    """Whether somebody holds the process: a debugger traces it, or it was stopped (Ctrl+Z). Known on Linux only;
    elsewhere False."""
    try:
        lines = Path(f"/proc/{process_id}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return False
    facts = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
    return facts.get("State", "").startswith(("T", "t")) or facts.get("TracerPid", "0").strip() != "0"
