"""How a server of Kassa answers: the protocol negotiated, refusals as answers, anything else as none; logged."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

import msgspec
import structlog
from starlette.responses import Response

from kassa.errors import InvalidInput, Refusal
from kassa.protocol import DEVICE_HEADER
from kassa.text import texts
from kassa_server.answers import BEST, message_of, negotiate, no_answer, refused
from kassa_server.channel import Channel

_, n_ = texts("kassa_server")

Message = TypeVar("Message")
Headers = Mapping[str, str]
MESSAGE_PACK = range(0x80, 0x90)
"""A message in MessagePack begins with one of these, as a map of so many fields does; no JSON begins so."""


class Answering:
    """What store server and headquarters share: a database, a log, and the way of an answer."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.log = structlog.get_logger("kassa.server")

    def refuse(self, refusal: Refusal, headers: Headers) -> Response:
        """A refusal of something that was not looked at further."""

        def work(protocol: int) -> Response:
            return refused(message_of(refusal), protocol, self.now())

        return self.guarded("refused", headers, work)

    def guarded(
        self,
        what: str,
        headers: Headers,
        work: Callable[[int], Response],
        worth_telling: Callable[[], bool] = lambda: True,
    ) -> Response:
        """Negotiate, work, and turn what is raised into a refusal, or into no answer at all.

        :param worth_telling: asked when it is served: whether the log should say so.
        """
        started = time.perf_counter()
        protocol = BEST
        try:
            protocol = negotiate(headers)
            response = work(protocol)
        except Refusal as refusal:
            response = refused(message_of(refusal), protocol, self.now())
            self.log.info("refused", what=what, error_code=refusal.code, where=refusal.where)
        except Exception:
            self.log.exception("failed", what=what)
            response = no_answer()
        if not worth_telling():
            return response
        took = round((time.perf_counter() - started) * 1000, 1)
        self.log.info("served", what=what, device=headers.get(DEVICE_HEADER), status=response.status_code, ms=took)
        return response

    def now(self) -> datetime:
        """The time."""
        return self.channel.environment.clock.utc()


def decoded(body: bytes, kind: type[Message]) -> Message:
    """The message that a body is, in JSON or MessagePack.

    :raises InvalidInput: it does not read as one.
    """
    try:
        if body[:1] and body[0] in MESSAGE_PACK:
            return msgspec.msgpack.decode(body, type=kind)
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise InvalidInput(
            _("The store server could not read what the register sent."),
            hint=_("Call support: register and store server may need an update."),
            where=f"{kind.__name__}: {error}",
        ) from error
