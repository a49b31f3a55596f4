"""Both stores for every test that asks for one: SQLite, and a real PostgreSQL that runs as long as
the tests of this process do."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zlib import crc32

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings

from hub.kernel.bare_structlog import structlog
from hub.kernel.crypto import Vault
from hub.sandbox.ports import keep_to
from hub.storage.db import Database
from hub.storage.migrate import upgrade
from tests.cluster.servers import PostgresServer, ValkeyServer
from tests.made_before import CompiledTemplates, put_tables

# How fast examples are drawn says something of the machine, and nothing of the code.
settings.register_profile("paraph", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("paraph")

# Each test's application would compile the same templates again.
Flask.jinja_options = {"bytecode_cache": CompiledTemplates()}

# A logger that a test has configured would keep that test's file for all tests after it.
_configure = structlog.configure
structlog.configure = lambda **given: _configure(**{**given, "cache_logger_on_first_use": False})

STORES = ("sqlite", "postgresql")
ABOUT_STORES = ("engine", "storage")  # all of it runs on both, whoever asks
MIGRATED = "paraph_migrated"


def pytest_configure(config: pytest.Config) -> None:
    """Workers side by side choose their ports from parts of their own."""
    worker = getattr(config, "workerinput", None)
    if worker is not None:
        keep_to(int(worker["workerid"].removeprefix("gw")), worker["workercount"])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With ``PARAPH_STORES=drawn``, as ``make test`` has it, a test runs on the store that its name
    draws, unless it is about what stores do differently."""
    if os.environ.get("PARAPH_STORES") != "drawn":
        return
    every = {item.nodeid for item in items}
    left = {item for item in items if _other_is_drawn(item, every)}
    items[:] = [item for item in items if item not in left]
    config.hook.pytest_deselected(items=list(left))


def _other_is_drawn(item: pytest.Item, every: set[str]) -> bool:
    """Whether this very test runs on the other store, and need not run on this one."""
    mine = next((store for store in STORES if store in item.nodeid.rpartition("[")[2]), None)
    if mine is None or item.get_closest_marker("both_stores") or _about_stores(item.path):
        return False
    drawn = STORES[crc32(item.nodeid.replace(mine, "").encode()) % len(STORES)]
    return drawn != mine and item.nodeid.replace(mine, drawn) in every


def _about_stores(path: Path) -> bool:
    return any((Path(__file__).parent / name) in path.parents for name in ABOUT_STORES)


def pytest_collection_finish() -> None:
    """Thousands of tests are a large heap; the collector need not walk it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A running PostgreSQL; its database ``MIGRATED`` has the present schema, to be copied."""
    # not under pytest's own folder: the server's account must be able to reach it
    folder = Path(tempfile.mkdtemp(prefix="paraph-postgres-"))
    server = PostgresServer(folder / "data")
    try:
        server.start()
        db = Database(server.create(MIGRATED), Vault("a secret key for tests, long enough"))
        upgrade(db)
        db.close()
        yield server
    finally:
        server.kill()  # nobody needs its data any more
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyServer]:
    """A running Valkey, which speaks Redis' protocol."""
    server = ValkeyServer(tmp_path_factory.mktemp("valkey"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=STORES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of this test's own with the present schema, once on each store."""
    with new_database(request.param, request, tmp_path) as url:
        yield url


@contextmanager
def new_database(store: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """The URL of an empty database on one of ``STORES``."""
    if store == "sqlite":
        path = folder / "paraph.db"
        put_tables(path)
        yield f"sqlite:///{path}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = server.fresh_name()
    yield server.create(name, MIGRATED)
    server.drop(name)
