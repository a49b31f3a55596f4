"""What the house tests look at: the files of the tree, read once, and the plugins in it.

Knows no rule; those are in ``rules.py`` and in the tests.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from hub.contracts.manifest import Manifest
from hub.registry import find_manifests

ROOT = Path(__file__).resolve().parents[2]
CODE = ("hub", "connectors", "providers")
HOME_FOLDERS = {"connector": "connectors", "provider": "providers", "channel": "hub/channels"}
_MADE = {"__pycache__", "node_modules", "build"}


def python_files(*folders: str) -> list[Path]:
    """Every Python file under these folders of the tree."""
    return [path for folder in folders for path in _walk(ROOT / folder) if path.suffix == ".py"]


def tracked_files() -> list[Path]:
    """The files that git knows; outside a checkout, every file that nothing made."""
    told = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if told.returncode == 0 and (ROOT / ".git").exists():
        found = (ROOT / name for name in told.stdout.split("\0") if name)
        return [path for path in found if path.is_file()]
    return [path for path in _walk(ROOT) if ".venv" not in path.parts]


def name(path: Path) -> str:
    """The path as people write it, from the top of the tree."""
    return path.relative_to(ROOT).as_posix()


@cache
def text_of(path: Path) -> str:
    """The file's text."""
    return path.read_text(encoding="utf-8")


@cache
def plugins() -> dict[str, Manifest]:
    """Every plugin of the tree, by ``kind:key``."""
    return find_manifests()


def tests_of(manifest: Manifest) -> Path:
    """Where the tests of a plugin are."""
    return ROOT / "tests" / f"{manifest.kind}s" / manifest.key


def borrow(source: Path, target: Path, *changes: tuple[str, str]) -> None:
    """Copy a folder of text files, with words replaced in names and texts."""
    for path in source.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            text, name = path.read_text(encoding="utf-8"), path.relative_to(source).as_posix()
            for old, new in changes:
                text, name = text.replace(old, new), name.replace(old, new)
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_text(text, encoding="utf-8")


def _walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_dir() and path.name not in _MADE and not path.name.startswith("."):
            yield from _walk(path)
        elif path.is_file():
            yield path
