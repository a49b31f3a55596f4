"""What every house of a test run would make anew, and need not: the own authority's keys, and the
processes that look at documents and make them."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache, partial
from pathlib import Path

from hub.kernel.clock import Clock
from hub.services.apart.pool import Pool
from hub.services.core import Core
from hub.services.documents.inspection import Inspector
from hub.services.making import maker
from hub.services.making.maker import Maker, Pools
from hub.services.sealing.own import OwnAuthority


def put_seal(data: Path, clock: Clock) -> None:
    """Give a data folder that is about to be used an authority that was made before."""
    shutil.copytree(_authority(clock), data / "seal", dirs_exist_ok=True)


def lend_processes(core: Core) -> None:
    """Have this house use the processes of the former ones; for looking at documents only if it has
    no limits of its own."""
    workshop = core.workshop
    if core.settings.documents is None:
        vars(workshop)["_inspector"] = _inspector()
    vars(workshop)["_maker"] = Maker(core.settings, workshop._clock, _pools())


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


class _LentPool(Pool):
    """Likewise."""

    def close(self) -> None:
        return None

    def end(self) -> None:
        super().close()


@cache
def _inspector() -> Inspector:
    made = _Lent()
    atexit.register(made.end)
    return made


@cache
def _pools() -> Pools:
    made = [_LentPool(partial(maker._begun, "ERROR", True), at_once=1, uses=500) for _ in range(2)]
    for one in made:
        atexit.register(one.end)
    return Pools(*made)
