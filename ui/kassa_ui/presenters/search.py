"""Search as you type. Answers come on the search lane, beside the sale; only the newest words are worth asking for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kassa.model import Item
from kassa.operations import OperationResult
from kassa.requests.catalogue import ItemsFound
from kassa.text import texts
from kassa_ui.presenters.notices import notice_of
from kassa_ui.presenters.speech import Speech
from kassa_ui.presenters.work import Job

if TYPE_CHECKING:
    from kassa_ui.presenters.till import Till

_, n_ = texts("kassa_ui")

PRODUCT_SEARCH = 108
SHORTEST = 2


@dataclass(frozen=True)
class ResultRow:
    """One item found, as drawn."""

    number: str
    name: str
    detail: str
    price: str
    picked: bool


class Search:
    """What is searched for and what was found."""

    def __init__(self, till: Till) -> None:
        self._till = till
        self.words = ""
        self.found: tuple[Item, ...] = ()
        self.found_for = ""
        self.more = False
        self.picked: int | None = None
        self._asked_for: str | None = None

    def search(self, words: str) -> None:
        """Look for ``words``; while an answer is awaited the newest words wait, and older ones are forgotten."""
        self.words = words.strip()
        self.picked = None
        if len(self.words) < SHORTEST:
            self.found, self.found_for, self.more = (), "", False
            return
        self._ask()

    def _ask(self) -> None:
        if self._asked_for is not None or self.words == self.found_for or len(self.words) < SHORTEST:
            return
        self._asked_for = self.words
        self._till.work.start(Job(PRODUCT_SEARCH, {"words": self.words}, "", self._answered, self._failed))

    def _answered(self, result: OperationResult) -> None:
        asked, self._asked_for = self._asked_for or "", None
        if isinstance(result.data, ItemsFound) and self.words:
            self.found, self.more, self.found_for = result.data.items, result.data.more, asked
            self.picked = None
        self._ask()

    def _failed(self, error: BaseException) -> None:
        self._asked_for = None
        self.found_for = self.words
        self._till.desk.notices.add(notice_of(error))

    def move(self, step: int) -> None:
        """Pick the next item up or down."""
        if self.found:
            start = -1 if self.picked is None and step > 0 else self.picked or 0
            self.picked = min(max(start + step, 0), len(self.found) - 1)

    def chosen(self) -> Item | None:
        """What Enter chooses: the picked item, or the only one found for exactly these words."""
        if self.picked is not None:
            return self.found[self.picked]
        if len(self.found) == 1 and self.found_for == self.words:
            return self.found[0]
        return None

    def rows(self, speech: Speech) -> tuple[ResultRow, ...]:
        """What was found, as drawn."""
        return tuple(
            ResultRow(
                item.number,
                item.description,
                item.number if item.barcode in (None, item.number) else f"{item.number} · {item.barcode}",
                speech.amount(item.unit_price),
                place == self.picked,
            )
            for place, item in enumerate(self.found)
        )

    def note(self, speech: Speech) -> str:
        """The line below the results."""
        if len(self.words) < SHORTEST:
            return speech(_("Type part of a name, a number or a barcode."))
        if self._asked_for is not None and not self.found:
            return speech(_("Searching …"))
        if not self.found:
            return speech(_("Nothing found for “{words}”.", words=self.words))
        if self.more:
            return speech(_("There are more: type more of the name."))
        return speech(n_("{count} item", "{count} items", count=len(self.found)))
