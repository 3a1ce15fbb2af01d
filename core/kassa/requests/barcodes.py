"""The ways in which one barcode is read: GS1's numbers differ by leading zeros, and scanners by how they send them."""

from __future__ import annotations

_SHORTEST = 8
_LONGEST = 90
_LENGTHS = (8, 12, 13, 14)


def other_readings(code: str) -> tuple[str, ...]:
    """Other writings of the trade item number (GTIN) in ``code``, which nothing has as it stands.

    UPC-A (12 digits), EAN-13, GTIN-14 and EAN-8 of one item are the same digits behind leading zeros; a UPC-E is a
    UPC-A with zeros left out; a GS1 DataMatrix or GS1-128 holds a GTIN among other data. Empty where there is no GTIN
    or its check digit is wrong.
    """
    if not _SHORTEST <= len(code) <= _LONGEST or sum(sign.isdigit() for sign in code) < _SHORTEST:
        return ()
    import biip  # Here, since it is slow to import and needed only for codes that nothing has.

    try:
        gtin = biip.parse(code).gtin
    except biip.ParseError:
        return ()
    if gtin is None:
        return ()
    digits = gtin.value.lstrip("0")
    writings = (digits.zfill(length) for length in _LENGTHS if len(digits) <= length)
    return tuple(writing for writing in writings if writing != code)
