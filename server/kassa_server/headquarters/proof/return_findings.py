"""Findings about returns: more was taken back than was sold. They are settled with a word: ask who took it back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from sqlalchemy import Connection

from kassa.text import Number, literal, texts
from kassa_server.headquarters.over_returned import OverReturned, over_returned
from kassa_server.headquarters.proof.findings import Finding

_, n_ = texts("kassa_server")


def returns(connection: Connection, registers: list[str]) -> Iterator[Finding]:
    """Each item that was taken back more often than one of these registers has sold it."""
    wanted = set(registers)
    for one in over_returned(connection):
        if one.register_id in wanted:
            yield _finding(one)


def _finding(one: OverReturned) -> Finding:
    """With the quantity in its id: if more comes back after somebody has looked into it, it is another finding."""
    named = "\n".join((one.receipt_number, one.item_number, f"{one.returned.normalize():f}"))
    return Finding(
        finding_id=f"over_returned-{one.register_id}-{hashlib.sha256(named.encode()).hexdigest()[:16]}",
        kind="over_returned",
        register_id=one.register_id,
        receipt_numbers=(one.receipt_number,),
        what=_(
            "Receipt {number}: {returned} of {item} were taken back, and {sold} sold.",
            number=literal(one.receipt_number), item=literal(one.description),
            sold=Number(one.sold), returned=Number(one.returned),
        ),
        hint=_("Ask who has taken it back; the returns are among the sales, with this receipt number."),
    )  # fmt: skip
