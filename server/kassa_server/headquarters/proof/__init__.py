"""Proof of completeness: what a register has delivered, read again, and what can be said of it.

================== ================================================================================
room               holds
================== ================================================================================
chain              the stored entries of a series, gone through as they are in the database now
posted             the sales tables, compared with what was journalled
receipts           receipt numbers without a gap
figures            what a period's sales come to
examination        all of these in one pass over a register
findings           what contradicts, lacks or is not known, and what people said to it
head_findings      findings that heads and series tell by themselves
kept_entries       findings about conflicts and parked entries
shift_findings     Z reports that disagree with the sales
fault_findings     findings of an examination
dates              periods by a store's calendar
period_certificate everything up to T is in, or what is missing
certificate_text   the certificate on a terminal
================== ================================================================================

Headquarters' pages and commands call :mod:`kassa_server.headquarters.completeness` and
:mod:`kassa_server.headquarters.period`.
"""
