"""docs/conformance.md: each sentence of the founding document, with tests that are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "conformance.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py(?:::\w+)?)`", PAGE)))


@pytest.mark.parametrize("named", NAMED)
def test_named_test_is_there(named: str) -> None:
    """A promise is not shown by a test that has gone or has another name."""
    path, _, name = named.partition("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    defined = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    # A state machine of hypothesis becomes a test by an assignment.
    defined |= {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    assert name in defined if name else any(one.lower().startswith("test") for one in defined)


def test_every_sentence_has_a_test() -> None:
    """No row of the page is without a test."""
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith(("| the", "| ---"))]
    assert rows
    assert [row for row in rows if "`tests/" not in row] == []


SENTENCES = {"Overview": 5, "Connection status": 6, "Setup": 7, "Data synchronisation": 5}
"""Promises in each chapter of the founding document; one of its sentences makes two, of header and window."""


@pytest.mark.parametrize("chapter", SENTENCES)
def test_each_chapter_has_all_its_sentences(chapter: str) -> None:
    """No promise of a chapter is left out, and none is there twice."""
    (text,) = re.findall(rf"^## {chapter}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    told = [line.split(" | ")[0] for line in text.splitlines() if line.startswith("| ") and "`tests/" in line]
    assert len(set(told)) == len(told) == SENTENCES[chapter]
