"""Receipts, copies and the drawer in every state of the connection: online, offline, slow, switched, killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from kassa.testing.shop import wait_until
from kassa.testing.states import TillInState, each_connection_state
from kassa.testing.till import TillRefused


@each_connection_state
def test_receipt_copy_drawer_and_health_check(till: TillInState, paper: Path) -> None:
    """A sale is printed, its one copy too, each once; a drawer opening is in the journal; nothing of it needs the store
    server, and the control unit has signed. What waited through a kill is printed after it."""
    till.run(100, code=till.barcode("1001"))
    number = till.result(200).data["receipt_number"]
    till.run(115)
    till.run(115, receipt_number=number, action="reprint")
    with pytest.raises(TillRefused, match="was printed"):
        till.run(115, receipt_number=number, action="reprint")
    till.run(1000, reason=number)
    till.run(717)
    wait_until(lambda: printed(paper, number) == ["receipt", "copy"], "both are printed, once each and in order")
    assert len(till.sales()) == 1
    assert till.sold()[0].extra["fiscal"]["finish"]["outcome"] == "signed"
    rows = till.shop.server.query("SELECT kind, data FROM journal_entry ORDER BY sequence")
    made = [row["kind"] for row in rows if number in str(row["data"]) and row["kind"] in ("sale", "copy", "drawer")]
    assert made == ["sale", "copy", "drawer"]


def printed(paper: Path, number: str) -> list[str]:
    """The documents about a receipt that are whole, in order; what was printed again after an interruption counts
    once."""
    documents = paper.read_text("utf-8").split("[SIMULATED PRINTER]") if paper.exists() else []
    about = [document for document in documents if f"{number}\n" in document.rpartition("Moms")[2]]
    kinds = ["copy" if "K O P I A" in document else "receipt" for document in about]
    again = ["efter avbrott" in document for document in about]
    return [kind for place, kind in enumerate(kinds) if not (again[place] and kind in kinds[:place])]
