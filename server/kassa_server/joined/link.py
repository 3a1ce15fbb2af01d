"""The line to headquarters: what is sent is compressed and signed, and has a total deadline."""

from __future__ import annotations

import base64
from typing import Any, TypeVar

import msgspec

from kassa.compressed import ENCODING, compressed
from kassa.environment import Clock, Environment
from kassa.errors import NoAnswer
from kassa.gateway.remote import RemoteGateway
from kassa.protocol import SIGNATURE_HEADER, TIME_HEADER
from kassa.trust import context_for
from kassa.upload_line import raise_too_large
from kassa_server.headquarters.channel_messages import STORE_SERVER_HEADER, signed_text
from kassa_server.joined.membership import Membership

Answer = TypeVar("Answer")
TIMEOUT_S = 60.0
"""For one answer: a batch of half a megabyte over a slow line, and its posting."""


class StoreServerSigner:
    """Signs what a store server sends (:class:`kassa.gateway.remote.Signer`)."""

    def __init__(self, membership: Membership, clock: Clock) -> None:
        self._id = membership.store_server_id
        self._key = membership.private_key
        self._clock = clock

    def headers(self, method: str, path: str, body: bytes) -> dict[str, str]:
        """Who asks, when, and the signature over both and ``body``."""
        at = self._clock.utc().isoformat()
        signature = self._key.sign(signed_text(method, path, body, at))
        return {
            STORE_SERVER_HEADER: self._id,
            TIME_HEADER: at,
            SIGNATURE_HEADER: base64.urlsafe_b64encode(signature).decode(),
        }


class Link:
    """Headquarters, as a joined store server reaches it. Any thread."""

    def __init__(self, membership: Membership, environment: Environment) -> None:
        self.membership = membership
        self.signer = StoreServerSigner(membership, environment.clock)
        self.trust = context_for(membership.address, membership.ca_certificate)
        self._remote = RemoteGateway(membership.address, environment, signer=self.signer, trust=self.trust)

    def post(self, path: str, message: Any, answer: type[Answer]) -> Answer:
        """The answer to a message.

        :raises kassa.errors.NoAnswer: none came.
        :raises kassa.errors.TooLarge: headquarters, or something on the way to it, takes nothing of that size.
        :raises kassa.errors.Refusal: it is no.
        """
        try:
            return self.send(path, compressed(msgspec.json.encode(message)), answer, encoding=ENCODING)
        except NoAnswer as error:
            raise_too_large(error)
            raise

    def send(
        self, path: str, body: bytes, answer: type[Answer], *, timeout_s: float | None = None, encoding: str = ""
    ) -> Answer:
        """The answer to a body (:class:`kassa.upload_line.Post`); errors as for a gateway."""
        timeout_s = TIMEOUT_S if timeout_s is None else timeout_s
        return self._remote.post(path, body, answer, timeout_s=timeout_s, encoding=encoding)

    def close(self) -> None:
        """Cut off what is on its way."""
        self._remote.close()
