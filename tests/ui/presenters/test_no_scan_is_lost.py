"""No scan is lost or changes places, whatever is open and however slowly the register works."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from tests.ui.desk_kit import Bench
from tests.ui.scripted_register import ScriptedRegister
from tests.ui.scripted_shop import ITEMS

from kassa.operations import Question
from kassa.register.face import Event
from kassa.text import literal
from kassa_ui.presenters.scanner import is_gtin

CODES = tuple(code for code in ITEMS if is_gtin(code))
A_FEW = 8
MANY = 400


def ask(register: ScriptedRegister) -> None:
    """The register asks something."""
    choices = (("a", literal("A")), ("b", literal("B")))
    register.question = Question(literal("?"), choices, "a", 10)
    register.publish(Event("question"))


def search(bench: Bench) -> None:
    """Somebody searches."""
    bench.till.desk.open_search()
    bench.type("jack", gap_s=0.2)


def happenings(bench: Bench) -> tuple[Callable[[], object], ...]:
    """What may happen between two scans."""
    till, register = bench.till, bench.register
    return (
        lambda: till.desk.press(0),
        till.press_settings,
        till.press_staff,
        till.press_pill,
        lambda: search(bench),
        register.hold,
        register.release,
        lambda: till.key("escape"),
        lambda: ask(register),
        lambda: bench.until(lambda: True),
    )


def play(register: ScriptedRegister, seed: int) -> None:
    """Scans among dialogs, searches, questions and a register that stands still: all sold, in order."""
    chance = random.Random(seed)
    bench = Bench(register)
    bench.selling()
    register.submitted.clear()
    scanned = []
    for _step in range(40):
        chance.choice(happenings(bench))()
        for _scan in range(chance.randrange(3)):
            code = chance.choice(CODES)
            scanned.append(code)
            register.clock.seconds += 1
            bench.type(code + "\n", gap_s=chance.choice((0.001, 0.01, 0.2)))
        bench.till.tick()
    register.release()
    register.question = None
    bench.settle()
    sold = [parameters["code"] for operation, parameters in register.submitted if operation == 100]
    bench.till.stop()
    assert sold == scanned, f"seed {seed}"


@pytest.mark.parametrize("seed", range(A_FEW))
def test_a_few_days(register: ScriptedRegister, seed: int) -> None:
    """A few fixed seeds, in every run."""
    play(register, seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(A_FEW, MANY))
def test_many_days(register: ScriptedRegister, seed: int) -> None:
    """Many more."""
    play(register, seed)
