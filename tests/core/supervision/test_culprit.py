"""Whose code held the process, by what faulthandler has written."""

from __future__ import annotations

import pytest

from kassa.supervision.culprit import Culprit, find_culprit

PLACES = {"acme": ("/site/acme",), "other": ("/site/other.py",), "acme_more": ("/site/acme_more",)}
WAITS = '  File "/usr/lib/python3.11/threading.py", line 320 in wait\n'
MATCHES = '  File "/usr/lib/python3.11/re/__init__.py", line 166 in match\n'
ACME = '  File "/site/acme/rules.py", line 12 in run\n'
OTHER = '  File "/site/other.py", line 3 in other\n'
KASSA = '  File "/site/kassa/register/lanes.py", line 90 in _run\n'
SLEEPS = '  File "/site/kassa_ui/app.py", line 9 in run\n'


def trace(*threads: str, head: str = "Timeout (0:00:45)!") -> str:
    """As it is written: the main thread last."""
    return (
        head + "\n" + "\n".join(f"Thread 0x00007f{n} (most recent call first):\n{one}" for n, one in enumerate(threads))
    )


@pytest.mark.parametrize(
    ("threads", "plugin"),
    [
        ((MATCHES + ACME + KASSA, SLEEPS), "acme"),
        ((WAITS + OTHER, MATCHES + ACME, SLEEPS), "acme"),
        ((MATCHES + OTHER, MATCHES + ACME, SLEEPS), None),
        ((WAITS + OTHER, WAITS + ACME, SLEEPS), None),
        ((WAITS + OTHER, WAITS + ACME), "acme"),
        ((KASSA, SLEEPS), None),
        ((), None),
    ],
    ids=["one works", "one works, one waits", "two work", "all wait", "the screen waits", "nobody's", "nothing"],
)
def test_who_it_was(threads: tuple[str, ...], plugin: str | None) -> None:
    """A thread that waits holds nobody up, unless it is the screen's; of two that work it is not known."""
    found = find_culprit(trace(*threads), PLACES)
    assert (None if found is None else found.plugin) == plugin


def test_where_it_was() -> None:
    """The innermost line of the plugin's own, in the last trace that was written."""
    both = trace(MATCHES + OTHER) + "\n" + trace(MATCHES + ACME + KASSA)
    assert find_culprit(both, PLACES) == Culprit("acme", "/site/acme/rules.py:12")


def test_a_crash_names_the_thread() -> None:
    """Of a crash it is known which thread did it, whatever the others do."""
    crashed = "Fatal Python error: Segmentation fault\n\nCurrent thread 0x1 (most recent call first):\n" + OTHER
    crashed += "\nThread 0x2 (most recent call first):\n" + ACME
    assert find_culprit(crashed, PLACES) == Culprit("other", "/site/other.py:3")
