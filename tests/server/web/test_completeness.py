"""Findings, certificates and periods on their pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from tests.server.conftest import Shop
from tests.server.web.conftest import Person

from kassa_server.schema import closed_period, handled_finding


def test_all_is_well(stocked: Shop, person: Callable[[str], Person]) -> None:
    """A register that has delivered everything has no finding, and a certificate that says so, with its receipts."""
    vera = person("Vera")
    page = vera.get("/completeness?register=R1").text
    assert "Nothing is missing, and nothing contradicts." in page
    page = vera.get("/registers/R1/certificate").text
    assert "S1-R1-1-000001 – S1-R1-1-000005" in page
    assert "Total, tax included" in page


def test_a_finding_is_handled_with_a_note(stocked: Shop, person: Callable[[str], Person]) -> None:
    """It is found by register and receipt number; without a note it stays; a viewer cannot; handled, it is listed when
    asked for, with who and what."""
    device = stocked.device("R2")
    device.add("sale", {"nothing": "of a sale"})
    device.deliver()
    mats = person("Mats")
    assert "/headquarters/completeness/" not in mats.get("/completeness?register=R1").text.split("</form>", 2)[2]
    assert "Nothing is missing" in mats.get("/completeness?register=R2&receipt=S1-R2-1-000009").text
    page = mats.get("/completeness?register=R2").text
    found = page.split("/headquarters/completeness/")[1].split('"')[0]
    assert mats.send(f"/completeness/{found}", note=" ").status_code == 422
    assert stocked.rows(handled_finding) == []
    mats.send(f"/completeness/{found}", note="A test of ours, scrapped.")
    (row,) = stocked.rows(handled_finding)
    assert (row["author"], row["note"]) == ("Mats", "A test of ours, scrapped.")
    assert "scrapped" not in mats.get("/completeness").text
    assert "scrapped" in mats.get("/completeness?handled=yes").text
    assert person("Vera").get("/completeness").text.count("Mark as handled") == 0


def test_a_period_is_refused_then_closed_with_a_reason(stocked: Shop, person: Callable[[str], Person]) -> None:
    """A register that has not spoken since the month ended may hold sales of it: refused with the causes, and closed
    only with a reason that stays."""
    month = f"{stocked.clock.utc():%Y-%m}"
    stocked.clock.advance(timedelta(days=40).total_seconds())
    mats = person("Mats")
    mats.get("/periods")
    refused = mats.send("/periods", store="S1", days=month)
    assert refused.status_code == 422
    assert "R1" in refused.text
    assert "What stands against it" in refused.text
    assert mats.send("/periods", store="S1", days=month, anyway="yes", reason="").status_code == 422
    assert stocked.rows(closed_period) == []
    page = mats.send("/periods", store="S1", days=month, anyway="yes", reason="The register burnt.").text
    assert "The register burnt." in page
    assert stocked.rows(closed_period)[0]["author"] == "Mats"
    again = mats.send("/periods", store="S1", days=month)
    assert (again.status_code, "closed already" in again.text) == (422, True)


def test_what_is_typed_wrong_is_said(stocked: Shop, person: Callable[[str], Person]) -> None:
    """A month that is none, a register that is not there, a period that is not over."""
    mats = person("Mats")
    assert "is no month" in mats.get("/registers/R1/certificate?period=soon").text
    assert mats.get("/registers/R9/certificate").status_code == 404
    mats.get("/periods")
    assert "is not over yet" in mats.send("/periods", store="S1", days=f"{stocked.clock.utc():%Y-%m}").text
