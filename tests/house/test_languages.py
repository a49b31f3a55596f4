"""Words of ours that people read are there in every language of the pages, not in some."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.settings import LANGUAGES
from hub.web.pages.words import NAMES

ROOT = Path(__file__).parents[2]
FOLDERS = ("hub", "providers/native_canvas")
# File or folder → why its words are in fewer languages.
FEWER = {
    "hub/sandbox": "screens of the simulators, for those who develop and try out",
    "hub/services/documents/refusals.py": "read by who sends; the customer is not invited yet",
}


def _tables(source: str) -> Iterator[tuple[int, set[str]]]:
    """Line and languages of each dictionary whose keys are languages, Swedish among them."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Dict):
            continue
        keys = {one.value for one in node.keys if isinstance(one, ast.Constant)}
        if len(keys) == len(node.keys) and "sv" in keys and keys <= set(NAMES):
            yield node.lineno, keys


def _found() -> dict[str, list[tuple[int, set[str]]]]:
    files = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    named = {path.relative_to(ROOT).as_posix(): path.read_text() for path in files}
    return {name: list(_tables(source)) for name, source in named.items()}


def _lacking() -> dict[str, list[str]]:
    """File → what is missing in which line."""
    told = {
        name: [
            f"line {line} lacks {', '.join(sorted(set(NAMES) - keys))}"
            for line, keys in tables
            if keys != set(NAMES)
        ]
        for name, tables in _found().items()
    }
    return {name: lines for name, lines in told.items() if lines}


def test_every_table_of_words_has_every_language_of_the_pages():
    assert {name: lines for name, lines in _lacking().items() if not _excused(name)} == {}


@pytest.mark.parametrize("place", list(FEWER))
def test_every_excuse_is_needed(place):
    assert [name for name in _lacking() if _covers(place, name)] != []


def test_pages_and_workspaces_know_the_same_languages():
    assert set(LANGUAGES) == set(NAMES)


def test_tables_are_found_where_they_stand():
    assert list(_tables('A = {"en": "x", "sv": "y"}\nB = {"sv": 1, "x": 2}')) == [(1, {"en", "sv"})]
    assert len(_found()["hub/services/signing_words.py"]) == 8


def _excused(name: str) -> bool:
    return any(_covers(place, name) for place in FEWER)


def _covers(place: str, name: str) -> bool:
    return name == place or name.startswith(f"{place}/")
