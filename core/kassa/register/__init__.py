"""A register's session: activation, log on, current transaction, operations on their lanes."""

from kassa.register.activation import activate
from kassa.register.opening import open_register
from kassa.register.register import Register

__all__ = ["Register", "activate", "open_register"]
