"""What goes over the wire between a store server and headquarters, where the two are apart.

::

    POST /v1/channel/join        JoinRequest -> JoinAnswer                one-time code, no signature
    POST /v1/channel/series      SeriesReport -> SeriesPositions          what is there, and how far headquarters is
    POST /v1/channel/journal     ChannelBatch -> JournalAcknowledgement   entries of one series
    POST /v1/channel/journal/parts   JournalPart -> PartTaken             one of them that does not get through whole
    POST /v1/channel/conflicts   ConflictBatch -> Taken                   what store servers keep for a person
    POST /v1/channel/packages    ListsRequest -> ListsAnswer              signed lists, its own and its registers'
    GET  /v1/channel/packages/<id>   a data package, by ranges if wanted

All but the first are signed by the store server's key (:func:`signed_text`). Bodies are zstd; answers are Kassa's own
(:mod:`kassa.protocol`), so a captive portal is never taken for headquarters.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

import msgspec

from kassa.packages.listing import SessionOrder, Signed, SyncReport
from kassa.protocol import JournalBatch, RefusalMessage

JOIN = "/v1/channel/join"
SERIES = "/v1/channel/series"
JOURNAL = "/v1/channel/journal"
PARTS = "/v1/channel/journal/parts"
CONFLICTS = "/v1/channel/conflicts"
PACKAGES = "/v1/channel/packages"
STORE_SERVER_HEADER = "Kassa-Store-Server"


def signed_text(method: str, path: str, body: bytes, at: str) -> bytes:
    """The text that a store server signs for a request; ``body`` as it is sent."""
    return "\n".join(("kassa-store-server", method, path, hashlib.sha256(body).hexdigest(), at)).encode()


class JoinRequest(msgspec.Struct, frozen=True):
    """A machine asks to become a channel database's store server. ``public_key`` is raw Ed25519."""

    code: str
    public_key: bytes
    name: str = ""


class JoinAnswer(msgspec.Struct, frozen=True):
    """It is one now. ``key_sets``: headquarters' keys from the first set on, which it pins; ``plugin_key_sets``: of the
    keys that sign registers' sets of plugins; none from a headquarters that has no such keys yet."""

    store_server_id: str
    database_id: str
    name: str
    key_sets: tuple[Signed, ...]
    plugin_key_sets: tuple[Signed, ...] = ()


class DeviceFacts(msgspec.Struct, frozen=True):
    """A register's device. Its secret stays with the store server."""

    device_id: str
    name: str
    public_key: bytes
    activated_at: datetime
    replaced_at: datetime | None = None


class HeadFacts(msgspec.Struct, frozen=True):
    """A head as the device signed it, and when the store server got it."""

    packed: str
    signature: str
    received_at: datetime


class ConflictKey(msgspec.Struct, frozen=True, order=True):
    """Which entry in conflict: its sequence number and the digest that it is kept under."""

    sequence: int
    hash: str


class SeriesFacts(msgspec.Struct, frozen=True, omit_defaults=True):
    """A series as it stands in the store server: ``sequence`` entries are stored there."""

    series: str
    register_id: str
    number: int
    device: DeviceFacts
    opened_at: datetime
    sequence: int
    closed_at: datetime | None = None
    closed_sequence: int | None = None
    behind_at: datetime | None = None
    heads: tuple[HeadFacts, ...] = ()
    conflicts: tuple[ConflictKey, ...] = ()


class StoreServerReport(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a store server is: where registers reach it, and what waits there for headquarters."""

    address: str = ""
    fingerprint: str = ""
    waiting: int = 0
    refused: tuple[str, ...] = ()
    """What headquarters has not taken, a line each."""


class SeriesReport(msgspec.Struct, frozen=True):
    """Series that have changed since they were told of last, or all.

    :param awaited: commands of which the store server wants to know whether they are done at headquarters.
    """

    series: tuple[SeriesFacts, ...]
    report: StoreServerReport
    awaited: tuple[str, ...] = ()


class SeriesPosition(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far headquarters is: everything up to ``sequence``, whose hash (hexadecimal) is ``hash``.

    :param missing: of the conflicts told, those that headquarters lacks.
    :param refusal: headquarters does not take this series.
    """

    series: str
    sequence: int = 0
    hash: str = ""
    missing: tuple[ConflictKey, ...] = ()
    refusal: RefusalMessage | None = None


class SeriesPositions(msgspec.Struct, frozen=True):
    """The positions of the series told.

    :param done: of the commands awaited those that are done, each with the row version by which it was.
    """

    positions: tuple[SeriesPosition, ...]
    done: dict[str, int] = {}


class ChannelBatch(msgspec.Struct, frozen=True, omit_defaults=True):
    """Entries of one series, and the heads that they were read with."""

    batch: JournalBatch
    heads: tuple[HeadFacts, ...] = ()


class KeptConflict(msgspec.Struct, frozen=True):
    """An entry that contradicts what is stored, as the store server keeps it."""

    series: str
    sequence: int
    hash: str
    entry_id: str
    kind: str
    data: bytes
    reason: str
    received_at: datetime


class ConflictBatch(msgspec.Struct, frozen=True):
    """Some of them."""

    conflicts: tuple[KeptConflict, ...]


class RegisterReport(msgspec.Struct, frozen=True):
    """What a register has told its store server of its synchronisation, as it came at ``received_at``; ``polled_at``:
    when it was last heard of without anything new, since then."""

    register_id: str
    received_at: datetime
    report: SyncReport
    polled_at: datetime | None = None


class ListsRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a store server asks for its lists with.

    :param seen: the number of its own list; ``offline``: of those of its stores' registers, by store.
    :param keys: the number of the key set that it has.
    :param report: how its own last round went; ``reports``: what its registers have told since then.
    :param plugin_sets: the numbers of its registers' newest sets of plugins that it has, by register, and
        ``plugin_keys`` of the key set that signs them.
    """

    seen: int = 0
    keys: int = 0
    offline: dict[str, int] = {}
    report: SyncReport | None = None
    reports: tuple[RegisterReport, ...] = ()
    plugin_sets: dict[str, int] = {}
    plugin_keys: int = 0


class ListsAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """Lists that the store server does not have yet, and the key sets after its own.

    :param group: its channel database group, the scope of its own list.
    :param stores: the stores of that group.
    :param orders: what its registers are to do about their sessions and have not done yet, by register.
    :param plugin_sets: its registers' plugins, where it does not have that set yet, by register.
    """

    group: str
    stores: tuple[str, ...]
    package_list: Signed | None = None
    offline: dict[str, Signed] = {}
    key_sets: tuple[Signed, ...] = ()
    orders: dict[str, tuple[SessionOrder, ...]] = {}
    plugin_sets: dict[str, Signed] = {}
    plugin_key_sets: tuple[Signed, ...] = ()


class Taken(msgspec.Struct, frozen=True):
    """How many of what was sent are kept now."""

    count: int
