"""What is being typed: one entry, fed by keypad, keyboard and scanner alike."""

from __future__ import annotations

from decimal import Decimal

from kassa.errors import KassaError
from kassa.money import read_quantity

LONGEST = 60
TIMES = "×"


class EntryBuffer:
    """Characters typed so far.

    :param secret: never shown or handed out as it is: a PIN.
    :param longest: further characters are refused.
    """

    def __init__(self, *, secret: bool = False, longest: int = LONGEST) -> None:
        self.text = ""
        self.secret = secret
        self._longest = longest

    def __repr__(self) -> str:
        return f"EntryBuffer({self.shown!r})"

    @property
    def shown(self) -> str:
        """What the screen may show."""
        return "•" * len(self.text) if self.secret else self.text

    def type(self, characters: str) -> None:
        """Add printable characters; ``*`` is the keyboard's way to type ×."""
        allowed = "".join(character for character in characters if character.isprintable())
        if not self.secret:
            allowed = allowed.replace("*", TIMES)
        self.text = (self.text + allowed)[: self._longest]

    def erase(self) -> None:
        """Take the last character back."""
        self.text = self.text[:-1]

    def take(self) -> str:
        """Everything typed, which leaves the entry empty."""
        text, self.text = self.text, ""
        return text

    def take_back(self, code: str) -> None:
        """Remove ``code`` from the end, where a scanner put it."""
        self.text = self.text.removesuffix(code)

    @property
    def has_letters(self) -> bool:
        """Whether it looks like words rather than a number."""
        return any(character.isalpha() for character in self.text)


def split_times(text: str) -> tuple[Decimal | None, str]:
    """``3×7310…`` as quantity and code; None where no quantity was typed.

    :raises kassa.errors.InvalidInput: what stands before the × is no quantity.
    """
    before, times, code = text.partition(TIMES)
    if not times:
        return None, text.strip()
    return read_quantity(before), code.strip()


def is_quantity(text: str) -> bool:
    """Whether ``text`` can stand before a ×."""
    try:
        read_quantity(text)
    except KassaError:
        return False
    return True
