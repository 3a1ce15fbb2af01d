"""Answers as they travel: content type, protocol version, refusals with their HTTP status."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from starlette.background import BackgroundTask
from starlette.responses import PlainTextResponse, Response

from kassa.errors import REFUSALS, NotAllowed, ProtocolNotSpoken, Refusal
from kassa.protocol import CONTENT_TYPE, PROTOCOL, PROTOCOL_HEADER, SPOKEN, Answered, RefusalMessage
from kassa.text import literal, texts

_, n_ = texts("kassa_server")

_WITH_SERVER_TIME = 2
"""The first protocol version whose answers tell the server's time."""


def negotiate(headers: Mapping[str, str]) -> int:
    """The protocol version to answer in: the one that the register speaks.

    :raises ProtocolNotSpoken: this server does not speak it.
    """
    asked = headers.get(PROTOCOL_HEADER, "")
    for version in SPOKEN:
        if asked == str(version):
            return version
    raise ProtocolNotSpoken(
        _("Register and store server do not speak the same version of Kassa."),
        hint=_("Call support: one of them must be updated."),
        where=f"{literal(asked[:10])} not in {SPOKEN}",
    )


def message_of(refusal: Refusal) -> RefusalMessage:
    """A refusal as it travels."""
    override = refusal.override if isinstance(refusal, NotAllowed) else False
    return RefusalMessage(refusal.code, refusal.what, refusal.hint, refusal.where, override)


def answered(answer: bytes, protocol: int, now: datetime, background: BackgroundTask | None = None) -> Response:
    """An answer; ``answer`` is its JSON."""
    return _response(Answered(answer=msgspec.Raw(answer)), 200, protocol, now, background)


def refused(
    refusal: RefusalMessage, protocol: int, now: datetime, background: BackgroundTask | None = None
) -> Response:
    """An answer that says no."""
    kind = REFUSALS.get(refusal.code, Refusal)
    return _response(Answered(refusal=refusal), kind.status, protocol, now, background)


def no_answer() -> Response:
    """Something went wrong here: no answer in the sense of S1, and nothing told of what it was."""
    return PlainTextResponse("internal error", 500)


def _response(body: Answered, status: int, protocol: int, now: datetime, background: BackgroundTask | None) -> Response:
    if protocol >= _WITH_SERVER_TIME:
        body = msgspec.structs.replace(body, server_time=now)
    headers: dict[str, Any] = {PROTOCOL_HEADER: str(protocol)}
    return Response(msgspec.json.encode(body), status, headers, CONTENT_TYPE, background)


BEST = PROTOCOL
"""Refusals to speak at all are worded in this version."""
