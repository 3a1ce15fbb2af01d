"""Rounds of synchronisation, on a thread of its own."""

from __future__ import annotations

import threading
from dataclasses import replace

from kassa.connection import Reason
from kassa.errors import JournalError, KassaError, NotAvailable
from kassa.register.face import Attempt, Event, RegisterFace, SyncStatus
from kassa.register.kept_attempt import read_success, write_success
from kassa.text import Text, texts
from kassa_sync.download import Download
from kassa_sync.lists import Lists

_, n_ = texts("kassa_sync")
PLUGIN, LAST_DOWNLOAD = "sync", "last_download"


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
        self._lists = Lists(register)
        self._folder = register.offline_database.directory / "packages"
        kept = read_success(register.setting(PLUGIN, LAST_DOWNLOAD))
        self.status = SyncStatus(download_success=kept, checked_at=kept.at if kept is not None else None)

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
            self._note_up(self._attempt(batches, entries, error.what))
        except Exception:
            self._log.exception("upload_failed")
            self._note_up(self._attempt(batches, entries, _("Something went wrong; support finds it in the log.")))
        else:
            self._note_up(self._attempt(batches, entries))

    def _down(self) -> None:
        download = Download(self._register, self._lists, self._folder, self._stopping, self._progress)
        try:
            record = self._register.refresh_record()
            installed = self._register.offline_database.installed
            if record.profile.pause_sync or not (record.support_offline and installed):
                return
            try:
                download.run()
            finally:
                self.status = replace(self.status, groups=download.groups())
        except KassaError as error:
            self._note_down(self._attempt(download.packages, download.rows, error.what))
        except Exception:
            self._log.exception("download_failed")
            what = _("Something went wrong; support finds it in the log.")
            self._note_down(self._attempt(download.packages, download.rows, what))
        else:
            late = _("The data is older than headquarters promised; the register goes on selling on it.")
            error_now = late if self._lists.expired() else None
            self._note_down(self._attempt(download.packages, download.rows, error_now))

    def _attempt(self, packages: int, rows: int, error: Text | None = None) -> Attempt:
        return Attempt(self._register.environment.clock.utc(), error is None, packages, rows, error)

    def _note_up(self, attempt: Attempt) -> None:
        success = attempt if attempt.succeeded else self.status.upload_success
        self.status = replace(self.status, upload=attempt, upload_success=success)

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
