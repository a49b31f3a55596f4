"""Every Python file keeps the rules of the house: size, names, docstrings, comments."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from tests.house import rules, tree

Rule = Callable[[str], Iterable[rules.Finding]]
# Written by Alembic once and never changed again; as long as the schema is.
MIGRATIONS = "hub/storage/migrations/versions/"
# One file on purpose: whoever doubts a proof takes it away and reads it alone.
ONE_FILE = "tests/services/evidence/second_verifier.py"


def broken(rule: Rule, files: Iterable[Path]) -> list[str]:
    """Each place that breaks the rule, as an editor can open it."""
    return [
        f"{tree.name(path)}:{finding.line}: {finding.text}"
        for path in files
        for finding in rule(tree.text_of(path))
    ]


def everything() -> list[Path]:
    return tree.python_files(*tree.CODE, "tests")


def sized() -> list[Path]:
    return [path for path in everything() if not tree.name(path).startswith((MIGRATIONS, ONE_FILE))]


def test_the_tree_is_really_looked_at():
    names = {tree.name(path) for path in everything()}
    assert {"hub/registry.py", "hub/kernel/errors.py", "tests/house/tree.py"} <= names


def test_no_file_is_longer_than_300_lines():
    assert broken(rules.too_long, sized()) == []


def test_no_function_is_longer_than_40_lines():
    assert broken(rules.long_functions, sized()) == []


def test_no_module_has_a_name_that_says_nothing():
    vague = [path for path in everything() if path.stem in rules.VAGUE_NAMES]
    assert [tree.name(path) for path in vague] == []


def test_every_module_says_what_it_is():
    assert broken(rules.no_module_docstring, everything()) == []


def test_every_public_class_says_what_it_is():
    assert broken(rules.undocumented_classes, tree.python_files(*tree.CODE)) == []


def test_every_method_of_a_contract_says_what_it_promises():
    assert broken(rules.undocumented_methods, tree.python_files("hub/contracts")) == []


def test_there_are_no_banners():
    assert broken(rules.banners, everything()) == []


def test_there_is_no_commented_out_code():
    assert broken(rules.commented_out, everything()) == []
