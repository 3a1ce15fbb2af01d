"""Findings: what contradicts, lacks or is not known in what a register has delivered, and what people said to it.

A finding is worked out from what is stored each time; it is never stored, and what it is about is never deleted. A
person who has looked into one marks it as handled, with a note that stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec
from sqlalchemy import Connection, insert, select

from kassa.errors import InvalidInput, NotAllowed
from kassa.text import Text, literal, texts
from kassa_server import audit
from kassa_server.schema import handled_finding

_, n_ = texts("kassa_server")

Kind = Literal[
    "never_active", "unknown", "missing", "open_ended", "copied", "conflict", "gap", "altered", "head_refused",
    "series_gone", "receipt_gap", "unreadable", "parked", "posted_otherwise", "clock", "z_differs", "over_returned",
]  # fmt: skip
"""What a finding is; docs/audit.md explains each."""

TO_BE_HANDLED: frozenset[Kind] = frozenset(
    ("open_ended", "copied", "conflict", "receipt_gap", "unreadable", "parked", "z_differs", "over_returned")
)
"""Kinds that a person settles with a word. The others go away when their cause does, and not before."""
LONGEST_NOTE = 1000


class Amount(msgspec.Struct, frozen=True):
    """Money of a transaction."""

    amount: Decimal
    currency: str


class Handled(msgspec.Struct, frozen=True):
    """Who has dealt with a finding, when, and what they say."""

    author: str
    at: datetime
    note: str


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One finding.

    :param finding_id: stays the same for the same thing; what a person names it by.
    :param series: number of the register's series; None: it is about the register.
    :param first_sequence: the first of the entries that it is about, ``last_sequence`` the last; None where it is about
        none.
    :param receipt_numbers: of those entries; of ones that are not here, the last before and the first after.
    :param at: when it happened, by the register's clock if the register says so; else when the server saw it.
    :param what: what it is, ``hint`` what to do; for a person.
    """

    finding_id: str
    kind: Kind
    register_id: str
    series: int | None = None
    first_sequence: int | None = None
    last_sequence: int | None = None
    receipt_numbers: tuple[str, ...] = ()
    amounts: tuple[Amount, ...] = ()
    staff_id: str | None = None
    at: datetime | None = None
    what: Text
    hint: Text
    handled: Handled | None = None

    @property
    def place(self) -> str:
        """Register, series and entries, in short: ``R1 2:117-119``."""
        if self.series is None:
            return self.register_id
        if self.first_sequence is None:
            return f"{self.register_id} {self.series}"
        last = "" if self.last_sequence in (None, self.first_sequence) else f"-{self.last_sequence}"
        return f"{self.register_id} {self.series}:{self.first_sequence}{last}"

    @property
    def may_be_handled(self) -> bool:
        """Whether a person may mark it as handled."""
        return self.kind in TO_BE_HANDLED


def with_notes(connection: Connection, findings: Iterable[Finding]) -> list[Finding]:
    """The findings with what people have said to them."""
    rows = connection.execute(select(handled_finding))
    notes = {row.finding_id: Handled(row.author, row.at, row.note) for row in rows}
    return [msgspec.structs.replace(one, handled=notes.get(one.finding_id)) for one in findings]


def handle(connection: Connection, finding: Finding, note: str, author: str, now: datetime) -> None:
    """Mark a finding as handled, with a note. Audited; nothing is deleted, and it is listed all the same.

    :raises NotAllowed: it is of a kind that goes away with its cause only, or is handled already.
    :raises InvalidInput: no note, or too long a one.
    """
    if not finding.may_be_handled:
        raise NotAllowed(
            _("{finding} cannot be marked as handled.", finding=literal(finding.finding_id)),
            hint=finding.hint,
        )
    if finding.handled is not None:
        raise NotAllowed(
            _("{finding} is handled already.", finding=literal(finding.finding_id)),
            hint=literal(f"{finding.handled.author}: {finding.handled.note}"),
        )
    check_note(note)
    connection.execute(
        insert(handled_finding).values(
            finding_id=finding.finding_id,
            kind=finding.kind,
            register_id=finding.register_id,
            note=note.strip(),
            author=author,
            at=now,
        )
    )
    audit.note(
        connection, "finding_handled", now, register_id=finding.register_id,
        finding=finding.finding_id, author=author, note=note.strip(),
    )  # fmt: skip


def check_note(note: str) -> None:
    """That somebody has written something.

    :raises InvalidInput: no words, or too many.
    """
    if not note.strip() or len(note.strip()) > LONGEST_NOTE:
        raise InvalidInput(
            _("A note of 1 to {longest} letters is needed.", longest=LONGEST_NOTE),
            hint=_("Say what was looked at, and what it came to: it stays, and auditors read it."),
        )
