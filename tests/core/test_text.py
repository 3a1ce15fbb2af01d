"""Texts: worded when somebody's language is known, whatever they carry and wherever they were made."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from kassa.text import Moment, Money, Number, Text, literal, show, show_amount, texts

SWEDISH = """
msgid ""
msgstr ""
"Language: sv\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "{name} owes {amount}."
msgstr "{amount} är {name} skyldig."

msgid "{count} sale"
msgid_plural "{count} sales"
msgstr[0] "{count} köp"
msgstr[1] "{count} köp i kö"
"""
STOCKHOLM = ZoneInfo("Europe/Stockholm")


@pytest.fixture
def domain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A package with a Swedish catalogue, as a partner's plugin has one."""
    name = "partners_texts"
    catalogue = tmp_path / name / "locale" / "sv" / "LC_MESSAGES" / f"{name}.mo"
    catalogue.parent.mkdir(parents=True)
    (tmp_path / name / "__init__.py").touch()
    with catalogue.open("wb") as file:
        write_mo(file, read_po(io.StringIO(SWEDISH)))
    monkeypatch.syspath_prepend(tmp_path)
    yield name
    sys.modules.pop(name, None)


def plain(words: str) -> str:
    """Without the special spaces that locales put into numbers."""
    return words.replace("\xa0", " ").replace("\u202f", " ")


def test_words_are_the_readers(domain: str) -> None:
    """The same text is English for one and Swedish for another, with amounts as each language writes them."""
    _, _n = texts(domain)
    text = _("{name} owes {amount}.", name="Eva", amount=Money(Decimal("1234.5"), "EUR"))
    assert text.words("en") == "Eva owes €1,234.50."
    assert plain(text.words("sv")) == "1 234,50 € är Eva skyldig."
    assert str(text) == text.words("en")


def test_plural_follows_the_count_and_the_language(domain: str) -> None:
    """One and many are chosen by the count, by the rules of the language."""
    _, n_ = texts(domain)
    words = [n_("{count} sale", "{count} sales", count=count).words for count in (1, 2)]
    assert [say("en") for say in words] == ["1 sale", "2 sales"]
    assert [say("sv") for say in words] == ["1 köp", "2 köp i kö"]


def test_language_without_catalogue_reads_english(domain: str) -> None:
    """A text without a translation is English; so is one of a module without a folder, or that is not installed."""
    _, _n = texts(domain)
    assert _("Not translated").words("sv") == "Not translated"
    assert Text("Hello", "no_such_package").words("sv") == "Hello"
    assert Text("Hello", "kassa.text").words("sv") == "Hello"


def test_text_travels_whole() -> None:
    """A text read back from its JSON says the same: refusals are worded where they are read."""
    inner = Text("{at} {date} {n}", "kassa", {
        "at": Moment(datetime(2026, 7, 1, 12, 5, 9, tzinfo=UTC), "long"),
        "date": Moment(datetime(2026, 7, 1, 22, 30, tzinfo=UTC), "date"),
        "n": Number(Decimal("0.482")),
    })  # fmt: skip
    outer = Text("<{inner}>", "kassa", {"inner": inner})
    read = msgspec.json.decode(msgspec.json.encode(outer), type=Text)
    assert read == outer
    assert plain(read.words("sv", STOCKHOLM)) == "<14:05:09 2026-07-02 00:30 0,482>"


def test_time_is_shown_where_the_store_is() -> None:
    """A moment is UTC inside and the store's wall clock on the screen."""
    text = Text("{at}", "kassa", {"at": Moment(datetime(2026, 1, 5, 23, 2, tzinfo=UTC))})
    assert text.words("sv", STOCKHOLM) == "00:02"
    assert text.words("sv") == "23:02"


def test_literal_is_never_a_pattern() -> None:
    """What people typed is shown as it is, braces and all, and is looked up in no catalogue."""
    assert literal("50% {off} {").words("sv") == "50% {off} {"
    _, _n = texts("kassa")
    assert _("Found {what}", what="{0}").words("en") == "Found {0}"


def test_amount_without_currency() -> None:
    """The sale's own columns show amounts with two digits in the language's writing."""
    assert plain(show_amount(Decimal("1234.5"), "sv")) == "1 234,50"
    assert show_amount(Decimal("1234.5"), "en") == "1,234.50"


@pytest.mark.parametrize(
    ("currency", "english", "swedish"),
    [
        ("SEK", "SEK\u00a01,234.50", "1\u00a0234,50\u00a0kr"),
        ("GBP", "£1,234.50", "1\u00a0234,50\u00a0GBP"),
    ],
)
def test_a_currency_s_letters_stand_apart_from_its_figures(currency: str, english: str, swedish: str) -> None:
    """A sign may touch the figures, letters may not."""
    money = Money(Decimal("1234.5"), currency)
    assert (show(money, "en"), show(money, "sv")) == (english, swedish)
