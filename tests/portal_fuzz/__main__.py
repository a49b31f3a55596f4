"""``python -m tests.portal_fuzz --cases 100000``: nobody sees another's document."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import click
import structlog

from tests.portal_fuzz.strangers import Strangers
from tests.services.portal.portal_case import PortalCase
from tests.services.portal.talks import TALKING


@click.command()
@click.option("--cases", default=100_000, show_default=True)
@click.option("--seed", default=0, show_default=True)
def main(cases: int, seed: int) -> None:
    """Random requests as three customers of two workspaces. Status 1 when anything leaked."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        case = PortalCase(
            Path(folder),
            f"sqlite:///{folder}/fuzz.db",
            "{region: DK, idle: 1d, lives: 30d}",
            mapping=TALKING,
        )
        strangers = Strangers(case, seed)
        strangers.run(cases)
        case.close()
    told = {
        "cases": cases,
        "documents": len(strangers.requests),
        "leaks": len(strangers.leaks),
        "answers": dict(sorted(strangers.answers.items())),
        "seconds": round(time.monotonic() - began),
    }
    print(json.dumps(told))
    for one in strangers.leaks[:20]:
        print(one)
    sys.exit(1 if strangers.leaks else 0)


if __name__ == "__main__":
    main()
