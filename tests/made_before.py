"""What every house of a test run would make anew, and need not: the own authority's keys, those of
the simulators, the tables, templates, and the processes that look at documents and make them."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from types import CodeType

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from hub.kernel.clock import Clock
from hub.kernel.crypto import Vault
from hub.services.apart.pool import Pool
from hub.services.core import Core
from hub.services.documents.inspection import Inspector
from hub.services.making import maker
from hub.services.making.maker import Maker, Pools
from hub.services.sealing.own import OwnAuthority
from hub.storage.db import Database
from hub.storage.migrate import upgrade


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


def put_tables(path: Path) -> None:
    """A SQLite file with the present schema, unless there is one already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        shutil.copyfile(_migrated(), path)


def put_sandbox_keys(folder: Path) -> None:
    """Give a sandbox's folder the keys that former ones have made; it makes those that are
    missing, and those that do not serve at its moment."""
    for file in _sandbox_keys().rglob("*.*"):
        to = folder / file.relative_to(_sandbox_keys())
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, to)


def keep_sandbox_keys(folder: Path) -> None:
    """Keep what this sandbox has made for the next ones."""
    for file in (*folder.rglob("*.pem"), *folder.rglob("*.key")):
        to = _sandbox_keys() / file.relative_to(folder)
        if not to.exists():
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, to)


class CompiledTemplates(BytecodeCache):
    """The templates that any application of this process has compiled."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._known.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._known[bucket.key, bucket.checksum] = bucket.code


_made: list[tuple[datetime, Path]] = []


def _authority(clock: Clock) -> Path:
    now = clock.wall()
    for at, folder in _made:
        if at <= now:  # its certificates hold from then on
            return folder
    folder = _folder("seal")
    OwnAuthority(folder, clock).key()
    _made.append((now, folder))
    return folder


@cache
def _migrated() -> Path:
    path = _folder("tables") / "paraph.db"
    db = Database(f"sqlite:///{path}", Vault("a secret key for tests, long enough"))
    upgrade(db)
    db.close()
    return path


@cache
def _sandbox_keys() -> Path:
    return _folder("sandbox")


def _folder(name: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=f"paraph-{name}-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


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
