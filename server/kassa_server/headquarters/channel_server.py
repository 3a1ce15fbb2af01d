"""Headquarters as store servers see it: a request's headers and body in, a response out. Synchronous; any thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, update
from starlette.responses import Response

from kassa.compressed import ENCODING, opened
from kassa.errors import NotServed
from kassa.protocol import PROTOCOL_HEADER, JournalAcknowledgement, JournalPart, PartTaken
from kassa.text import texts
from kassa_server import intake
from kassa_server.answering import Answering, Headers, decoded
from kassa_server.answers import answered
from kassa_server.channel import Channel
from kassa_server.headquarters.channel_codes import join
from kassa_server.headquarters.channel_door import JoinedServer, admit_store_server
from kassa_server.headquarters.channel_intake import commands_done, take_channel_batch, take_conflicts, take_facts
from kassa_server.headquarters.channel_lists import keep_reports, lists_for, package_file
from kassa_server.headquarters.channel_messages import (
    CONFLICTS,
    JOURNAL,
    PACKAGES,
    PARTS,
    SERIES,
    ChannelBatch,
    ConflictBatch,
    JoinRequest,
    ListsRequest,
    SeriesPositions,
    SeriesReport,
    Taken,
)
from kassa_server.headquarters.distribution import Distribution
from kassa_server.headquarters.package_response import file_response
from kassa_server.intake import Posting
from kassa_server.intake_parts import forget_parts, keep_part
from kassa_server.posting import Poster
from kassa_server.schema import store_server
from kassa_server.taking_in import take_in

_, n_ = texts("kassa_server")

Asked = TypeVar("Asked")
Handed = tuple[JoinedServer, ChannelBatch]
LARGEST_OPENED = 64 * 1024 * 1024
"""Bytes of a body when it is unpacked: a hundred times a store server's batch."""


