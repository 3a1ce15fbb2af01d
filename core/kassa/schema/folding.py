"""Folding: how words are made comparable for search, when rows are written and when they are looked for."""

from __future__ import annotations

import unicodedata


def fold(*words: str | None) -> str:
    """``words`` in lower case, without accents, with single spaces: *Köttbullar  2 KG* becomes *kottbullar 2 kg*.

    Written to ``search_text`` columns, and applied to what a cashier types: both sides of a search are folded alike.
    """
    joined = " ".join(word for word in words if word)
    plain = "".join(
        sign for sign in unicodedata.normalize("NFKD", joined.casefold()) if not unicodedata.combining(sign)
    )
    return " ".join(plain.split())
