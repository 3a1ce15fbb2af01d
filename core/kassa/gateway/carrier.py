"""Carries one parcel to the store server and brings the answer: tries, fresh connections, protocol versions."""

from __future__ import annotations

import asyncio
import re
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from kassa.environment import Clock
from kassa.errors import Canceled, KassaError, NoAnswer, ProtocolNotSpoken
from kassa.gateway.exchange import CURRENT, Exchange
from kassa.protocol import CONTENT_TYPE, PROTOCOL_HEADER, SPOKEN
from kassa.text import texts

if TYPE_CHECKING:
    import httpx

    from kassa.gateway.transport import PoolTransport

_, n_ = texts("kassa")

FIRST_PAUSE_S = 0.1
"""Before the first of the offline profile's further tries; doubled before each one after it."""


@dataclass(frozen=True)
class Parcel:
    """What to send: ``answer`` is the type to decode as, ``retries`` how many further tries there are."""

    path: str
    body: bytes
    headers: dict[str, str]
    answer: Any
    retries: int


class Carrier:
    """Lives on the gateway's loop. ``clock_offset`` and ``latency_s`` may be read from anywhere."""

    def __init__(self, address: str, clock: Clock, trust: ssl.SSLContext | None) -> None:
        self.clock_offset: timedelta | None = None
        self.latency_s: float | None = None
        self._address = address
        self._clock = clock
        self._trust = trust
        self._protocol = SPOKEN[0]
        self._client: httpx.AsyncClient | None = None
        self._transport: PoolTransport | None = None

    def warm_up(self) -> None:
        """Make the client ready, before the first request needs it. httpx takes a tenth of a second to import: here
        it does so beside everything else that starts."""
        from kassa.gateway.transport import PoolTransport, open_client

        if self._client is None:
            self._transport = PoolTransport(self._trust)
            self._client = open_client(self._transport)

    async def close(self) -> None:
        """Close every connection."""
        if self._client is not None:
            await self._client.aclose()

    async def carry(self, exchange: Exchange, parcel: Parcel) -> None:
        """Send ``parcel`` and settle ``exchange``."""
        CURRENT.set(exchange)
        try:
            exchange.succeed(await self._with_tries(exchange, parcel))
        except asyncio.CancelledError:
            what = _("The request was cut off.")
            exchange.fail(Canceled(what, reason="unreachable", sent=exchange.sent, where=exchange.where))
            raise
        except KassaError as error:
            exchange.fail(error)

    async def _with_tries(self, exchange: Exchange, parcel: Parcel) -> Any:
        from kassa.gateway.failures import is_hopeless

        pause = FIRST_PAUSE_S
        for tries_left in range(parcel.retries, -1, -1):
            try:
                return await self._in_their_protocol(exchange, parcel)
            except NoAnswer as error:
                if not tries_left or is_hopeless(error) or exchange.left() <= pause:
                    raise
            await asyncio.sleep(pause)
            pause *= 2
        raise AssertionError("the last try returns or raises")

    async def _in_their_protocol(self, exchange: Exchange, parcel: Parcel) -> Any:
        protocol = self._protocol
        try:
            return await self._on_a_live_connection(exchange, parcel, protocol)
        except ProtocolNotSpoken as refusal:
            other = other_protocol(protocol, refusal.where)
            if other is None:
                raise
        answer = await self._on_a_live_connection(exchange, parcel, other)
        self._protocol = other
        return answer

    async def _on_a_live_connection(self, exchange: Exchange, parcel: Parcel, protocol: int) -> Any:
        """A kept connection may have died without a word: one more try, on a fresh one (S1)."""
        exchange.begin_try()
        try:
            return await self._once(exchange, parcel, protocol)
        except NoAnswer:
            if exchange.fresh or exchange.received:
                raise
        assert self._transport is not None
        await self._transport.drop_idle()
        exchange.begin_try()
        return await self._once(exchange, parcel, protocol)

    async def _once(self, exchange: Exchange, parcel: Parcel, protocol: int) -> Any:
        from kassa.gateway.failures import no_answer

        try:
            return await self._exchange(exchange, parcel, protocol)
        except KassaError:
            raise
        except Exception as error:
            # Whatever it is, it is no answer; and the till goes on.
            raise no_answer(error, sent=exchange.sent, where=exchange.where) from error

    async def _exchange(self, exchange: Exchange, parcel: Parcel, protocol: int) -> Any:
        from kassa.gateway import answers

        self.warm_up()
        assert self._client is not None
        headers = {
            **parcel.headers,
            "Content-Type": CONTENT_TYPE,
            "Accept": CONTENT_TYPE,
            PROTOCOL_HEADER: str(protocol),
        }
        request = self._client.build_request("POST", self._address + parcel.path, content=parcel.body, headers=headers)
        began = self._clock.monotonic()
        response = await self._client.send(request, stream=True)
        try:
            answers.check_answer(response.status_code, response.headers, exchange.where)
            body = await answers.read_body(response, answers.LARGEST_ANSWER, exchange.where)
        finally:
            await response.aclose()
        took = self._clock.monotonic() - began
        spoken = int(response.headers[PROTOCOL_HEADER])
        answer, server_time = answers.open_answer(body, spoken, parcel.answer, exchange.where)
        self._learn(took, server_time)
        return answer

    def _learn(self, took: float, server_time: datetime | None) -> None:
        self.latency_s = took
        if server_time is not None:
            # The server read its clock about half way through.
            self.clock_offset = server_time - (self._clock.utc() - timedelta(seconds=took / 2))


def other_protocol(tried: int, named: str) -> int | None:
    """The best other version that this side speaks and the server names in its refusal; None: there is none.

    :param named: the versions, as the refusal carries them: numbers in any writing. Without any, all are worth a try.
    """
    theirs = {int(number) for number in re.findall(r"\d+", named)}
    return next((mine for mine in SPOKEN if mine != tried and (not theirs or mine in theirs)), None)
