"""Tracked files hold nothing of the machine on which they were written."""

from __future__ import annotations

import re

import pytest

from tests.house import tree

# Folders in which people and services keep their work, when they stand at the root of a machine.
MACHINE_PATH = re.compile(r"(?<![\w.:/{}$-])/(?:home|root|Users|work|workspace|mnt|srv)/[\w.-]+")
REGISTRY = re.compile(
    r"""--(?:extra-)?index-url|--trusted-host|--find-links"""
    r"""|"resolved":\s*"http|\bregistry\s*=\s*http|@\s+https?://\S+\.(?:whl|tar\.gz)"""
    r"""|files\.pythonhosted\.org|registry\.npmjs\.org"""
)
LOCKS = ("requirements.lock", "hub/web/frontend/package-lock.json", "hub/web/frontend/.npmrc")
THIS = tree.ROOT / "tests" / "house" / "test_clean_tree.py"


def findings(pattern: re.Pattern[str]) -> list[str]:
    """Each place in a tracked text file where the pattern is found."""
    found = []
    for path in tree.tracked_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for match in pattern.finditer(text):
            if path != THIS:
                line = text.count("\n", 0, match.start()) + 1
                found.append(f"{tree.name(path)}:{line}: {match.group()}")
    return found


def test_no_file_holds_a_path_of_somebodys_machine():
    assert findings(MACHINE_PATH) == []


def test_no_file_names_where_packages_were_loaded_from():
    assert findings(REGISTRY) == []


def test_the_locks_are_looked_at():
    names = {tree.name(path) for path in tree.tracked_files()}
    assert set(LOCKS) - {"hub/web/frontend/.npmrc"} <= names


@pytest.mark.parametrize(
    "text",
    [
        'open("/home/alice/notes.txt")',
        "see /Users/bob/paraph",
        "cd /work/paraph",
        "'/root/.cache'",
    ],
)
def test_a_path_of_a_machine_is_recognised(text):
    assert MACHINE_PATH.search(text)


@pytest.mark.parametrize(
    "text",
    ["https://example.com/home/alice", "{base}/work/x", "a/home/x", "/s/abc", "/health/live"],
)
def test_an_address_is_not_taken_for_a_path(text):
    assert not MACHINE_PATH.search(text)


@pytest.mark.parametrize(
    "text",
    [
        "--index-url https://example.com/simple",
        '"resolved": "https://example.com/a.tgz"',
        "registry = https://example.com/",
        "a @ https://example.com/a-1.0-py3-none-any.whl",
    ],
)
def test_an_address_of_packages_is_recognised(text):
    assert REGISTRY.search(text)
