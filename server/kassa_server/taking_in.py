"""Entries stored and posted in one transaction, which spares the database half of the work, where that can be: what
registers deliver to a store server, and store servers to headquarters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from kassa_server.channel import Channel
from kassa_server.intake import Posting
from kassa_server.posting import NotAtOnce, Poster

Result = TypeVar("Result")


def take_in(channel: Channel, poster: Poster, log: Any, take: Callable[[Connection, Posting | None], Result]) -> Result:
    """What ``take`` comes to, in one transaction. It is handed how to post what is new; where that cannot be posted
    whole, both are undone, and it is called once more without: what is stored never depends on what could be posted.

    :raises Exception: what ``take`` raises.
    """
    try:
        with channel.writing() as connection:
            return take(connection, poster.post_fresh)
    except (NotAtOnce, IntegrityError) as error:
        log.info("posted_apart", reason=str(error)[:200])
    with channel.writing() as connection:
        return take(connection, None)
