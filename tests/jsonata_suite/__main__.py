"""``python -m tests.jsonata_suite FOLDER``: runs the suite in FOLDER, compares with the list of
known differences, prints one line of figures; the status says whether the list is true."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from hub.mapping.document import read_document
from tests.jsonata_suite.cases import read_suite
from tests.jsonata_suite.judge import difference

KNOWN = Path(__file__).parent / "known.yaml"


def read_known(path: Path) -> dict[str, str]:
    """Case → why it differs."""
    groups = read_document(path.read_text(encoding="utf-8"), str(path)).data
    return {
        case: f"{group}: {reason}"
        for group, cases in groups.items()
        for case, reason in cases.items()
    }


def faults(found: Mapping[str, str], known: Mapping[str, str]) -> list[str]:
    """Where list and suite disagree; ``found`` is every case with its difference or nothing."""
    told = [
        f"{name}: {why}; if that is meant, add it to {KNOWN.name}"
        for name, why in found.items()
        if why and name not in known
    ]
    for name in known:
        if name not in found:
            told.append(f"{name}: is not in the suite; remove it from {KNOWN.name}")
        elif not found[name]:
            told.append(f"{name}: passes; remove it from {KNOWN.name}")
    return told


def main(arguments: list[str]) -> int:
    """Run all cases, or those whose name contains a text."""
    parser = argparse.ArgumentParser(prog="tests.jsonata_suite")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="cases whose name contains this")
    asked = parser.parse_args(arguments)
    started = time.monotonic()
    cases = [case for case in read_suite(asked.folder) if asked.only in case.name]
    found = {case.name: difference(case) for case in cases}
    known = {name: why for name, why in read_known(KNOWN).items() if asked.only in name}
    told = faults(found, known)
    for line in told:
        print(line, file=sys.stderr)
    passed = sum(not why for why in found.values())
    print(
        f"jsonata   {len(found)} cases, {passed} passed, {len(known)} known differences, "
        f"{len(told)} faults, {time.monotonic() - started:.1f} s"
    )
    return 1 if told or not found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
