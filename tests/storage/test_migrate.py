"""Migrations give exactly the schema of the models, also when processes start together."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from sqlalchemy import create_engine

from hub.kernel.crypto import Vault
from hub.storage.db import Database
from hub.storage.migrate import differences, upgrade
from hub.storage.models import Base

ROOT = Path(__file__).parents[2]
SECRET = "a secret key for tests, long enough"


def database(folder: Path) -> Database:
    return Database(f"sqlite:///{folder}/paraph.db", Vault(SECRET))


def test_migrations_agree_with_the_models(tmp_path: Path) -> None:
    db = database(tmp_path)
    assert differences(db) != []
    upgrade(db)
    assert differences(db) == []
    db.close()


def test_migrations_make_the_same_indexes_as_the_models(tmp_path: Path) -> None:
    db = database(tmp_path)
    upgrade(db)
    plain = create_engine(f"sqlite:///{tmp_path}/plain.db")
    Base.metadata.create_all(plain)
    with db.engine.connect() as migrated, plain.connect() as modelled:
        statements = [_indexes(connection) for connection in (migrated, modelled)]
    assert statements[0] == statements[1]
    assert any("WHERE" in statement for statement in statements[0])
    plain.dispose()
    db.close()


def test_upgrading_again_does_nothing(tmp_path: Path) -> None:
    db = database(tmp_path)
    upgrade(db)
    upgrade(db)
    assert differences(db) == []
    db.close()


def test_two_processes_may_start_at_once(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from tests.storage.test_migrate import database, upgrade;"
        f"upgrade(database(Path({str(tmp_path)!r})))"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    answers = [(process.communicate()[1], process.returncode) for process in processes]
    assert [code for _, code in answers] == [0, 0, 0], answers
    db = database(tmp_path)
    assert differences(db) == []
    db.close()


def _indexes(connection: object) -> list[str]:
    rows = connection.exec_driver_sql(  # type: ignore[attr-defined]
        "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        " AND tbl_name <> 'alembic_version'"
    )
    return sorted(re.sub(r"\s+", " ", row[0]) for row in rows)
