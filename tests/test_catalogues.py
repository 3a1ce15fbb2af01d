"""The catalogues of texts: whole, current and well formed, in every package."""

from __future__ import annotations

import pytest
from babel.messages.catalog import Catalog
from script import catalogues

PACKAGES = {
    name: folder for name, folder in catalogues.packages().items() if any(m.id for m in catalogues.extracted(folder))
}
EACH = [(name, language) for name in sorted(PACKAGES) for language in catalogues.LANGUAGES]


@pytest.mark.parametrize(("name", "language"), EACH)
def test_every_text_is_translated(name: str, language: str) -> None:
    """Every text that the package uses has a translation, with the same placeholders."""
    catalogue = catalogues.stored(PACKAGES[name], language)
    used = [message.id for message in catalogues.extracted(PACKAGES[name]) if message.id]
    without = [text for text in used if not known(catalogue, text)]
    assert without == [], "run script/catalogues, and translate what is new in the .po file"
    assert catalogues.missing(catalogue) == []
    assert catalogues.misplaced(catalogue) == []


@pytest.mark.parametrize(("name", "language"), EACH)
def test_what_is_compiled_is_what_was_written(name: str, language: str) -> None:
    """Each ``.mo`` is compiled from the ``.po`` beside it."""
    path = catalogues.po_path(PACKAGES[name], language).with_suffix(".mo")
    assert path.read_bytes() == catalogues.as_mo(catalogues.stored(PACKAGES[name], language)), "run script/catalogues"


def known(catalogue: Catalog, text: str | tuple[str, ...]) -> bool:
    return catalogue.get(text if isinstance(text, str) else text[0]) is not None


def test_a_missing_translation_is_found() -> None:
    """The checks find a text without a translation, and one with other placeholders."""
    catalogue = Catalog(locale="sv")
    catalogue.add("Log on")
    catalogue.add("{count} line", "{number} rad")
    catalogue.add(("{count} sale", "{count} sales"), ("{count} köp", ""))
    catalogue.add("Hello", "Hej")
    assert catalogues.missing(catalogue) == ["Log on", "{count} sale"]
    assert catalogues.misplaced(catalogue) == ["{count} line"]


def test_texts_in_layouts_are_found() -> None:
    """A text in a layout file is a text like any other."""
    found = {message.id for message in catalogues.extracted(PACKAGES["kassa_ui"])}
    assert "Scan or search item" in found
    assert "Log on" in found
