"""A joined store server's side jobs with headquarters, started and stopped with the server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kassa_server.channel import Channel
from kassa_server.joined.downloading import Downloader
from kassa_server.joined.link import Link
from kassa_server.joined.membership import Membership
from kassa_server.joined.packages import FetchedPackages
from kassa_server.joined.pins import Pins
from kassa_server.joined.relay import Relay
from kassa_server.joined.rounds import Rounds
from kassa_server.joined.status import PACKAGES, TRANSACTIONS, note_contact
from kassa_server.joined.uploading import Uploader

EVERY_S = 30.0
"""How often headquarters is asked for something new, and told that this store server lives and where its registers'
journals stand. What registers deliver goes up at once."""


@dataclass(frozen=True)
class JoinedSettings:
    """How a joined store server runs.

    :param folder: its data directory.
    :param address: where registers reach it; ``fingerprint`` of its CA.
    :param every_s: how often headquarters is asked.
    """

    membership: Membership
    folder: Path
    address: str = ""
    fingerprint: str = ""
    every_s: float = EVERY_S


class Joined:
    """What runs beside the answers to registers."""

    def __init__(self, settings: JoinedSettings, channel: Channel) -> None:
        self._channel = channel
        self.database_id = settings.membership.database_id
        self._link = Link(settings.membership, channel.environment)
        self.uploader = Uploader(channel, self._link, settings.address, settings.fingerprint)
        pins = Pins(channel, settings.membership, settings.folder)
        self._packages = FetchedPackages(self._link, settings.folder / "packages")
        self.relay = Relay(channel, pins, self._packages)
        self.downloader = Downloader(channel, self._link, pins, self._packages, self.relay)
        self._up = Rounds(
            "kassa-upload", self.uploader.round, self._note_up, channel.environment, interval_s=settings.every_s
        )
        self._down = Rounds(
            "kassa-download", self.downloader.round, self._note_down, channel.environment, interval_s=settings.every_s
        )

    def start(self) -> None:
        """Begin."""
        self._up.start()
        self._down.start()

    def stop(self) -> None:
        """End; what waits stays in the channel database."""
        self._packages.stop()
        self._link.close()
        self._up.stop()
        self._down.stop()

    def new_entries(self) -> None:
        """A register has delivered."""
        self._up.wake()

    def something_unknown(self) -> None:
        """Somebody came with a code that is not known here: it may be on its way."""
        self._down.wake()

    def _note_up(self, error: Exception | None) -> None:
        refused = "; ".join(self.uploader.refused)
        note_contact(self._channel, TRANSACTIONS, error, waiting=self.uploader.waiting, refused=refused)

    def _note_down(self, error: Exception | None) -> None:
        note_contact(self._channel, PACKAGES, error, refused=self.downloader.warning)
