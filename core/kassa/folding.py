"""Folded text: what people search in, and what they type, made alike.

Case and accents are left out on both sides: *raksmorgas* finds *Räksmörgås*, *räksmörgås* finds *RAKSMORGAS*, *creme*
finds *Crème*. Swedish å, ä and ö are letters of their own and are folded all the same, for a cashier with another
keyboard must find the item; the few extra hits cost less than the missing one. Order is never decided by folded text.
"""

from __future__ import annotations

import unicodedata

LONGEST = 300
"""Length of the ``search_text`` columns (:mod:`kassa.schema.master`)."""

_LETTERS = str.maketrans({"æ": "ae", "ø": "o", "œ": "oe", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i"})
"""Letters that Unicode does not take apart."""


def fold(text: str) -> str:
    """``text`` without case, accents and superfluous space: ``fold(" Räksmörgås  STOR") == "raksmorgas stor"``.

    What is left are the code points of NFKD without combining marks; folding twice changes nothing.
    """
    if text.isascii():
        return " ".join(text.lower().split())
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold()).translate(_LETTERS)
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return " ".join(plain.casefold().split())


def search_text(*parts: str | None) -> str:
    """What goes into a ``search_text`` column: the folded parts, each word once, cut at a word to fit.

    Of an item: number, description, barcodes. Of a customer: number, name, telephone, address.
    """
    kept: list[str] = []
    length = 0
    for word in dict.fromkeys(fold(" ".join(part for part in parts if part)).split()):
        length += len(word) + 1
        if length > LONGEST + 1:
            break
        kept.append(word)
    return " ".join(kept)
