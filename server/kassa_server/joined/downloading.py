"""Channel packages: master data from headquarters into a joined store server's channel database, each table group in
order, one transaction for each package with its checkpoint. A bad package stops its own table group; the rest go on,
and the store sells on the data it has."""

from __future__ import annotations

import structlog
from sqlalchemy.exc import SQLAlchemyError

from kassa.errors import KassaError, NoAnswer, Refusal
from kassa.packages.applying import Checkpoint, checkpoints
from kassa.packages.choosing import next_package
from kassa.packages.keys import is_expired, verify_list
from kassa.packages.listing import GroupReport, PackageEntry, PackageList, SyncReport
from kassa.packages.reading import open_package
from kassa.packages.verifying import verify_manifest
from kassa.text import texts
from kassa_server.channel import Channel
from kassa_server.headquarters.channel_messages import PACKAGES, ListsAnswer, ListsRequest
from kassa_server.joined.applying import apply_to_channel
from kassa_server.joined.link import Link
from kassa_server.joined.orders import keep_orders
from kassa_server.joined.packages import FetchedPackages
from kassa_server.joined.pins import Pins
from kassa_server.joined.plugin_sets import PluginSetRelay
from kassa_server.joined.relay import Relay
from kassa_server.joined.reports import NewReports
from kassa_server.joined.tries import Failures
from kassa_server.schema.groups import groups_for

_, n_ = texts("kassa_server")


class Downloader:
    """Brings the channel database up to headquarters' list, and hands the relay its own."""

    def __init__(self, channel: Channel, link: Link, pins: Pins, packages: FetchedPackages, relay: Relay) -> None:
        self._plugin_sets = PluginSetRelay(channel, packages)
        self._channel = channel
        self._link = link
        self._pins = pins
        self._packages = packages
        self._relay = relay
        self._reports = NewReports(channel)
        self._failures = Failures(channel.environment)
        self._listed: PackageList | None = None
        self._log = structlog.get_logger("kassa.server.downloading")

    @property
    def warning(self) -> str:
        """What is not as it should be, though the round went well."""
        if self._listed is not None and is_expired(self._listed, self._channel.environment.clock.utc()):
            return "the list of data packages has expired; the store goes on selling on the data it has"
        return ""

    def round(self) -> None:
        """One round.

        :raises NoAnswer: headquarters does not answer; what was applied stays.
        :raises KassaError: a table group could not be brought up to date; the others were.
        """
        self._pins.hand_on()
        answer = self._ask()
        errors = self._apply_all(answer.group)
        try:
            self._relay.take(answer.offline)
        except KassaError as error:
            errors.append(error)
        try:
            self._plugin_sets.take(answer)
        except KassaError as error:
            errors.append(error)
        if errors:
            raise errors[0]

    def _ask(self) -> ListsAnswer:
        reports = self._reports.take()
        request = ListsRequest(
            0 if self._listed is None else self._listed.number,
            self._pins.key_set.number,
            self._relay.numbers(),
            self._report(),
            reports,
            self._plugin_sets.numbers(),
            self._plugin_sets.key_set_number(),
        )
        answer = self._link.post(PACKAGES, request, ListsAnswer)
        self._reports.told(reports)
        self._pins.follow(answer.key_sets)
        with self._channel.writing() as connection:
            keep_orders(connection, self._channel.environment, answer.orders)
        if answer.package_list is not None:
            seen = 0 if self._listed is None else self._listed.number
            self._listed = verify_list(
                answer.package_list, self._pins.key_set, seen_number=seen, scope=answer.group, audience="channel"
            )
        return answer

    def _report(self) -> SyncReport:
        with self._channel.reading() as connection:
            known = checkpoints(connection)
        number = 0 if self._listed is None else self._listed.number
        seen = max(number, *self._relay.numbers().values(), 0)
        now = self._channel.environment.clock.utc()
        engine = self._channel.engine.dialect.name
        return SyncReport(
            tuple(map(self._group_report, known.values())), number, now, engine=engine, seen_list=seen,
            key_set=self._pins.key_set.number,
        )  # fmt: skip

    def _group_report(self, one: Checkpoint) -> GroupReport:
        failed = self._failures.of(one.table_group)
        if failed is None:
            return GroupReport(one.table_group, "applied", one.version, one.rows, one.package_id, one.applied_at)
        return GroupReport(
            one.table_group, "apply_failed", one.version, one.rows, failed.package_id, one.applied_at, failed.tries,
            failed.error.what.words("en"), said=failed.error.what,
        )  # fmt: skip

    # -- the channel database ---------------------------------------------------------------------------------------

    def _apply_all(self, group_id: str) -> list[KassaError]:
        if self._listed is None:
            return []
        with self._channel.reading() as connection:
            known = checkpoints(connection)
            here = {group.name for group in groups_for("channel", connection)}
        errors = []
        for name in here.intersection(self._listed.groups):
            at = known.get(name)
            error = self._apply_group(self._listed, name, None if at is None else at.version, group_id)
            if error is not None:
                errors.append(error)
        return errors

    def _apply_group(self, listed: PackageList, name: str, version: int | None, group_id: str) -> KassaError | None:
        """Bring a table group up to the list; what is wrong with it."""
        while (entry := next_package(listed, name, version)) is not None:
            waiting = self._failures.waiting(name, entry.package_id)
            if waiting is not None:
                return waiting.error
            try:
                self._apply(entry, group_id)
            except (NoAnswer, Refusal):
                raise
            except (KassaError, OSError, SQLAlchemyError) as error:
                known = error if isinstance(error, KassaError) else _other(error)
                self._failures.note(name, entry.package_id, known)
                self._log.error("package_failed", table_group=name, package=entry.package_id, where=known.where)
                return known
            self._failures.clear(name)
            version = entry.to_version
        return None

    def _apply(self, entry: PackageEntry, group_id: str) -> None:
        file = self._packages.fetch(entry)
        now = self._channel.environment.clock.utc()
        with file.open("rb") as packed, self._channel.writing() as connection:
            manifest, batches = open_package(packed)
            verify_manifest(manifest, entry)
            apply_to_channel(connection, manifest, batches, group_id=group_id, now=now)


def _other(error: Exception) -> KassaError:
    return KassaError(
        _("A data package could not be written to the channel database."), where=f"{type(error).__name__}: {error}"
    )
