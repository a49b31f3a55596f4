"""Files of field names: what is written is read again, and a faulty file says where."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.kernel.errors import ConfigurationError
from hub.settings.known_fields import fields_file, load_fields, write_fields

ODD = ("no", "true", "1", 'a "quoted" one', "with: colon", "åäö", "back\\slash", "#x", "- y")


def test_every_name_comes_back(tmp_path: Path) -> None:
    path = fields_file(tmp_path / "fields", "demo", "erp")
    write_fields(path, {"Sales Order": ODD, "null": ["b", "a", "a"]})
    assert load_fields(path.parent) == {
        "demo.erp": {"Sales Order": tuple(sorted(ODD)), "null": ("a", "b")}
    }


def test_the_same_names_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    write_fields(first, {"t": ["b", "a"], "s": ["c"]})
    write_fields(second, {"s": ["c"], "t": ["a", "b"]})
    assert first.read_bytes() == second.read_bytes()


def test_without_a_folder_nothing_is_known(tmp_path: Path) -> None:
    assert load_fields(tmp_path / "fields") == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("table:\n  case: [a]\n", ":1:1: table: unknown key 'table'; did you mean 'tables'?"),
        ("tables: [case]\n", ":1:1: tables: must be tables with their fields"),
        ("tables:\n  case: a\n", ":2:3: tables.case: must be a list of names"),
        ("tables:\n  case: [1]\n", ":2:3: tables.case: must be a list of names"),
        ("tables: {case: [a}\n", "YAML"),
    ],
)
def test_a_faulty_file_says_where(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "demo.erp.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_fields(tmp_path)
    assert any(told in problem for problem in caught.value.problems), caught.value.problems
