"""P-0001: transactions from this store server to headquarters, each once in effect.

Nothing is remembered of how far it came: headquarters is asked. Whichever of the two databases is restored from a
backup, the next round sends what headquarters lacks, and what it has already it acknowledges again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

import structlog

from kassa.errors import NOTHING_LOST, NoAnswer, Refusal, TooLarge
from kassa.gateway.failures import SERVER_ERROR
from kassa.journal.entry import GENESIS
from kassa.protocol import JournalAcknowledgement, JournalBatch, WireEntry
from kassa.text import texts
from kassa.upload_line import UploadLine
from kassa_server.channel import Channel
from kassa_server.headquarters.channel_messages import (
    CONFLICTS,
    JOURNAL,
    PARTS,
    SERIES,
    ChannelBatch,
    ConflictBatch,
    ConflictKey,
    HeadFacts,
    SeriesFacts,
    SeriesPosition,
    SeriesPositions,
    SeriesReport,
    StoreServerReport,
    Taken,
)
from kassa_server.joined.facts import hash_at, read_conflicts, read_entries, read_facts
from kassa_server.joined.link import Link
from kassa_server.joined.own_rows import awaited, settle

_, n_ = texts("kassa_server")
BATCH_BYTES = 500_000
"""Of entries, before they are compressed."""
SERIES_AT_ONCE = 200
CONFLICTS_AT_ONCE = 50
ALL_AGAIN_S = 600.0
"""How often every series is told of, changed or not: headquarters may have been restored meanwhile."""
Part = TypeVar("Part")


class Uploader:
    """Sends what headquarters lacks. One round at a time; the caller's thread.

    :param address: where registers reach this store server, for headquarters' activation codes; ``fingerprint`` of its
        CA likewise.
    """

    def __init__(self, channel: Channel, link: Link, address: str = "", fingerprint: str = "") -> None:
        self._channel = channel
        self._link = link
        self._published = (address, fingerprint)
        self._line = UploadLine(link.send, channel.environment, path=JOURNAL, parts=PARTS, message=self._with_heads)
        self._heads: dict[str, tuple[HeadFacts, ...]] = {}
        self._settled: dict[str, SeriesFacts] = {}
        self._all_again = 0.0
        self._left: dict[str, int] = {}
        self._refused: dict[str, str] = {}
        self._beside: dict[str, int] = {}
        self._log = structlog.get_logger("kassa.server.uploading")

    @property
    def waiting(self) -> int:
        """Entries that headquarters has not acknowledged, as the last round knew."""
        return sum(self._left.values())

    @property
    def refused(self) -> tuple[str, ...]:
        """Series that headquarters does not take, with the reason, a line each."""
        return tuple(self._refused.values())

    def round(self) -> None:
        """Tell what has changed, and send what headquarters lacks. A series that is refused lets the others go on.

        :raises NoAnswer: headquarters does not answer; everything still waits.
        :raises Refusal: headquarters does not know this store server.
        """
        with self._channel.reading() as connection:
            facts = read_facts(connection)
        self._heads = {one.series: one.heads for one in facts}
        self._left = {one.series: one.sequence - self._known(one) for one in facts}
        changed = [one for one in facts if self._settled.get(one.series) != one] if self._nothing_forgotten() else facts
        troubles = []
        for part in _parts(changed, SERIES_AT_ONCE) if changed else ([],):
            report = SeriesReport(tuple(part), self._report())
            answer = self._link.post(SERIES, report, SeriesPositions)
            positions = {position.series: position for position in answer.positions}
            for one in part:
                try:
                    self._bring_up(one, positions[one.series])
                except NoAnswer as error:
                    if error.reason != SERVER_ERROR or error.retry_after_s is not None:
                        raise
                    troubles.append(error)
        self._settle_own_rows()
        if troubles:
            raise troubles[0]

    def _settle_own_rows(self) -> None:
        """Ask which commands headquarters has done by now, if any is awaited."""
        with self._channel.reading() as connection:
            commands = awaited(connection)
        if not commands:
            return
        answer = self._link.post(SERIES, SeriesReport((), self._report(), commands), SeriesPositions)
        if answer.done:
            with self._channel.writing() as connection:
                settle(connection, answer.done)

    def forget(self) -> None:
        """Take nothing for granted: the next round asks for every series."""
        self._settled.clear()
        self._beside.clear()

    def _known(self, facts: SeriesFacts) -> int:
        settled = self._settled.get(facts.series)
        return 0 if settled is None else settled.sequence

    def _nothing_forgotten(self) -> bool:
        now = self._channel.environment.clock.monotonic()
        if self._settled and now < self._all_again:
            return True
        self._all_again = now + ALL_AGAIN_S
        return False

    def _report(self) -> StoreServerReport:
        return StoreServerReport(*self._published, self.waiting, self.refused)

    # -- one series -------------------------------------------------------------------------------------------------

    def _bring_up(self, facts: SeriesFacts, position: SeriesPosition) -> None:
        """Send what headquarters lacks of a series."""
        self._settled.pop(facts.series, None)
        try:
            if position.refusal is not None:
                raise position.refusal.error()
            why = self._send_entries(facts, position)
            self._send_conflicts(facts, position.missing)
        except Refusal as refusal:
            why = str(refusal)
        if why:
            self._note_refused(facts, why)
            return
        self._refused.pop(facts.series, None)
        self._left[facts.series] = 0
        if not position.missing:
            self._settled[facts.series] = facts

    def _note_refused(self, facts: SeriesFacts, why: str) -> None:
        line = f"{facts.register_id} series {facts.number}: {why}"
        if self._refused.get(facts.series) != line:
            self._log.error("headquarters_refuses", register=facts.register_id, series=facts.series, why=why)
        self._refused[facts.series] = line

    def _send_entries(self, facts: SeriesFacts, position: SeriesPosition) -> str:
        """Send entries from where headquarters stands; why it cannot be gone on, empty if all are there."""
        if position.sequence > facts.sequence:
            return f"headquarters has entry {position.sequence}, this database {facts.sequence}: restored from a backup"
        if not self._same_chain(facts.series, position):
            self._send_beside(facts)
            return f"headquarters has another entry {position.sequence}; what is here is kept there beside it"
        sequence = position.sequence
        while sequence < facts.sequence:
            acknowledged = self._send_next(facts, sequence)
            if acknowledged is None:
                return f"entry {sequence + 1} is not in this database"
            if acknowledged.conflict is not None or acknowledged.sequence <= sequence:
                return f"headquarters takes nothing after entry {acknowledged.sequence}"
            sequence = acknowledged.sequence
            self._left[facts.series] = facts.sequence - sequence
        return ""

    def _same_chain(self, series_id: str, position: SeriesPosition) -> bool:
        if position.sequence == 0:
            return position.hash == GENESIS.hex()
        with self._channel.reading() as connection:
            here = hash_at(connection, series_id, position.sequence)
        return here is not None and here.hex() == position.hash

    def _send_beside(self, facts: SeriesFacts) -> None:
        """Two chains under one number: headquarters keeps this one beside its own, for a person. Once in a run; what
        both have is passed over there."""
        sequence = self._beside.get(facts.series, 0)
        while answer := self._send_next(facts, sequence, beside=True):
            if answer.kept <= sequence:
                return
            sequence = self._beside[facts.series] = answer.kept

    def _send_next(self, facts: SeriesFacts, after: int, *, beside: bool = False) -> JournalAcknowledgement | None:
        """Send what comes after an entry: fewer entries for as long as they do not get through, and one that does not
        by itself in parts. None: nothing comes.

        :raises Refusal: an entry gets through in no way, or is not taken.
        """
        max_bytes = self._line.size.at_most(BATCH_BYTES)
        while entries := self._entries(facts, after, max_bytes):
            size = sum(len(entry.data) for entry in entries)
            try:
                answer, in_parts = self._line.send_whole_or_in_parts(
                    JournalBatch(facts.series, "", entries, beside=beside), None
                )
            except Refusal as refusal:
                if isinstance(refusal, TooLarge):
                    self._line.size.did_not_fit(size)
                if len(entries) == 1:
                    raise _stuck(entries[0], refusal) from refusal
                max_bytes = size // 2
                continue
            if in_parts:
                self._log.warning("delivered_in_parts", series=facts.series, sequence=entries[0].sequence, bytes=size)
            return answer
        return None

    def _entries(self, facts: SeriesFacts, after: int, max_bytes: int) -> tuple[WireEntry, ...]:
        with self._channel.reading() as connection:
            return read_entries(connection, facts.series, after, facts.sequence, max_bytes)

    def _with_heads(self, batch: JournalBatch) -> ChannelBatch:
        return ChannelBatch(batch, self._heads.get(batch.series, ()))

    def _send_conflicts(self, facts: SeriesFacts, missing: Sequence[ConflictKey]) -> None:
        for part in _parts(missing, CONFLICTS_AT_ONCE):
            self._send_kept(facts, part)

    def _send_kept(self, facts: SeriesFacts, keys: Sequence[ConflictKey]) -> None:
        with self._channel.reading() as connection:
            conflicts = read_conflicts(connection, facts.series, keys)
        try:
            self._link.post(CONFLICTS, ConflictBatch(conflicts), Taken)
        except TooLarge:
            if len(keys) == 1:
                raise
            for half in _parts(keys, (len(keys) + 1) // 2):
                self._send_kept(facts, half)


def _parts(whole: Sequence[Part], size: int) -> Iterator[Sequence[Part]]:
    return (whole[start : start + size] for start in range(0, len(whole), size))


def _stuck(entry: WireEntry, refusal: Refusal) -> Refusal:
    """What does not get through or is not taken, by name."""
    if not isinstance(refusal, TooLarge):
        return refusal
    what = _(
        "Journal entry {number} gets through to headquarters neither whole nor in small parts. A proxy or firewall on "
        "the way refuses it: whoever runs the network must let the store server through; then it goes by itself.",
        number=entry.sequence,
    )
    return TooLarge(what, kept=NOTHING_LOST, where=f"{len(entry.data)} bytes; {refusal.where}")
