"""The store server over HTTP: a total deadline for each request, and nothing taken for an answer that is not one."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta
from ipaddress import ip_address
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

import msgspec

from kassa.environment import Environment
from kassa.errors import DeviceNotTrusted, SetupError
from kassa.gateway.carrier import Carrier, Parcel
from kassa.gateway.exchange import Exchange
from kassa.gateway.loop import LoopThread
from kassa.gateway.resolver import Resolver
from kassa.model import OfflineProfile
from kassa.protocol import RequestEnvelope
from kassa.runtime.request import Request, RequestContext
from kassa.text import literal, texts

_, n_ = texts("kassa")
Answer = TypeVar("Answer")

REQUESTS = "/v1/requests/"
SLICE_S = 0.25
"""How often the loop looks at the clock while a request is on its way: that clock may jump, as after sleep."""


class Signer(Protocol):
    """Signs what is sent: :class:`kassa.device.DeviceSigner`."""

    def headers(self, method: str, path: str, body: bytes) -> dict[str, str]:
        """The headers that say who asks, sign the request and carry the journal's signed head."""


class RemoteGateway:
    """A store server at an address (:class:`kassa.connection.RemoteGateway`).

    :param address: ``https://…``; ``http://…`` only on loopback.
    :param signer: None: nothing is signed (before activation).
    :param trust: verifies the server's certificate, with the store's own CA; needed for ``https``.
    :param profile: the offline profile now: ``request_timeout_s`` and ``retry_count``.
    :param resolver: looks names up.
    :raises SetupError: the address cannot be used.
    """

    def __init__(
        self,
        address: str,
        environment: Environment,
        *,
        signer: Signer | None = None,
        trust: ssl.SSLContext | None = None,
        profile: Callable[[], OfflineProfile] = OfflineProfile,
        resolver: Resolver | None = None,
    ) -> None:
        self._address = check_address(address)
        self._environment = environment
        self._signer = signer
        self.on_untrusted: Callable[[], None] = lambda: None
        """Told, on the loop, when the store server has answered that it does not trust the device. It must not wait."""
        self._profile = profile
        self._mutex = threading.Lock()
        self._in_flight: set[Exchange] = set()
        self._carrier = Carrier(self._address, environment.clock, trust)
        self._thread = LoopThread("kassa-gateway")
        # The loop's own look-ups share a pool of threads that a few abandoned ones would fill.
        self._thread.loop.getaddrinfo = (resolver or Resolver()).getaddrinfo  # type: ignore[method-assign]
        self._thread.call(self._carrier.warm_up)

    @property
    def address(self) -> str:
        """The store server's base address."""
        return self._address

    def send(self, request: Request[Answer], context: RequestContext, *, timeout_s: float | None = None) -> Answer:
        """The answer to ``request``.

        :raises kassa.errors.Refusal: the answer is no.
        :raises kassa.errors.NoAnswer: anything that is not an answer.
        """
        return self.submit(request, context, timeout_s=timeout_s).result()

    def submit(
        self, request: Request[Answer], context: RequestContext, *, timeout_s: float | None = None
    ) -> Future[Answer]:
        """Like :meth:`send`, without waiting."""
        envelope = RequestEnvelope(context, msgspec.Raw(msgspec.json.encode(request)))
        return self._submit(REQUESTS + request.NAME, msgspec.json.encode(envelope), request.ANSWER, timeout_s)

    def post(
        self, path: str, body: bytes, answer: type[Answer], *, timeout_s: float | None = None, encoding: str = ""
    ) -> Answer:
        """The answer to ``body`` posted to ``path``, decoded as ``answer``; errors as for :meth:`send`."""
        return self.begin_post(path, body, answer, timeout_s=timeout_s, encoding=encoding).result()

    def begin_post(
        self, path: str, body: bytes, answer: type[Answer], *, timeout_s: float | None = None, encoding: str = ""
    ) -> Future[Answer]:
        """Like :meth:`post`, without waiting."""
        return self._submit(path, body, answer, timeout_s, encoding)

    def _submit(self, path: str, body: bytes, answer: Any, timeout_s: float | None, encoding: str = "") -> Future[Any]:
        profile = self._profile()
        total = profile.request_timeout_s if timeout_s is None else timeout_s
        exchange = Exchange(self._environment.clock, total, f"POST {self._address}{path}")
        headers = {} if self._signer is None else self._signer.headers("POST", path, body)
        if encoding:
            headers = {**headers, "Content-Encoding": encoding}
        parcel = Parcel(path, body, headers, answer, max(0, profile.retry_count))
        with self._mutex:
            self._in_flight.add(exchange)
        exchange.future.add_done_callback(lambda _future: self._ended(exchange))
        if not self._thread.call(self._begin, exchange, parcel):
            exchange.cut_off()
        return exchange.future

    def _begin(self, exchange: Exchange, parcel: Parcel) -> None:
        """On the loop: carry the parcel, and watch the deadline."""
        if exchange.settled:
            return
        task = self._thread.start(self._carrier.carry(exchange, parcel))
        exchange.stop = lambda: self._thread.call(task.cancel)
        if exchange.future.done():  # cut off before there was anything to stop
            task.cancel()
        self._watch(exchange)

    def _watch(self, exchange: Exchange) -> None:
        left = exchange.left()
        if exchange.settled:
            return
        if left <= 0:
            exchange.time_out()
        else:
            self._thread.loop.call_later(min(left, SLICE_S), self._watch, exchange)

    def _ended(self, exchange: Exchange) -> None:
        with self._mutex:
            self._in_flight.discard(exchange)
        if isinstance(exchange.future.exception(timeout=0), DeviceNotTrusted):
            self.on_untrusted()

    def cancel_all(self) -> None:
        """Cut off every request in flight; each raises :class:`kassa.errors.Canceled`."""
        with self._mutex:
            in_flight = list(self._in_flight)
        for exchange in in_flight:
            exchange.cut_off()

    def clock_offset(self) -> timedelta | None:
        """What to add to this machine's clock to get the store server's; None: not known (protocol 1, no answer)."""
        return self._carrier.clock_offset

    def latency_s(self) -> float | None:
        """How long the last answer took."""
        return self._carrier.latency_s

    def close(self) -> None:
        """Cut everything off and end the thread."""
        self._thread.close(self._carrier.close)
        self.cancel_all()


def check_address(address: str) -> str:
    """``address`` without a slash at its end.

    :raises SetupError: it is no address of a store server, or is plain HTTP off this machine.
    """
    try:
        parts = urlsplit(address)
        host, scheme, _port = parts.hostname, parts.scheme, parts.port
    except ValueError:
        host, scheme = None, ""
    if scheme not in ("http", "https") or not host:
        raise SetupError(
            _("“{address}” is not the address of a store server.", address=literal(address)),
            hint=_("Write it as https://name or https://name:port."), where=address,
        )  # fmt: skip
    if scheme == "http" and not _is_loopback(host):
        raise SetupError(
            _("A store server on another machine must be reached by https."),
            hint=_("Write its address with https://."), where=address,
        )  # fmt: skip
    return address.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
