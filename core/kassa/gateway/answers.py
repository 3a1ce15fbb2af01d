"""What is an answer (S1), and opening one: the answer's value, or the refusal raised as its own class."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import msgspec

from kassa.errors import NoAnswer
from kassa.gateway.failures import SERVER_ERROR, UNREACHABLE
from kassa.protocol import CONTENT_TYPE, NO_ANSWER_STATUSES, PROTOCOL_HEADER, SPOKEN, Answered
from kassa.text import Text, texts

_, n_ = texts("kassa")

LARGEST_ANSWER = 32 * 1024 * 1024
"""Bytes of an answer's body that are read before it is given up."""
LONGEST_WAIT_S = 300.0
"""However long a ``Retry-After`` asks for: sales are not kept waiting for a day by one wrong header."""


def check_answer(status: int, headers: Mapping[str, str], where: str) -> None:
    """Look at a response's status and headers alone.

    :raises NoAnswer: it is not an answer of a store server.
    """
    if status in NO_ANSWER_STATUSES:
        raise NoAnswer(
            _("The store server is in trouble (status {status}).", status=str(status)),
            reason=SERVER_ERROR, where=f"{where}: {status}", status=status, retry_after_s=retry_after(headers),
        )  # fmt: skip
    content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != CONTENT_TYPE or not headers.get(PROTOCOL_HEADER, "").strip().isdigit():
        raise NoAnswer(
            _("Something else than the store server answered. Does the network want a log on?"),
            reason=SERVER_ERROR if status > 500 else UNREACHABLE, where=f"{where}: {status} {content_type}",
            status=status,
        )  # fmt: skip


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that ``Retry-After`` asks to wait, at most :data:`LONGEST_WAIT_S`; None: it asks for nothing that can
    be read. A date is counted from the ``Date`` beside it, so that no clock of this machine matters."""
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return min(float(said), LONGEST_WAIT_S)
    try:
        wait = (parsedate_to_datetime(said) - parsedate_to_datetime(headers.get("date", ""))).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(wait, 0.0), LONGEST_WAIT_S)


async def read_body(response: httpx.Response, largest: int, where: str) -> bytes:
    """The whole body.

    :raises NoAnswer: it is larger than ``largest`` bytes.
    """
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > largest:
            what = _("The store server's answer is too large.")
            raise NoAnswer(what, reason=SERVER_ERROR, where=f"{where}: over {largest} bytes")
    return bytes(body)


def open_answer(body: bytes, protocol: int, answer: Any, where: str) -> tuple[Any, datetime | None]:
    """The answer's value, of type ``answer``, and the store server's time if it says it.

    :raises Refusal: the answer is no; the class that its code names.
    :raises NoAnswer: the body is not what a store server answers.
    """
    try:
        answered = msgspec.json.decode(body, type=Answered)
        if answered.refusal is not None:
            raise answered.refusal.error()
        if protocol not in SPOKEN:
            raise NoAnswer(_other_version(), reason=SERVER_ERROR, where=f"{where}: protocol {protocol}")
        return msgspec.json.decode(_value(body, answered, answer), type=answer), answered.server_time
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        what = _("The store server's answer cannot be read.")
        raise NoAnswer(what, reason=SERVER_ERROR, where=f"{where}: {error}") from error


def _value(body: bytes, answered: Answered, answer: Any) -> bytes | msgspec.Raw:
    if bytes(answered.answer):
        return answered.answer
    # Null is left out of an envelope; and what is posted (journal, activation) may be answered without one.
    return b"null" if answer in (None, type(None)) else body


def _other_version() -> Text:
    return _("The store server speaks another version of Kassa.")
