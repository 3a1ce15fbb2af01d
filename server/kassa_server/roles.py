"""What one process hosts."""

from __future__ import annotations

from enum import Enum


class Role(Enum):
    """``BOTH`` is the embedded default: headquarters and store server on one database."""

    BOTH = "both"
    HEADQUARTERS = "headquarters"
    STORE_SERVER = "store server"

    @property
    def serves_registers(self) -> bool:
        """Whether it answers registers."""
        return self is not Role.HEADQUARTERS

    @property
    def is_headquarters(self) -> bool:
        """Whether stores' people and joined store servers come here."""
        return self is not Role.STORE_SERVER
