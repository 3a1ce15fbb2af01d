"""Customer numbers that a register makes, with or without its store server: unique, and short enough to be read out.

``P-7KQF-2M9X-3TRD``: the last 60 bits of the command's UUIDv7 in Crockford's digits, which leave out I, L, O and U.
Those bits are random: of a million such numbers the chance that two are the same is one in two million.
"""

from __future__ import annotations

PREFIX = "P-"

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 12
_GROUP = 4


def provisional_number(command_id: str) -> str:
    """The number for the customer that the command of that id adds; the same however often it is asked."""
    bits = int(command_id, 16)
    digits = "".join(_DIGITS[bits >> (5 * place) & 31] for place in reversed(range(_LENGTH)))
    return PREFIX + "-".join(digits[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))


def is_provisional(number: str) -> bool:
    """Whether a register made the number."""
    return number.startswith(PREFIX)
