"""The print queue: a thread that follows the journal and puts its documents on paper, one after the other.

Nothing is kept beside the journal but how far printing has come, so a register that is killed loses no receipt, and a
printer that is off makes nobody wait. A document that may be on paper in part (the printer died, the register was
killed) is printed again whole, and says so.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import NamedTuple

from msgspec.structs import replace

from kassa.devices import DeviceFailed, DeviceMissing
from kassa.documents import Document, Words
from kassa.errors import KassaError
from kassa.register.face import Event, RegisterFace
from kassa.text import Text, texts
from kassa_receipt.place import Place, first_place, here, keep, newest
from kassa_receipt.settings import NAME, settings_of

_, n_ = texts("kassa_receipt")

PAUSES_S = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Between tries while a printer does not work; a new document is always tried at once."""
AT_ONCE = 50
PATIENCE_S = 4.0
"""Shorter than a hook may take when the register stops."""


class _Waiting(NamedTuple):
    sequence: int
    document: Document


class PrintQueue:
    """A register's queue. ``problem`` and ``waiting`` are for the status header: reading them waits for nothing."""

    def __init__(self, register: RegisterFace) -> None:
        self.problem: Text | None = None
        self.waiting = 0
        self._register = register
        self._log = register.log(NAME)
        self._news = threading.Event()
        self._stopping = self._discarding = False
        self._place = first_place(register)
        self._thread = threading.Thread(target=self._run, name="kassa-printing", daemon=True)

    def start(self) -> None:
        """Begin with what an earlier run left."""
        self._thread.start()

    def wake(self) -> None:
        """There may be something to print, or the printer may work again."""
        self._news.set()

    def discard(self) -> None:
        """Give up what waits. It stays in the journal, where 115 finds it."""
        self._discarding = True
        self.wake()

    def stop(self) -> None:
        """End; what waits is printed by the next run."""
        self._stopping = True
        self.wake()
        self._thread.join(PATIENCE_S)

    def _run(self) -> None:
        failures = 0
        while not self._stopping:
            self._news.clear()
            failures = 0 if self._try() else failures + 1
            if not self._stopping:
                self._register.environment.clock.wait(self._news, _pause(failures))

    def _try(self) -> bool:
        """Print what waits; whether everything is done."""
        try:
            self._print_all()
        except KassaError as error:
            self._troubled(error.what, error.where)
        except Exception as error:
            self._log.exception("printing_failed")
            self._troubled(_("Printing has failed."), f"{type(error).__name__}: {error}")
        else:
            self._works()
            return True
        return False

    def _print_all(self) -> None:
        while not self._stopping:
            waiting = self._bounded()
            if self._discarding:
                self._discarding = False
                self._give_up(waiting)
            elif not waiting:
                return
            else:
                self.waiting = len(waiting)
                self._print(waiting[0])

    def _bounded(self) -> list[_Waiting]:
        """What waits, oldest first. Where more waits than may, the oldest is given up."""
        settings = settings_of(self._register)
        self._follow(printer=settings.printer is not None)
        if self._place.idle:
            return []
        kept: deque[_Waiting] = deque()
        given_up: list[_Waiting] = []
        last = newest(self._register)
        if last is not None and last.series != self._place.series:
            self._place = Place(last.series, 0)
        after = self._place.sequence
        while entries := self._register.journal_entries(after=after, limit=AT_ONCE):
            after = entries[-1].sequence
            for entry in entries:
                document = self._register.devices.compose(entry)
                if document is not None:
                    kept.append(_Waiting(entry.sequence, document))
            while len(kept) > settings.most_waiting:
                given_up.append(kept.popleft())
        if not kept and not given_up:
            self._place = replace(self._place, sequence=after, begun=None)
        self._give_up(given_up)
        return list(kept)

    def _follow(self, *, printer: bool) -> None:
        """A register without a printer keeps that once, and begins at the journal's end when it gets one."""
        if self._place.idle is printer:
            self._keep(here(self._register, idle=not printer))

    def _give_up(self, waiting: list[_Waiting]) -> None:
        if not waiting:
            return
        self._keep(Place(self._place.series, waiting[-1].sequence))
        self._log.warning("not_printed", documents=[one.document.entry_id for one in waiting])
        count = len(waiting)
        text = n_("{count} document was not printed.", "{count} documents were not printed.", count=count)
        self._register.publish(Event("plugin", text))

    def _print(self, one: _Waiting) -> None:
        document, before = one.document, self._place
        if before.begun == document.entry_id:
            again = Words(_("Printed again after an interruption"), "center", bold=True)
            document = replace(document, rows=(again, *document.rows), drawer=False)
        else:
            self._keep(replace(before, begun=document.entry_id))
        try:
            self._register.devices.print_document(document)
        except DeviceMissing:
            self._log.info("no_printer", document=document.entry_id)
        except DeviceFailed as error:
            if not error.begun and before.begun != document.entry_id:
                self._keep(before)
            raise
        self._keep(Place(before.series, one.sequence))

    def _keep(self, place: Place) -> None:
        keep(self._register, place)
        self._place = place

    def _troubled(self, what: Text, where: str) -> None:
        self._log.warning("printer_does_not_work", what=str(what), where=where, waiting=self.waiting)
        if self.problem != what:
            self.problem = what
            self._register.publish(Event("plugin", what))

    def _works(self) -> None:
        self.waiting = 0
        if self.problem is not None:
            self.problem = None
            self._register.publish(Event("plugin", _("The receipt printer works again.")))


def _pause(failures: int) -> float | None:
    return PAUSES_S[min(failures, len(PAUSES_S)) - 1] if failures else None
