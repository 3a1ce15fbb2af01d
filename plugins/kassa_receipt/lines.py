"""A document laid out for paper of a given width: lines of characters, as a printer or a text message takes them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo

from kassa.documents import Code, Columns, Document, DocumentRow, Feed, Rule, Words

_PLAIN = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2212": "-", "\u2022": "*", "\u00d7": "x"})
"""What numbers and masked cards are written with, and code pages of receipt printers lack."""


@dataclass(frozen=True)
class PrintedLine:
    """One line. A ``large`` one is twice as wide and high, so half as many characters fit; ``code`` is a code to scan
    instead of words."""

    text: str
    bold: bool = False
    large: bool = False
    code: Code | None = None


def plain(words: str) -> str:
    """Words in the letters that printers and displays have."""
    return words.translate(_PLAIN)


def lay_out(document: Document, width: int, language: str, zone: tzinfo) -> list[PrintedLine]:
    """The lines of a document."""
    return [line for row in document.rows for line in _row(row, width, language, zone)]


def as_text(lines: list[PrintedLine], width: int) -> str:
    """The lines as plain text, for a message or a screen; large words are spaced out."""
    return "".join(_as_text(line, width).rstrip() + "\n" for line in lines)


def _as_text(line: PrintedLine, width: int) -> str:
    if line.code is not None:
        return line.code.data.center(width)
    if line.large:
        return " ".join(line.text.strip()).center(width)
    return line.text


def _row(row: DocumentRow, width: int, language: str, zone: tzinfo) -> Iterator[PrintedLine]:
    match row:
        case Words():
            words = plain(row.text.words(language, zone))
            room = width // 2 if row.large else width
            for part in _wrapped(words, room):
                yield PrintedLine(_aligned(part, row.align, room), row.bold, row.large)
        case Columns():
            left, right = (plain(text.words(language, zone)) for text in (row.left, row.right))
            for text in _columns(left, right, width):
                yield PrintedLine(text, row.bold)
        case Rule():
            yield PrintedLine("-" * width)
        case Feed():
            yield PrintedLine("")
        case Code():
            yield PrintedLine("", code=row)


def _columns(left: str, right: str, width: int) -> Iterator[str]:
    """The amount stands at the end of the first line that has room for it."""
    longest = max(map(len, left.split()), default=0)
    if len(right) + 1 + min(longest, width // 2) > width:
        yield from _wrapped(left, width)
        yield from (part.rjust(width) for part in _wrapped(right, width))
        return
    room = width - len(right) - 1
    parts = _wrapped(left, room)
    yield f"{parts[0]:<{room}} {right}"
    yield from parts[1:]


def _wrapped(words: str, room: int) -> list[str]:
    indent = " " * (len(words) - len(words.lstrip()))
    return textwrap.wrap(words, room, subsequent_indent=indent, drop_whitespace=True) or [""]


def _aligned(words: str, align: str, room: int) -> str:
    if align == "center":
        return words.center(room)
    return words.rjust(room) if align == "right" else words
