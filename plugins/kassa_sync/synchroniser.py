"""Rounds of synchronisation, on a thread of its own."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import replace

import msgspec

from kassa.connection import Reason
from kassa.errors import JournalError, KassaError, NoAnswer, NotAvailable
from kassa.model import RegisterRecord
from kassa.packages.errors import ListNotTrusted
from kassa.packages.listing import SyncReport, UploadReport
from kassa.register.face import Attempt, Event, RegisterFace, SyncStatus
from kassa.register.kept_attempt import read_success, write_success
from kassa.text import Text, texts
from kassa_sync.download import Download
from kassa_sync.lists import Lists
from kassa_sync.orders import Orders
from kassa_sync.plugin_sets import PluginSets
from kassa_sync.reporting import Reports
from kassa_sync.tries import Failures

_, n_ = texts("kassa_sync")
PLUGIN, LAST_DOWNLOAD = "sync", "last_download"
SOMETHING = _("Something went wrong; support finds it in the log.")
FULL_EVERY_S = 600.0


class Synchroniser:
    """Down and up, every ``sync_interval_s`` and when asked.

    It keeps its timetable in every offline state but ``manual``, in which nothing is sent; its success never changes
    the connection state (S9).
    """

    def __init__(self, register: RegisterFace) -> None:
        self._register = register
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="kassa-sync", daemon=True)
        self._log = register.log("sync")
        self._failures = Failures(register)
        self._orders = Orders(register, self._failures, self._wake.set)
        self._lists = Lists(register, self._orders, PluginSets(register))
        self._reports = Reports(register, self._failures, self._orders)
        self._upload = UploadReport("applied")
        self._full_at: float | None = None
        self._asked = False
        self._untrusted: Text | None = None
        self._folder = register.offline_database.directory / "packages"
        kept = read_success(register.setting(PLUGIN, LAST_DOWNLOAD))
        self.status = SyncStatus(
            download_success=kept,
            checked_at=kept.at if kept is not None else None,
            promised_until=self._lists.promised_until(),
        )

    def start(self) -> None:
        """Begin; the first round is at once. Again: nothing."""
        if not self._thread.is_alive() and not self._stopping.is_set():
            self._wake.set()
            self._thread.start()

    def now(self) -> bool:
        """Begin a round at once.

        :raises NotAvailable: nobody has logged on yet in this run, or the register is disconnected by hand.
        """
        if not self._thread.is_alive():
            raise NotAvailable(_("Synchronisation starts after the first log on."), hint=_("Log on first."))
        if self._by_hand():
            raise NotAvailable(_("The register is disconnected by hand."), hint=_("Press Connect first."))
        self._wake.set()
        return True

    def stop(self) -> None:
        """Stop; a page that is being applied is finished."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def _by_hand(self) -> bool:
        state = self._register.connection.state()
        return not state.online and state.reason is Reason.MANUAL

    def _run(self) -> None:
        clock = self._register.environment.clock
        while True:
            clock.wait(self._wake, self._register.record.profile.sync_interval_s)
            self._wake.clear()
            if self._stopping.is_set():
                return
            if not self._by_hand():
                self.round()

    def round(self) -> None:
        """One round: the register's record, sales up, master data down. Each direction's failure is its own."""
        self._show(running=_("Synchronising"))
        try:
            self._up()
            self._down()
        finally:
            self._show(running=None)

    def _up(self) -> None:
        batches = entries = 0
        try:
            while done := self._register.deliver(max_kb=self._register.record.profile.upload_batch_kb):
                batches, entries = batches + 1, entries + done
                if self._stopping.is_set():
                    break
        except KassaError as error:
            self._note_up(self._attempt(batches, entries, error.what), error)
        except Exception as error:
            self._log.exception("upload_failed")
            self._note_up(self._attempt(batches, entries, SOMETHING), error)
        else:
            self._note_up(self._attempt(batches, entries))

    def _down(self) -> None:
        download = Download(
            self._register, self._lists, self._failures, self._orders, self._folder, self._stopping, self._progress,
            self._tell,
        )  # fmt: skip
        error: Text | None = None
        self._asked, self._untrusted = False, None
        try:
            if not self._bring(download):
                self._tell(download)
                return
        except ListNotTrusted as failed:
            error, self._asked, self._untrusted = failed.what, True, failed.what
            self._log.error("list_not_trusted", where=failed.where)
        except KassaError as failed:
            error = failed.what
        except Exception:
            self._log.exception("download_failed")
            error = SOMETHING
        finally:
            self.status = replace(self.status, groups=download.groups(), promised_until=self._lists.promised_until())
        if error is None and self._lists.expired():
            error = _("The data is older than headquarters promised; the register goes on selling on it.")
        self._note_down(self._attempt(download.packages, download.rows, error))
        if self._asked:
            self._tell(download)

    def _bring(self, download: Download) -> bool:
        """Ask whether anything has changed; if so, fetch it: the register's record, packages, the store's own rows.
        False: packages are not for this register, or not now."""
        unchanged = self._lists.poll()
        self._asked = True
        if unchanged and download.is_at_rest() and not self._is_full_due():
            self._raise_what_is_wrong(download)
            return self._wants_packages(self._register.record)
        state, began = self._lists.state, self._register.environment.clock.monotonic()
        record = self._register.refresh_record()
        if self._wants_packages(record):
            try:
                download.run()
            except NoAnswer:
                raise
            except KassaError:
                self._lists.had_everything(state)
                raise
        self._lists.had_everything(state)
        self._full_at = began
        return self._wants_packages(record)

    def _wants_packages(self, record: RegisterRecord) -> bool:
        database = self._register.offline_database
        return record.support_offline and database.installed and not record.profile.pause_sync

    def _is_full_due(self) -> bool:
        """Once in a while everything is asked for anew, whatever the store server's word says."""
        since = self._full_at
        return since is None or self._register.environment.clock.monotonic() - since >= FULL_EVERY_S

    def _raise_what_is_wrong(self, download: Download) -> None:
        wrong = download.error()
        if wrong is not None:
            raise KassaError(wrong)

    def _report(self, download: Download) -> SyncReport:
        report = self._reports.make(
            download.checkpoints().values(), download.downloaded, self._upload, self._lists.number
        )
        untrusted = "" if self._untrusted is None else self._untrusted.words("en")
        return msgspec.structs.replace(
            report,
            list_error=untrusted,
            list_said=self._untrusted,
            seen_list=self._lists.seen_number,
            key_set=self._lists.key_set_number,
        )

    def _tell(self, download: Download) -> None:
        """Tell headquarters what this round has changed, failures too; it hears of it later if it does not answer."""
        try:
            report = self._report(download)
            if self._reports.due(report):
                with suppress(ListNotTrusted):  # known, and part of the report
                    self._lists.poll(report)
                self._reports.sent(report)
        except KassaError as error:
            self._log.info("report_waits", error_code=error.code)
        except Exception:
            self._log.exception("report_failed")

    def _attempt(self, packages: int, rows: int, error: Text | None = None) -> Attempt:
        return Attempt(self._register.environment.clock.utc(), error is None, packages, rows, error)

    def _note_up(self, attempt: Attempt, error: Exception | None = None) -> None:
        success = attempt if attempt.succeeded else self.status.upload_success
        self.status = replace(self.status, upload=attempt, upload_success=success)
        succeeded_at = None if success is None else success.at
        if error is None:
            self._upload = UploadReport("applied", succeeded_at=succeeded_at)
            return
        state = "available" if isinstance(error, NoAnswer) else "upload_failed"
        words = "" if attempt.error is None else attempt.error.words("en")
        code = error.code if isinstance(error, KassaError) else "error"
        self._upload = UploadReport(state, self._upload.tries + 1, words, code, succeeded_at, attempt.error)

    def _note_down(self, attempt: Attempt) -> None:
        success = attempt if attempt.succeeded else self.status.download_success
        checked = attempt.at if attempt.succeeded else self.status.checked_at
        self.status = replace(self.status, download=attempt, download_success=success, checked_at=checked)
        if attempt.succeeded:
            try:
                self._register.keep_setting(PLUGIN, LAST_DOWNLOAD, write_success(attempt))
            except JournalError as error:
                self._log.warning("not_kept", where=error.where)

    def _progress(self, text: Text) -> None:
        self._show(running=text)

    def _show(self, *, running: Text | None) -> None:
        self.status = replace(self.status, running=running)
        self._register.publish(Event("sync"))
