"""Search as you type."""

from __future__ import annotations

from tests.ui.desk_kit import Bench


def test_results_as_you_type(bench: Bench) -> None:
    """Letters open the search; what is found for the newest words is shown; Enter sells it if it is the only one."""
    bench.at_desk()
    bench.type("regn")
    bench.settle()
    drawn = bench.sale()
    assert drawn.mode == "search"
    assert [row.name for row in drawn.results] == ["Regnjacka Sarek, blå M"]
    bench.till.key("enter", keyboard=False)
    bench.settle()
    assert bench.register.submitted[-1] == (100, {"code": "1004"})
    assert bench.sale().mode == "grid"


def test_search_does_not_wait_for_the_sale(bench: Bench) -> None:
    """A search is answered while the sale's worker is busy."""
    bench.at_desk()
    bench.register.hold()
    bench.scan("7310865004703")
    bench.type("kaffe")
    bench.until(lambda: bench.sale().results)


def test_only_the_newest_words_are_asked_for(bench: Bench) -> None:
    """While one search is on its way the words typed meanwhile are asked for once, as they are at the end."""
    bench.at_desk()
    bench.type("kaffe mel")
    bench.settle()
    asked = [parameters["words"] for operation, parameters in bench.register.submitted if operation == 108]
    assert asked == ["ka", "kaffe mel"]


def test_arrows_pick(bench: Bench) -> None:
    """With several found the arrows pick one and Enter sells it; a quantity typed before the words goes with it."""
    bench.at_desk()
    bench.type("2*a ")
    bench.till.desk.open_search()
    bench.type("l")
    bench.settle()
    bench.till.key("down")
    bench.till.key("down")
    rows = bench.sale().results
    assert [row.picked for row in rows].index(True) == 1
    bench.till.key("enter", keyboard=False)
    operation, parameters = bench.register.submitted[-1]
    assert (operation, parameters["code"], parameters["quantity"]) == (100, rows[1].number, 2)


def test_nothing_found_says_so(bench: Bench) -> None:
    """Nothing found is said in place, with the words."""
    bench.at_desk()
    bench.type("zebra")
    bench.settle()
    assert bench.sale().results_note == "Inget hittades för ”zebra”."
