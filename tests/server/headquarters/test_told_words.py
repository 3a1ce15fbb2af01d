"""What a device tells in words: taken as a text where it is one of ours, and never for more than that."""

from __future__ import annotations

import sys

import pytest

from kassa.text import Text, literal, texts
from kassa_server.told_words import as_document, kept_words, told_words

_, n_ = texts("kassa_server")
NO_SUCH_USER = _("There is no such user.")


def test_a_text_is_worded_for_whoever_reads_it() -> None:
    """Kept as a document it comes back as the text that it was, in another language too; without one there are the
    English words."""
    document = as_document(NO_SUCH_USER)
    assert kept_words(document, "told in English") == NO_SUCH_USER
    assert kept_words(document, "told in English").words("sv") != NO_SUCH_USER.words("en")
    assert str(kept_words(None, "told in English")) == "told in English"


@pytest.mark.parametrize(
    "said",
    [
        Text("{a.__class__}", "kassa", {"a": "x"}),
        Text("{a:>999999999}", "kassa", {"a": "x"}),
        Text("{a!r:>{b}}", "kassa", {"a": "x", "b": 10**9}),
        Text("{missing}", "kassa"),
        Text("{0}", "kassa", {"a": "x"}),
        Text("{", "kassa"),
        Text("hello", "antigravity"),
        Text("a path", "no such/module"),
        Text("{a}", "kassa", {"a": Text("{b.real}", "kassa", {"b": 1})}),
        Text("one", "kassa", {}, "{many.x}", 2),
    ],
    ids=lambda said: said.msgid,
)
def test_a_text_that_asks_for_more_is_not_taken(said: Text) -> None:
    """Attributes, widths, missing parameters and modules of anybody's choice: the English words stand instead, nothing
    is raised, and no module is loaded."""
    assert as_document(said) is None
    assert told_words(said, "plain") == literal("plain")
    assert "antigravity" not in sys.modules


def test_a_document_has_an_end() -> None:
    """A text of a megabyte, or one within another without end, is not kept."""
    deep = literal("x")
    for _level in range(20):
        deep = Text("{a}", "kassa", {"a": deep})
    assert as_document(deep) is None
    assert as_document(literal("x" * 1_000_000)) is None
