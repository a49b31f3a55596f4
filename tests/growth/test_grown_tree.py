"""New plugins in a copy of the whole tree: floors, house rules and contract suites hold unchanged.

Each kind's ``simulated`` plugin is there once more under another name, with its tests, and so is
the worked example of ``CONTRIBUTING.md``. Nothing else in the copy is touched.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import tree

SAMPLES = tree.ROOT / "tests" / "house" / "samples"
COPIED = ("hub", "connectors", "providers", "tests")
RENAMED = (("simulated", "borrowed"), ("Simulated", "Borrowed"))


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The copy."""
    root = tmp_path_factory.mktemp("grown")
    leave = shutil.ignore_patterns("__pycache__", "node_modules", "build", "frontend")
    for folder in COPIED:
        shutil.copytree(tree.ROOT / folder, root / folder, ignore=leave)
    shutil.copy(tree.ROOT / "pyproject.toml", root)
    for kind, home in tree.HOME_FOLDERS.items():
        tree.borrow(tree.ROOT / home / "simulated", root / home / "borrowed", *RENAMED)
        tests = f"tests/{kind}s"
        tree.borrow(tree.ROOT / tests / "simulated", root / tests / "borrowed", *RENAMED)
    for folder in ("hub", "tests"):
        tree.borrow(SAMPLES / folder, root / folder)
    return root


def passes(root: Path, *tests: str) -> None:
    """Run tests of the copy, in the copy; show what they say when they fail."""
    environ = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests],
        cwd=root,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout[-5000:] + told.stderr[-2000:]


def test_the_floors_hold_with_new_plugins(grown):
    passes(grown, "tests/house/test_floors.py")


@pytest.mark.parametrize("key", ["borrowed", "pager"])
def test_the_house_rules_take_in_a_new_plugin_by_themselves(grown, key):
    passes(grown, "tests/house/test_plugins.py", "-k", key)


@pytest.mark.parametrize("kind", tree.HOME_FOLDERS)
def test_a_new_plugin_passes_the_suite_of_its_kind(grown, kind):
    passes(grown, f"tests/{kind}s/borrowed")


def test_the_worked_example_passes_the_suite_of_its_kind(grown):
    passes(grown, "tests/channels/pager")
