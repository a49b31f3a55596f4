"""Reads the suite's folder: ``groups/<group>/<file>.json`` with a case or a list of cases each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Case:
    """One expression with its input and what it must give: a result, nothing, or an error."""

    name: str  # group/file, and the place in the file where it holds a list
    expression: str
    data: str  # JSON; empty: undefined
    bindings: str  # JSON
    result: Any = None
    code: str = ""
    unordered: bool = False
    seconds: float = 20.0


def read_suite(folder: Path) -> Iterator[Case]:
    """All cases of a suite, in the order of their names."""
    datasets = {
        path.stem: path.read_text(encoding="utf-8") for path in (folder / "datasets").glob("*.json")
    }
    for path in sorted((folder / "groups").glob("*/*.json")):
        found = json.loads(path.read_text(encoding="utf-8"))
        base = f"{path.parent.name}/{path.stem}"
        if isinstance(found, list):
            for number, given in enumerate(found):
                yield _case(f"{base}/{number}", given, path.parent, datasets)
        else:
            yield _case(base, found, path.parent, datasets)


def _case(name: str, given: dict[str, Any], folder: Path, datasets: dict[str, str]) -> Case:
    text = given["expr"] if "expr" in given else _read(folder / given["expr-file"])
    if "data" in given:
        data = json.dumps(given["data"])
    else:
        data = datasets[given["dataset"]] if given.get("dataset") is not None else ""
    code = given.get("code") or given.get("error", {}).get("code", "")
    bindings = json.dumps(given.get("bindings", {}))
    return Case(
        name,
        text,
        data,
        bindings,
        given.get("result"),
        code,
        "unordered" in given,
        given.get("timelimit", 1000 * Case.seconds) / 1000,
    )


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
