"""What headquarters is told of this register: when something has changed, and at intervals; not with every poll."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import msgspec

from kassa.packages.applying import Checkpoint
from kassa.packages.listing import ConnectionReport, GroupReport, ReportedCause, SyncReport, UploadReport
from kassa.register.face import ReadinessCause, RegisterFace
from kassa_sync.orders import Orders
from kassa_sync.tries import Failure, Failures

REPORT_EVERY_S = 15 * 60.0
"""Without anything new."""


class Reports:
    """Makes reports, and knows which was sent last."""

    def __init__(self, register: RegisterFace, failures: Failures, orders: Orders) -> None:
        self._register = register
        self._failures = failures
        self._orders = orders
        self._sent = ""
        self._sent_at = 0.0

    def due(self, report: SyncReport) -> bool:
        """Whether a report says something new, or the last one is long ago."""
        clock = self._register.environment.clock
        return _told(report) != self._sent or clock.monotonic() - self._sent_at >= REPORT_EVERY_S

    def sent(self, report: SyncReport) -> None:
        """A report has reached the store server."""
        self._sent, self._sent_at = _told(report), self._register.environment.clock.monotonic()

    def make(
        self,
        checkpoints: Iterable[Checkpoint],
        downloaded: Mapping[str, str],
        upload: UploadReport | None,
        list_number: int,
    ) -> SyncReport:
        """Where this register stands now. ``downloaded``: packages that are here and not applied, by table group."""
        register = self._register
        readiness, waiting, state = register.readiness(), register.waiting(), register.connection.state()
        database = register.offline_database
        checked = register.sync_status().checked_at
        return SyncReport(
            self._groups(checkpoints, downloaded), list_number, checked, readiness.ready,
            tuple(_cause(cause) for cause in readiness.causes), waiting.oldest, database.kind, database.size(),
            waiting.count, str(waiting.amount),
            ConnectionReport(state.online, state.since, "" if state.reason is None else state.reason.value),
            upload, self._orders.last, register.environment.clock.utc(), plugins=register.plugins_report(),
        )  # fmt: skip

    def _groups(self, checkpoints: Iterable[Checkpoint], downloaded: Mapping[str, str]) -> tuple[GroupReport, ...]:
        there = {one.table_group: one for one in checkpoints}
        failed = dict(self._failures)
        names = sorted({*there, *failed, *downloaded})
        return tuple(_group(name, there.get(name), failed.get(name), downloaded.get(name)) for name in names)


def _cause(cause: ReadinessCause) -> ReportedCause:
    return ReportedCause(cause.code, dict(cause.arguments), cause.words("en"))


def _group(name: str, there: Checkpoint | None, failed: Failure | None, downloaded: str | None) -> GroupReport:
    version, rows, applied_at = (0, 0, None) if there is None else (there.version, there.rows, there.applied_at)
    if failed is None and downloaded is not None:
        return GroupReport(name, "downloaded", version, rows, downloaded, applied_at)
    if failed is None:
        return GroupReport(name, "applied", version, rows, "" if there is None else there.package_id, applied_at)
    return GroupReport(
        name, failed.state, version, rows, failed.package_id, applied_at, failed.tries, failed.error.words("en"),
        failed.code, failed.next_try, failed.error,
    )  # fmt: skip


def _told(report: SyncReport) -> str:
    """What a report says, without what changes by itself."""
    upload = None if report.upload is None else msgspec.structs.replace(report.upload, succeeded_at=None)
    still = msgspec.structs.replace(
        report, checked_at=None, made_at=None, size=0, list_number=0, seen_list=0, upload=upload
    )
    return hashlib.sha256(msgspec.json.encode(still)).hexdigest()
