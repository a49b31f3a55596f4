"""Brings a database to the present schema, in this process. Two processes that start at once are
safe: the second one waits, and then finds nothing to do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, inspect, text

from hub.storage.db import Database
from hub.storage.models import Base

if TYPE_CHECKING:
    from alembic.config import Config

_FOLDER = Path(__file__).parent / "migrations"
_ADVISORY_LOCK = 0x7061726170  # any number, the same in every process


def upgrade(db: Database) -> None:
    """Run all revisions that are missing, in one transaction: all or nothing."""
    if is_current(db):
        return
    from alembic import command  # only when there is something to do: it is a tenth of our memory

    with db.write() as session:
        connection = session.connection()
        if not db.is_sqlite:  # on SQLite, BEGIN IMMEDIATE has done it
            connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _ADVISORY_LOCK})
        command.upgrade(_config(connection), "head")


def differences(db: Database) -> list[Any]:
    """What differs between the database and the models; empty when they agree."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with db.read() as session:
        context = MigrationContext.configure(session.connection())
        return list(compare_metadata(context, Base.metadata))


def write_revision(db: Database, message: str, number: str) -> None:
    """For developers: write a new revision from what the models have and ``db`` has not."""
    from alembic import command

    with db.write() as session:
        command.revision(
            _config(session.connection()), message=message, rev_id=number, autogenerate=True
        )


def is_current(db: Database) -> bool:
    """Whether the newest revision of the folder is the database's."""
    newest = max(path.name.partition("_")[0] for path in (_FOLDER / "versions").glob("*.py"))
    with db.read() as session:
        if not inspect(session.connection()).has_table("alembic_version"):
            return False
        found = session.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return bool(found == newest)


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config