class ChannelServer(Answering):
    """Answers store servers that have joined.

    :param poster: posts what they send.
    :param distribution: makes what they fetch; None: nothing.
    """

    def __init__(self, channel: Channel, poster: Poster, distribution: Distribution | None = None) -> None:
        super().__init__(channel)
        self._poster = poster
        self._distribution = distribution

    def join(self, headers: Headers, body: bytes) -> Response:
        """``POST /v1/channel/join``."""

        def work(protocol: int) -> Response:
            request = decoded(_opened(headers, body), JoinRequest)
            with self.channel.writing() as connection:
                answer = join(connection, self.channel.environment, request)
            return answered(msgspec.json.encode(answer), protocol, self.now())

        return self.guarded("join", headers, work)

    def series(self, headers: Headers, body: bytes) -> Response:
        """``POST /v1/channel/series``: facts kept, positions answered."""

        def work(connection: Connection, caller: JoinedServer, told: SeriesReport) -> SeriesPositions:
            now = self.now()
            mine = store_server.c.store_server_id == caller.store_server_id
            report = told.report
            values = {"contact_at": now, "address": report.address, "fingerprint": report.fingerprint}
            document = msgspec.json.encode(report).decode()
            connection.execute(update(store_server).where(mine).values(**values, report=document))
            positions = tuple(take_facts(connection, caller, one, now) for one in told.series)
            return SeriesPositions(positions, commands_done(connection, caller, told.awaited))

        return self._signed(SERIES, headers, body, SeriesReport, work)

    def journal(self, headers: Headers, body: bytes) -> Response:
        """``POST /v1/channel/journal``: store, acknowledge and post, before the store server hears of it."""

        def hand_over(connection: Connection) -> Handed:
            caller = admit_store_server(connection, headers, "POST", JOURNAL, body)
            return caller, decoded(_opened(headers, body), ChannelBatch)

        def work(protocol: int) -> Response:
            return answered(msgspec.json.encode(self._take_in(hand_over)), protocol, self.now())

        return self.guarded(JOURNAL, headers, work)

    def journal_part(self, headers: Headers, body: bytes) -> Response:
        """``POST /v1/channel/journal/parts``: keep a part; take in what they make once all are here."""

        def work(protocol: int) -> Response:
            with self.channel.writing() as connection:
                caller = admit_store_server(connection, headers, "POST", PARTS, body)
                part = decoded(_opened(headers, body), JournalPart)
                whole = keep_part(connection, caller.store_server_id, part, self.now(), LARGEST_OPENED)
            if whole is None:
                return answered(msgspec.json.encode(PartTaken()), protocol, self.now())
            sent = decoded(opened(whole, LARGEST_OPENED), ChannelBatch)

            def hand_over(connection: Connection) -> Handed:
                forget_parts(connection, caller.store_server_id)
                return admit_store_server(connection, headers, "POST", PARTS, body), sent

            return answered(msgspec.json.encode(PartTaken(self._take_in(hand_over))), protocol, self.now())

        return self.guarded(PARTS, headers, work)

    def _take_in(self, hand_over: Callable[[Connection], Handed]) -> JournalAcknowledgement:
        def take(connection: Connection, post: Posting | None) -> tuple[JoinedServer, ChannelBatch, intake.Taken]:
            caller, sent = hand_over(connection)
            return caller, sent, take_channel_batch(connection, caller, sent, self.now(), post)

        caller, sent, taken = take_in(self.channel, self._poster, self.log, take)
        if taken.acknowledgement.conflict is not None:
            self.log.error("journal_conflict", store_server=caller.name, series=sent.batch.series)
        try:
            if taken.waits:
                self._poster.post_series(sent.batch.series)
            self._poster.post_parked_commands()
        except Exception:
            self.log.exception("posting_waits", path=JOURNAL)
        return taken.acknowledgement

    def conflicts(self, headers: Headers, body: bytes) -> Response:
        """``POST /v1/channel/conflicts``."""

        def work(connection: Connection, caller: JoinedServer, sent: ConflictBatch) -> Taken:
            return Taken(take_conflicts(connection, caller, sent.conflicts))

        return self._signed(CONFLICTS, headers, body, ConflictBatch, work)

    def lists(self, headers: Headers, body: bytes) -> Response:
        """``POST /v1/channel/packages``: signed lists; what registers have told is kept."""

        def work(protocol: int) -> Response:
            with self.channel.reading() as connection:
                caller = admit_store_server(connection, headers, "POST", PACKAGES, body)
            asked = decoded(_opened(headers, body), ListsRequest)
            keep_reports(self.channel, caller, asked)
            answer = lists_for(self.channel, self._made, caller, asked)
            return answered(msgspec.json.encode(answer), protocol, self.now())

        return self.guarded("channel lists", headers, work)

    def package(self, package_id: str, headers: Headers) -> Response:
        """``GET /v1/channel/packages/<id>``."""

        def work(protocol: int) -> Response:
            path = f"{PACKAGES}/{package_id}"
            with self.channel.reading() as connection:
                caller = admit_store_server(connection, headers, "GET", path, b"")
            file = package_file(self.channel, self._made, caller, package_id)
            return file_response(file, headers, {PROTOCOL_HEADER: str(protocol)})

        return self.guarded("channel package", headers, work)

    @property
    def _made(self) -> Distribution:
        if self._distribution is None:
            raise NotServed(_("Headquarters has no place for data packages."), where="no data directory")
        return self._distribution

    def _signed(
        self,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        kind: type[Asked],
        work: Callable[[Connection, JoinedServer, Asked], Any],
    ) -> Response:
        """A request of a store server that has joined: admitted, done in one transaction, answered."""

        def guarded(protocol: int) -> Response:
            with self.channel.writing() as connection:
                caller = admit_store_server(connection, headers, "POST", path, body)
                asked = decoded(_opened(headers, body), kind)
                answer = work(connection, caller, asked)
            return answered(msgspec.json.encode(answer), protocol, self.now())

        return self.guarded(path, headers, guarded)


def _opened(headers: Mapping[str, str], body: bytes) -> bytes:
    return opened(body, LARGEST_OPENED) if headers.get("content-encoding") == ENCODING else body
