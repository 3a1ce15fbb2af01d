"""A joined store server's side jobs with headquarters, started and stopped with the server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kassa_server.channel import Channel
from kassa_server.joined.link import Link
from kassa_server.joined.membership import Membership
from kassa_server.joined.rounds import Rounds
from kassa_server.joined.status import TRANSACTIONS, note_contact
from kassa_server.joined.uploading import Uploader

UPLOAD_EVERY_S = 30.0
"""When nothing is new: heads travel up, and headquarters sees that the store server lives."""


@dataclass(frozen=True)
class JoinedSettings:
    """How a joined store server runs.

    :param folder: its data directory.
    :param address: where registers reach it; ``fingerprint`` of its CA.
    """

    membership: Membership
    folder: Path
    address: str = ""
    fingerprint: str = ""


class Joined:
    """What runs beside the answers to registers."""

    def __init__(self, settings: JoinedSettings, channel: Channel) -> None:
        self._channel = channel
        self._link = Link(settings.membership, channel.environment)
        self._uploader = Uploader(channel, self._link, settings.address, settings.fingerprint)
        self._up = Rounds(
            "kassa-upload", self._uploader.round, self._note_up, channel.environment, interval_s=UPLOAD_EVERY_S
        )

    def start(self) -> None:
        """Begin."""
        self._up.start()

    def stop(self) -> None:
        """End; what waits stays in the channel database."""
        self._link.close()
        self._up.stop()

    def new_entries(self) -> None:
        """A register has delivered."""
        self._up.wake()

    def _note_up(self, error: Exception | None) -> None:
        refused = "; ".join(self._uploader.refused)
        note_contact(self._channel, TRANSACTIONS, error, waiting=self._uploader.waiting, refused=refused)
