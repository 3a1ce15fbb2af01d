"""The simulated control unit: what it takes, what it answers, what it remembers.

SKVFS 2009:2 has a control unit take each receipt's data from the register and give a control code back, and SKVFS
2014:9 has the code and the unit's number go with the receipt. The message below is *like* what real units take; it is
nobody's protocol, its codes prove nothing, and no tax agency knows this unit.
"""

from __future__ import annotations

import base64
import hashlib
from decimal import Decimal
from typing import Literal

import msgspec

from kassa.register.face import RegisterFace

NAME = "fiscal_simulator_se"
MEMORY = "unit"


class ControlMessage(msgspec.Struct, frozen=True):
    """One receipt, as a register tells a control unit.

    :param date_time: local time, ``YYYYMMDDhhmm``.
    :param organisation_number: who sells.
    :param designation: the register's.
    :param number: the receipt's.
    :param kind: ``normal``, ``kopia``, ``ovning`` (training) or ``profo`` (pro forma).
    :param total: what was sold; ``returned``: what was taken back, without a sign.
    :param taxes: per rate, in per cent, what of the sum is tax.
    """

    date_time: str
    organisation_number: str
    designation: str
    number: str
    kind: Literal["normal", "kopia", "ovning", "profo"]
    total: Decimal
    returned: Decimal
    taxes: dict[str, Decimal]

    def canonical(self) -> str:
        """As one line, fields by ``;``, amounts with a decimal comma."""
        amounts = [f"{rate};{_comma(tax)}" for rate, tax in sorted(self.taxes.items())]
        head = (self.date_time, self.organisation_number, self.designation, self.number, self.kind)
        return ";".join((*head, _comma(self.total), _comma(self.returned), *amounts))


class Memory(msgspec.Struct, frozen=True):
    """What the unit knows over a restart: how many it has signed, and the last request with its code."""

    count: int = 0
    request_id: str = ""
    code: str = ""


def sign(request_id: str, message: ControlMessage, register: RegisterFace) -> str:
    """The control code of a receipt. Asked again about the last one, the same code, and nothing is counted."""
    known = _memory(register)
    if known.request_id == request_id:
        return known.code
    digest = hashlib.sha256(f"{known.code}\n{message.canonical()}".encode()).digest()
    code = base64.b32encode(digest)[:32].decode()
    _remember(register, Memory(known.count + 1, request_id, code))
    return code


def signed(register: RegisterFace) -> int:
    """How many receipts and copies the unit has signed."""
    return _memory(register).count


def _memory(register: RegisterFace) -> Memory:
    kept = register.setting(NAME, MEMORY)
    return Memory() if kept is None else msgspec.json.decode(kept, type=Memory)


def _remember(register: RegisterFace, memory: Memory) -> None:
    register.keep_setting(NAME, MEMORY, msgspec.json.encode(memory).decode())


def _comma(amount: Decimal) -> str:
    return f"{amount:.2f}".replace(".", ",")
