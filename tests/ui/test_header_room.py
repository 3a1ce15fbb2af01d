"""Who gets room in the bar on top."""

from __future__ import annotations

import pytest

from kassa_ui.widgets.header_room import Wanted, widths

PILL = Wanted(250, 104, keep=True)
CLOCK = Wanted(50, 50, keep=True)
STAFF = Wanted(120, 104, keep=True)
WAITING = Wanted(200, 104, keep=True)
REGISTER = Wanted(130, 104)
ALL = (PILL, CLOCK, STAFF, WAITING, REGISTER)


def test_all_whole_where_there_is_room() -> None:
    """With room for everything nothing is shortened."""
    assert widths(ALL, 1000, 20) == [250, 50, 120, 200, 130]


def test_the_less_important_goes_first() -> None:
    """Without room for all of it the register's name is left out, and nothing else is touched."""
    assert widths(ALL, 700, 20) == [250, 50, 120, 200, 0]


def test_the_last_of_what_is_kept_is_shortened_first() -> None:
    """Then what waits is shortened, then the person, then the pill; the time never."""
    assert widths(ALL, 600, 20) == [250, 50, 120, 120, 0]
    assert widths(ALL, 480, 20) == [162, 50, 104, 104, 0]


@pytest.mark.parametrize("room", [430, 500, 640, 700, 820, 1280])
def test_it_never_runs_over(room: int) -> None:
    """What is given fits, gaps included."""
    given = [width for width in widths(ALL, room, 20) if width]
    assert sum(given) + 20 * (len(given) - 1) <= room
