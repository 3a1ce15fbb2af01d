"""Folded text: what is typed finds what is meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kassa.folding import LONGEST, fold, search_text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("räksmörgås", "RAKSMORGAS"),
        ("Crème brûlée", "creme brulee"),
        ("Smørrebrød", "smorrebrod"),
        ("STRASSE", "straße"),
        ("ﬁlé", "File"),
        ("a\u030a", "å"),
        ("  two   words ", "two words"),
        ("½", "1⁄2"),
    ],
)
def test_what_a_cashier_types_finds_what_is_meant(one: str, other: str) -> None:
    """Case, accents, ligatures and space make no difference, whichever side has them."""
    assert fold(one) == fold(other)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    """Folded text is stable: columns folded by an import and words folded by a search meet."""
    assert fold(fold(text)) == fold(text)


def test_different_words_stay_different() -> None:
    """Folding joins spellings of one word, not words."""
    assert fold("ost") != fold("most")


@given(st.lists(st.one_of(st.none(), st.text())))
def test_search_text_fits_its_column(parts: list[str | None]) -> None:
    """A search text is never longer than its column."""
    assert len(search_text(*parts)) <= LONGEST


def test_search_text_holds_each_word_once() -> None:
    """A word that stands in two parts takes its room once; absent parts take none."""
    assert search_text("85123A", "WHITE Heart white", None, "7310865004703") == "85123a white heart 7310865004703"
