"""Both stores for every test that asks for one: SQLite, and a real PostgreSQL that runs as long as
the tests of this process do."""

from __future__ import annotations

import gc
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from hub.kernel.crypto import Vault
from hub.storage.db import Database
from hub.storage.migrate import upgrade
from tests.cluster.servers import PostgresServer, ValkeyServer

# How fast examples are drawn says something of the machine, and nothing of the code.
settings.register_profile("paraph", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("paraph")

STORES = ("sqlite", "postgresql")
MIGRATED = "paraph_migrated"


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
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the present schema, to be copied: migrating takes 0.2 s of a
    processor, and hundreds of tests have a file of their own."""
    path = tmp_path_factory.mktemp("migrated") / "paraph.db"
    db = Database(f"sqlite:///{path}", Vault("a secret key for tests, long enough"))
    upgrade(db)
    db.close()
    return path


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
        shutil.copyfile(request.getfixturevalue("migrated_file"), path)
        yield f"sqlite:///{path}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = server.fresh_name()
    yield server.create(name, MIGRATED)
    server.drop(name)
