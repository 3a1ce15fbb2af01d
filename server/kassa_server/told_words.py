"""What registers, store servers and headquarters itself have told as a text, kept as a document: worded in the language
of whoever reads it, where it is one of Kassa's or a plugin's texts.

A device's texts are taken for what they are: none makes headquarters load a module or fill its memory.
"""

from __future__ import annotations

import string
import sys

import msgspec

from kassa.text import Text, literal

LONGEST = 4000
"""Characters of a document."""
_DEEPEST = 4


def as_document(said: Text | None) -> str | None:
    """The text as it is kept; None if it is none, or is none that would be worded."""
    if said is None or not _fits(said):
        return None
    document = msgspec.json.encode(said).decode()
    return document if len(document) <= LONGEST else None


def told_words(said: Text | None, english: str) -> Text:
    """The text, or its English words where there is none."""
    return literal(english) if said is None or not _fits(said) else said


def kept_words(document: str | None, english: str) -> Text:
    """The same of a document."""
    return told_words(None if document is None else msgspec.json.decode(document, type=Text), english)


def _fits(text: Text, depth: int = 0) -> bool:
    """Whether it names a catalogue that is here, and each of its patterns asks for its own parameters and no more."""
    patterns = [text.msgid, *([] if text.plural is None else [text.plural])]
    inner = [value for value in text.params.values() if isinstance(value, Text)]
    return (
        depth < _DEEPEST
        and _is_known(text.domain)
        and all(_is_plain(pattern, text) for pattern in patterns)
        and all(_fits(value, depth + 1) for value in inner)
    )


def _is_known(domain: str) -> bool:
    return domain.isidentifier() and (domain in sys.modules or domain.startswith("kassa"))


def _is_plain(pattern: str, text: Text) -> bool:
    try:
        fields = list(string.Formatter().parse(pattern))
    except ValueError:
        return False
    return all(name is None or (name in text.params and not spec and not how) for _words, name, spec, how in fields)
