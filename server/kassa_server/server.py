"""The store server without HTTP around it: a request's headers and body in, a response out. Synchronous; any thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec
from sqlalchemy import Connection
from starlette.background import BackgroundTask
from starlette.responses import Response

from kassa.compressed import ENCODING, opened
from kassa.device import SignedHead
from kassa.errors import NotAllowed, NotFound, NotServed, Refusal
from kassa.packages.listing import ListAnswer, ListRequest, Signed
from kassa.protocol import (
    PROTOCOL_HEADER,
    ActivationRequest,
    JournalAcknowledgement,
    JournalBatch,
    JournalPart,
    PartTaken,
    RequestEnvelope,
)
from kassa.text import texts
from kassa_server.activation import activate
from kassa_server.answering import Answering, Headers, decoded
from kassa_server.answers import answered, message_of, refused
from kassa_server.channel import Channel
from kassa_server.commands import Outcome
from kassa_server.contacts import Contacts
from kassa_server.door import Caller, admit, check_caller
from kassa_server.headquarters.keys import PLUGINS, key_sets_after
from kassa_server.headquarters.package_files import StoredFile
from kassa_server.headquarters.package_response import file_response
from kassa_server.headquarters.plugins.sets import newest_set, wheel_for
from kassa_server.headquarters.polling import poll_state
from kassa_server.headquarters.reports import keep_report
from kassa_server.headquarters.returning_devices import take_introduction
from kassa_server.headquarters.scopes import Scope, scope_of_store
from kassa_server.headquarters.session_orders import orders_for
from kassa_server.headquarters.sessions import note_requested
from kassa_server.headquarters.shelf import find_package
from kassa_server.heads import note_contact
from kassa_server.host import Call, Host
from kassa_server.intake import Posting, Taken, take_batch
from kassa_server.intake_parts import forget_parts, keep_part
from kassa_server.posting import Poster
from kassa_server.served_plugins import ServedPlugins
from kassa_server.taking_in import take_in

_, n_ = texts("kassa_server")


class PackageSource(Protocol):
    """Where lists and packages come from: made here, or handed on from headquarters elsewhere."""

    def find_file(self, package_id: str) -> StoredFile | None:
        """The file of a package that is listed; None: it is not there any more.

        :raises kassa_server.headquarters.package_files.StorageUnavailable: the storage does not answer.
        """

    def make_again(self, package_id: str) -> None:
        """See to it that there is another package in place of one whose file has gone."""

    def list_for(self, scope: Scope) -> tuple[int, Signed]:
        """The number and the list of a scope.

        :raises kassa.errors.Refusal: there is none.
        """


Handed = tuple[Caller, JournalBatch]


class StoreServer(Answering):
    """Answers registers from a channel database.

    :param host: runs the requests; made from the database's registers if None.
    :param distribution: has data packages; None: none are served.
    :param database_id: of the channel database, where headquarters is elsewhere.
    """

    def __init__(
        self,
        channel: Channel,
        host: Host | None = None,
        distribution: PackageSource | None = None,
        database_id: str | None = None,
    ) -> None:
        super().__init__(channel)
        self.distribution = distribution
        self.host = host or Host(channel)
        if distribution is not None:
            self.host.served = ServedPlugins(channel, distribution.find_file)
        self.contacts = Contacts(channel)
        self.poster = Poster(channel, self.host)
        self.database_id = database_id
        self.on_delivery: Callable[[], None] = lambda: None
        self.on_unknown_code: Callable[[], None] = lambda: None

    def request(self, name: str, path: str, headers: Headers, body: bytes) -> Response:
        """``POST /v1/requests/<name>``."""

        def work(protocol: int) -> Response:
            with self.channel.reading() as connection:
                caller = admit(connection, headers, ("POST", path), body)
            envelope = decoded(body, RequestEnvelope)
            check_caller(envelope.context, caller)
            try:
                outcome = self.host.answer(Call(name, bytes(envelope.request), envelope.context, caller))
            except Refusal as refusal:
                outcome = Outcome(refusal=message_of(refusal))
            return self._outcome(outcome, protocol, BackgroundTask(self._note_contact, caller.signed))

        return self.guarded(f"request {name}", headers, work)

    def journal(self, path: str, headers: Headers, body: bytes, largest: int) -> Response:
        """``POST /v1/journal``: store and acknowledge; then post, before the register hears of it, so that whoever
        reads after an acknowledgement reads what was delivered.

        :param largest: bytes that a compressed body may unpack to.
        """

        def hand_over(connection: Connection) -> Handed:
            caller = admit(connection, headers, ("POST", path), body, handing_over=True)
            return caller, decoded(_opened(headers, body, largest), JournalBatch)

        def work(protocol: int) -> Response:
            return answered(msgspec.json.encode(self._take_in(hand_over)), protocol, self.now())

        return self.guarded("journal", headers, work)

    def journal_part(self, path: str, headers: Headers, body: bytes, largest: int) -> Response:
        """``POST /v1/journal/parts``: keep a part; take in what they make once all are here.

        :param largest: bytes that the whole may have, and may unpack to.
        """

        def work(protocol: int) -> Response:
            with self.channel.writing() as connection:
                caller = admit(connection, headers, ("POST", path), body, handing_over=True)
                whole = keep_part(connection, caller.device_id, decoded(body, JournalPart), self.now(), largest)
            if whole is None:
                return answered(msgspec.json.encode(PartTaken()), protocol, self.now())
            batch = decoded(opened(whole, largest), JournalBatch)

            def hand_over(connection: Connection) -> Handed:
                forget_parts(connection, caller.device_id)
                return admit(connection, headers, ("POST", path), body, handing_over=True), batch

            return answered(msgspec.json.encode(PartTaken(self._take_in(hand_over))), protocol, self.now())

        return self.guarded("journal part", headers, work)

    def _take_in(self, hand_over: Callable[[Connection], Handed]) -> JournalAcknowledgement:
        def take(connection: Connection, post: Posting | None) -> tuple[Caller, JournalBatch, Taken]:
            caller, batch = hand_over(connection)
            return caller, batch, take_batch(connection, caller, batch, self.now(), post)

        caller, batch, taken = take_in(self.channel, self.poster, self.log, take)
        acknowledgement = taken.acknowledgement
        if acknowledgement.conflict is not None or acknowledgement.head_is_behind:
            self.log.error(
                "journal_conflict",
                register=caller.register_id,
                series=batch.series,
                entry=acknowledgement.conflict,
                head_is_behind=acknowledgement.head_is_behind,
            )
        if taken.waits:
            self._post(batch.series)
        self.on_delivery()
        return acknowledgement

    def activate(self, headers: Headers, body: bytes) -> Response:
        """``POST /v1/activate``."""

        def work(protocol: int) -> Response:
            request = decoded(body, ActivationRequest)
            try:
                with self.channel.writing() as connection:
                    answer = activate(connection, self.channel.environment, request, self.database_id)
            except NotAllowed:
                self.on_unknown_code()
                raise
            return answered(msgspec.json.encode(answer), protocol, self.now())

        return self.guarded("activate", headers, work)

    def introduce(self, headers: Headers, body: bytes) -> Response:
        """``POST /v1/introduce``: a device that is not known says who it is."""

        def work(protocol: int) -> Response:
            with self.channel.writing() as connection:
                answer = take_introduction(connection, headers, body)
            return answered(msgspec.json.encode(answer), protocol, self.now())

        return self.guarded("introduce", headers, work)

    def package_list(self, path: str, headers: Headers, body: bytes) -> Response:
        """``POST /v1/packages``: the list of data packages for the register's store, and its report taken. A poll that
        finds nothing new, of which there are thousands an hour, is not in the log."""
        at_rest = False

        def work(protocol: int) -> Response:
            nonlocal at_rest
            with self.channel.reading() as connection:
                caller = admit(connection, headers, ("POST", path), body)
                asked = decoded(body, ListRequest)
                state = poll_state(connection, caller.register_id, caller.store_id, self.now())
            if asked.report is None and state and state == asked.state:
                self.contacts.note(caller)
                at_rest = True
                return answered(msgspec.json.encode(ListAnswer(state=state)), protocol, self.now())
            if asked.report is not None:
                keep_report(self.channel, caller.register_id, asked.report)
            number, signed = self._list_for(caller.store_id)
            with self.channel.reading() as connection:
                key_sets = key_sets_after(connection, asked.keys)
                orders = orders_for(connection, caller.register_id)
                plugins = newest_set(connection, caller.register_id)
                plugin_keys = key_sets_after(connection, asked.plugin_keys, PLUGINS)
            answer = ListAnswer(None if number == asked.seen else signed, key_sets, orders, state)
            if plugins is not None:
                answer = msgspec.structs.replace(
                    answer, plugin_set=None if plugins[0] == asked.plugin_set else plugins[1],
                    plugin_key_sets=plugin_keys, served=self._serving(caller.register_id),
                )  # fmt: skip
            return answered(
                msgspec.json.encode(answer), protocol, self.now(), BackgroundTask(self._after_list, caller.signed)
            )

        return self.guarded("package list", headers, work, lambda: not at_rest)

    def package(self, package_id: str, path: str, headers: Headers) -> Response:
        """``GET /v1/packages/<id>``: the file of a package that the register's store may have."""

        def work(protocol: int) -> Response:
            with self.channel.reading() as connection:
                caller = admit(connection, headers, ("GET", path), b"")
                row = find_package(connection, package_id, scope_of_store(caller.store_id))
                wheel = None if row is not None else wheel_for(connection, package_id, [caller.register_id])
            if wheel is not None and (file := self._distribution.find_file(package_id)) is not None:
                return file_response(file, headers, {PROTOCOL_HEADER: str(protocol)})
            file = None if row is None else self._distribution.find_file(package_id)
            if row is None:
                raise NotFound(_("There is no such data package any more."), where=package_id[:40])
            if file is None:
                return self._gone(package_id, protocol)
            if "range" not in headers:
                self._note_requested(caller.register_id, row.table_group, package_id)
            return file_response(file, headers, {PROTOCOL_HEADER: str(protocol)})

        return self.guarded("package", headers, work)

    def _serving(self, register_id: str) -> tuple[str, ...]:
        return () if self.host.served is None else self.host.served.serving(register_id)

    def _gone(self, package_id: str, protocol: int) -> Response:
        """A package is listed and its file is not there: another is made, or fetched, once the register knows."""
        refusal = NotFound(
            _("The file of this data package has gone. Headquarters makes another."), where=package_id[:40]
        )
        again = BackgroundTask(self._distribution.make_again, package_id)
        return refused(message_of(refusal), protocol, self.now(), again)

    def _list_for(self, store_id: str) -> tuple[int, Signed | None]:
        """The number and the list of a store; none for one whose registers have no offline database."""
        try:
            return self._distribution.list_for(scope_of_store(store_id))
        except NotFound:
            return 0, None

    @property
    def _distribution(self) -> PackageSource:
        if self.distribution is None:
            raise NotServed(_("This store server has no place for data packages."), where="no data directory")
        return self.distribution

    def _outcome(self, outcome: Outcome, protocol: int, after: BackgroundTask) -> Response:
        if outcome.refusal is not None:
            return refused(outcome.refusal, protocol, self.now(), after)
        assert outcome.answer is not None
        return answered(outcome.answer, protocol, self.now(), after)

    def _after_list(self, signed: SignedHead) -> None:
        self._note_contact(signed)
        try:
            if self.host.has_news():
                self.poster.post_served()
        except Exception:
            self.log.exception("posting_waits")

    def _note_contact(self, signed: SignedHead) -> None:
        try:
            note_contact(self.channel, signed)
        except Exception:
            self.log.exception("head_not_stored")

    def _note_requested(self, register_id: str, table_group: str, package_id: str) -> None:
        try:
            with self.channel.writing() as connection:
                note_requested(connection, register_id, table_group, package_id, self.now())
        except Exception:
            self.log.exception("session_not_noted")

    def _post(self, series: str) -> None:
        try:
            self.poster.post_series(series)
        except Exception:
            self.log.exception("posting_waits", series=series)


def _opened(headers: Headers, body: bytes, largest: int) -> bytes:
    """What a register of protocol 1 sends is not compressed."""
    return opened(body, largest) if headers.get("content-encoding") == ENCODING else body
