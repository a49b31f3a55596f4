"""Imports go down only: the contracts of import-linter in ``pyproject.toml`` hold."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

from tests.house import tree

# The floors that the house is built on; pyproject.toml may have more.
WANTED = {
    "floors",
    "plugins-see-little",
    "plugins-by-manifest",
    "flask-at-the-doors",
    "plugins-without-flask",
}


def test_the_floors_hold():
    linter = Path(sys.executable).with_name("lint-imports")
    told = subprocess.run(
        [linter, "--no-logo", "--no-cache"],
        cwd=tree.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert " 0 broken" in told.stdout


def test_no_floor_was_taken_out():
    told = tomllib.loads((tree.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = told["tool"]["importlinter"]["contracts"]
    assert {contract["id"] for contract in contracts} >= WANTED


def test_no_floor_has_a_hole_for_a_plugin():
    text = (tree.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    floors = text[text.index("[tool.importlinter]") :]
    keys = {m.key for m in tree.plugins().values()}
    assert [key for key in sorted(keys) if f".{key}" in floors] == []
