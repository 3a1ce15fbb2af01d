"""What is found in what a register has delivered: for headquarters' pages, the command line and certificates.

:func:`findings` asks what is known without reading every entry again. Reading them again is
:mod:`kassa_server.headquarters.proof.examination`.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from kassa.errors import NotFound
from kassa.text import literal, texts
from kassa_server.certificate import certify
from kassa_server.headquarters.proof.findings import Finding, handle, with_notes
from kassa_server.headquarters.proof.head_findings import of_certificate
from kassa_server.headquarters.proof.kept_entries import conflicts, parked
from kassa_server.headquarters.proof.return_findings import returns
from kassa_server.headquarters.proof.shift_findings import z_reports
from kassa_server.schema import register

_, n_ = texts("kassa_server")


def findings(
    connection: Connection,
    now: datetime,
    *,
    register_id: str | None = None,
    store_id: str | None = None,
    handled_too: bool = False,
) -> list[Finding]:
    """What is found, by register, series and entry; without what a person has handled unless it is asked for.

    :raises NotFound: there is no such register.
    """
    found: list[Finding] = []
    registers = registers_of(connection, register_id=register_id, store_id=store_id)
    for one in registers:
        certificate = certify(connection, one, now)
        found.extend(of_certificate(connection, certificate))
        kept = (*conflicts(connection, one), *parked(connection, one), *z_reports(connection, one))
        found.extend(finding for finding, _date in kept)
    found.extend(returns(connection, registers))
    told = with_notes(connection, found)
    return [one for one in told if handled_too or one.handled is None]


def registers_of(connection: Connection, *, register_id: str | None = None, store_id: str | None = None) -> list[str]:
    """Ids of one register, of a store's, or of all.

    :raises NotFound: there is no such register.
    """
    statement = select(register.c.register_id).order_by(register.c.register_id)
    if register_id is not None:
        statement = statement.where(register.c.register_id == register_id)
    if store_id is not None:
        statement = statement.where(register.c.store_id == store_id)
    found = list(connection.execute(statement).scalars())
    if register_id is not None and not found:
        raise NotFound(_("There is no register {register}.", register=literal(register_id)))
    return found


def find(connection: Connection, finding_id: str, now: datetime) -> Finding:
    """One finding by its id, handled or not.

    :raises NotFound: there is none with that id, or not any more.
    """
    for one in registers_of(connection):
        if f"-{one}-" in finding_id or finding_id.endswith(f"-{one}"):
            for finding in findings(connection, now, register_id=one, handled_too=True):
                if finding.finding_id == finding_id:
                    return finding
    raise NotFound(
        _("There is no finding {finding}.", finding=literal(finding_id[:100])),
        hint=_("Its cause may be gone. List what there is with: kassa headquarters findings"),
    )


def mark_handled(connection: Connection, finding_id: str, note: str, author: str, now: datetime) -> None:
    """Mark a finding as handled, with a note; see :func:`kassa_server.headquarters.proof.findings.handle`.

    :raises NotFound: there is no such finding.
    :raises NotAllowed: it goes away with its cause only, or is handled already.
    :raises InvalidInput: no note, or too long a one.
    """
    handle(connection, find(connection, finding_id, now), note, author, now)
