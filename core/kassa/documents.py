"""Printed documents as data: what a receipt, a report or a copy says, row by row, before a printer lays it out.

A plugin makes one of a journal entry (hook ``compose_document``); another puts it on paper (hook ``print_document``).
Texts are worded in the store's language when the rows are laid out, so a document never depends on who is logged on.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from kassa.text import Text


class Words(msgspec.Struct, frozen=True, tag="words", omit_defaults=True):
    """A line of words, broken where it is too long. ``large``: twice as high and wide as amounts are printed."""

    text: Text
    align: Literal["left", "center", "right"] = "left"
    bold: bool = False
    large: bool = False


class Columns(msgspec.Struct, frozen=True, tag="columns", omit_defaults=True):
    """Words to the left, and an amount or a figure to the right. Amounts are never printed larger than the rest."""

    left: Text
    right: Text
    bold: bool = False


class Rule(msgspec.Struct, frozen=True, tag="rule"):
    """A line across the paper."""


class Feed(msgspec.Struct, frozen=True, tag="feed"):
    """An empty line."""


class Code(msgspec.Struct, frozen=True, tag="code"):
    """A machine-readable code of ``data``: the receipt number, to be scanned at a return."""

    data: str
    kind: Literal["qr", "code128"] = "code128"


DocumentRow: TypeAlias = Words | Columns | Rule | Feed | Code


class Document(msgspec.Struct, frozen=True, omit_defaults=True):
    """A document to print.

    :param kind: ``receipt``, ``copy``, ``x``, ``z``, or a plugin's own.
    :param entry_id: of the journal entry that it was made of.
    :param drawer: the cash drawer opens with it.
    """

    kind: str
    rows: tuple[DocumentRow, ...]
    entry_id: str = ""
    drawer: bool = False
