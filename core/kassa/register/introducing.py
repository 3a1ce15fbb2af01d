"""A store server that does not know this device: it may have been restored from a backup older than the activation."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import msgspec
import structlog

from kassa.activation_proof import PATH, Introduced, Introduction
from kassa.device import DeviceKey
from kassa.environment import Environment
from kassa.gateway.remote import RemoteGateway
from kassa.journal import Journal
from kassa.packages.listing import Signed

ACTIVATION_PROOF = ("kassa", "activation_proof")
"""The setting in the journal that keeps it, as JSON of a :class:`kassa.packages.listing.Signed`."""
EVERY_S = 60.0
"""So often a device that stays unknown says who it is, at the most."""


class Introducing:
    """Shows what the device was given at its activation. Nobody waits for it."""

    def __init__(self, journal: Journal, key: DeviceKey, remote: RemoteGateway, environment: Environment) -> None:
        self._proof = journal.setting(*ACTIVATION_PROOF)
        self._secret = key.secret
        self._remote = remote
        self._clock = environment.clock
        self._not_before: float | None = None
        self._log = structlog.get_logger("kassa.register")

    def introduce(self) -> None:
        """The store server does not trust this device: say who it is. A device without a proof says nothing."""
        now = self._clock.monotonic()
        if self._proof is None or (self._not_before is not None and now < self._not_before):
            return
        self._not_before = now + EVERY_S
        body = msgspec.json.encode(Introduction(msgspec.json.decode(self._proof, type=Signed), self._secret))
        self._remote.begin_post(PATH, body, Introduced).add_done_callback(self._told)

    def _told(self, answer: Future[Any]) -> None:
        error = answer.exception(timeout=0)
        self._log.info("introduced", error=None if error is None else str(error))
