"""Brings a database to the present schema, in this process. Two processes that start at once are
safe: the second one waits, and then finds nothing to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from hub.storage.db import Database
from hub.storage.models import Base

_FOLDER = Path(__file__).parent / "migrations"
_ADVISORY_LOCK = 0x7061726170  # any number, the same in every process


def upgrade(db: Database) -> None:
    """Run all revisions that are missing, in one transaction: all or nothing."""
    with db.write() as session:
        connection = session.connection()
        if not db.is_sqlite:  # on SQLite, BEGIN IMMEDIATE has done it
            connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _ADVISORY_LOCK})
        command.upgrade(_config(connection), "head")


def differences(db: Database) -> list[Any]:
    """What differs between the database and the models; empty when they agree."""
    with db.read() as session:
        context = MigrationContext.configure(session.connection())
        return list(compare_metadata(context, Base.metadata))


def write_revision(db: Database, message: str, number: str) -> None:
    """For developers: write a new revision from what the models have and ``db`` has not."""
    with db.write() as session:
        command.revision(
            _config(session.connection()), message=message, rev_id=number, autogenerate=True
        )


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config
