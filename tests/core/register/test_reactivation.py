"""Activation again: a new series, and a way back for a register whose journal is damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from kassa.errors import JournalDamaged, NoAnswer, Refusal
from kassa.journal import Journal
from kassa.register import activate
from kassa.testing.shop import Shop
from kassa.trust import ActivationCode, read_activation_code


def damage(folder: Path) -> bytes:
    """Overwrite the middle of a register's journal."""
    path = folder / Journal.FILE
    content = path.read_bytes()
    path.write_bytes(content[:200] + b"\xa5" * (len(content) - 200))
    return path.read_bytes()


def test_damaged_journal_is_put_aside_and_the_register_sells_again(shop: Shop) -> None:
    """A register with a damaged journal says so; a new activation keeps that file and starts a series of its own."""
    folder = shop.activate()
    first = shop.open_register(folder)
    first.close()
    content = damage(folder)
    with pytest.raises(JournalDamaged):
        shop.open_register(folder)
    shop.activate()
    register = shop.open_register(folder)
    assert (register.journal.series.number, register.journal.series.sequence) == (2, 0)
    assert (folder / "journal-damaged-1.db").read_bytes() == content


def test_refused_code_leaves_a_damaged_journal_where_it_is(shop: Shop) -> None:
    """Nothing is moved before the store server has accepted the code."""
    folder = shop.activate()
    content = damage(folder)
    code = read_activation_code(shop.server.activation_code("R1"))
    wrong = ActivationCode(code.address, code.fingerprint, "0000-0000")
    with pytest.raises(Refusal):
        activate(folder, wrong.text, environment=shop.environment)
    assert (folder / Journal.FILE).read_bytes() == content
    assert not list(folder.glob("journal-damaged*"))


def test_second_activation_opens_the_next_series(shop: Shop) -> None:
    """Activated again, a register counts from 1 in a new series; the store server gives its number."""
    folder = shop.activate()
    with shop.open_register(folder) as register:
        shop.log_on(register)
    shop.activate()
    register = shop.open_register(folder)
    assert register.journal.series.number == 2
    assert register.journal.entries() == []


def test_activation_whose_answer_was_lost_is_done_by_the_same_code(shop: Shop) -> None:
    """The store server has taken the key, its answer never came: the same code again makes the same register, once."""
    code = read_activation_code(shop.server.activation_code("R1"))
    through = ActivationCode(shop.network.address, code.fingerprint, code.code)
    folder = shop.folder / "R1"
    shop.network.drop_answer()
    with pytest.raises(NoAnswer):
        activate(folder, through.text, environment=shop.environment)
    shop.network.pass_through()
    activate(folder, through.text, environment=shop.environment)
    assert not (folder / "activation").exists()
    register = shop.open_register(folder)
    shop.log_on(register)
    assert register.connection.state().online
    assert register.journal.series.number == 1
    assert len(shop.server.query("SELECT * FROM series")) == 1
