"""What every house of a test run would make anew, and need not: the own authority's keys, and the
process that looks at documents."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from hub.kernel.clock import Clock
from hub.services.core import Core
from hub.services.documents.inspection import Inspector
from hub.services.sealing.own import OwnAuthority


def put_seal(data: Path, clock: Clock) -> None:
    """Give a data folder that is about to be used an authority that was made before."""
    shutil.copytree(_authority(clock), data / "seal", dirs_exist_ok=True)


def lend_inspector(core: Core) -> None:
    """Have this house look at documents in the process of the former ones, unless it has limits of
    its own."""
    if core.settings.documents is None:
        vars(core.workshop)["_inspector"] = _inspector()


_made: list[Path] = []


def _authority(clock: Clock) -> Path:
    if not _made:
        folder = Path(tempfile.mkdtemp(prefix="paraph-seal-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        OwnAuthority(folder, clock).key()
        _made.append(folder)
    return _made[0]


class _Lent(Inspector):
    """Outlives the houses that it is lent to: they close what they have."""

    def close(self) -> None:
        return None

    def end(self) -> None:
        super().close()


@cache
def _inspector() -> Inspector:
    made = _Lent()
    atexit.register(made.end)
    return made
