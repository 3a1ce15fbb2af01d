"""A language that nobody speaks: each text of the catalogues in brackets, with marks on its vowels, 40 % longer.

What shows no brackets was written past the catalogues; what does not fit would not fit in German or Finnish either.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from kassa import text

LANGUAGE = "xx"
LONGER = 0.4
_MARKED = str.maketrans("aeiouyAEIOUY", "áéíóúýÁÉÍÓÚÝ")
_PART = re.compile(r"(\{[^}]*\})")


def pseudo(words: str) -> str:
    """``Enter`` as ``[Éntér··]``; what stands in braces stays."""
    if words == "{words}" or not any(character.isalpha() for character in _PART.sub("", words)):
        return words
    marked = "".join(part if part.startswith("{") else part.translate(_MARKED) for part in _PART.split(words))
    letters = sum(character.isalpha() for character in _PART.sub("", words))
    return f"[{marked}{'·' * max(0, round(letters * LONGER) - 2)}]"


class PseudoCatalogue(gettext.NullTranslations):
    """Every text there is, in that language."""

    def gettext(self, message: str) -> str:
        return pseudo(message)

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        return pseudo(singular if count == 1 else plural)


@contextmanager
def spoken(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """While this lasts the language ``xx`` is there."""
    real = text._catalogue
    with patch.context() as patched:
        patched.setitem(text.LOCALES, LANGUAGE, "sv_SE")
        patched.setattr(
            text, "_catalogue", lambda domain, of: PseudoCatalogue() if of == LANGUAGE else real(domain, of)
        )
        yield
