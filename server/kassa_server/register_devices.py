"""The devices of a register and their series: one ends, another opens."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from kassa.errors import InvalidInput
from kassa.journal.entry import GENESIS
from kassa.text import texts
from kassa_server.schema import device, returning_device, series

_, n_ = texts("kassa_server")


def close_register(connection: Connection, register_id: str, now: datetime) -> None:
    """The device that is the register is replaced, and its series closed at the last entry known."""
    mine = (device.c.register_id == register_id) & device.c.replaced_at.is_(None)
    connection.execute(update(device).where(mine).values(replaced_at=now))
    still_open = (series.c.register_id == register_id) & series.c.closed_at.is_(None)
    connection.execute(update(series).where(still_open).values(closed_at=now, closed_sequence=series.c.sequence))


def highest_series(connection: Connection, register_id: str) -> int:
    """The highest series number of a register that is known here, or that a device has told of which was activated
    after the backup."""
    opened = select(func.max(series.c.number)).where(series.c.register_id == register_id)
    told = select(func.max(returning_device.c.series_number)).where(returning_device.c.register_id == register_id)
    return max(int(connection.execute(one).scalar() or 0) for one in (opened, told))


def open_series(
    connection: Connection, register_id: str, device_id: str, opened: tuple[str, int], now: datetime
) -> None:
    """Open a series: its id and its number.

    :raises InvalidInput: that series is open already.
    """
    series_id, number = opened
    taken = connection.execute(select(series.c.series_id).where(series.c.series_id == series_id)).first()
    if taken is not None:
        raise InvalidInput(_("That series is open already."), hint=_("Call support: the register was copied."))
    connection.execute(
        insert(series).values(
            series_id=series_id,
            register_id=register_id,
            device_id=device_id,
            number=number,
            opened_at=now,
            sequence=0,
            hash=GENESIS,
        )
    )
