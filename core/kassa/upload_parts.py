"""An entry in parts: the way through for one that nothing between register and store server lets through whole.

Some proxies take no large bodies, some refuse a body for what it happens to hold. In parts each body is small, and
says something else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from kassa.errors import TooLarge
from kassa.protocol import JournalAcknowledgement, JournalPart, PartTaken

LARGEST_PART, SMALLEST_PART = 128 * 1024, 512
"""Bytes, before they are encoded."""


def send_in_parts(body: bytes, post: Callable[[JournalPart], PartTaken]) -> JournalAcknowledgement | None:
    """Send a compressed body in parts, smaller ones for as long as they do not get through.

    :param post: sends a part; raises TooLarge where one does not get through.
    :returns: None: the store server has got all of them and wants them again.
    :raises TooLarge: not in the smallest parts either.
    """
    size = min(LARGEST_PART, max(SMALLEST_PART, len(body) // 2))
    while True:
        try:
            return _send(body, size, post)
        except TooLarge as refusal:
            if refusal.by_store_server or size == SMALLEST_PART:
                raise
            size = max(SMALLEST_PART, size // 4)


def _send(body: bytes, size: int, post: Callable[[JournalPart], PartTaken]) -> JournalAcknowledgement | None:
    upload, count = hashlib.sha256(body).hexdigest(), -(-len(body) // size)
    answer = PartTaken()
    for number in range(count):
        answer = post(JournalPart(upload, number, count, body[number * size : (number + 1) * size]))
    return answer.acknowledgement
