"""What operators' commands need beside a running hub: the database, and nothing of the files but
``paraph.yaml``. Nothing is activated, migrated or checked, so that a look changes nothing and a
faulty mapping keeps nobody from looking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from hub.kernel.clock import Clock
from hub.kernel.crypto import Vault
from hub.kernel.errors import ConfigurationError
from hub.services.credentials.kept import KeptSettings
from hub.services.house import make_clock
from hub.settings import WorkspaceSettings, database_url, load_hub_settings, secret_keys
from hub.storage.db import Database
from hub.storage.migrate import is_current
from hub.storage.models import Workspace


@dataclass
class Office:
    """Database, clock and the workspaces that have a row: key → row id."""

    db: Database
    clock: Clock
    workspace_ids: dict[str, str]


def open_office(folder: Path) -> Office:
    """Raises ``ConfigurationError`` when no hub has begun its database, or another version has, and
    when it cannot be reached or read."""
    settings = load_hub_settings(folder / "paraph.yaml")
    url = make_url(database_url(settings))
    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
        raise ConfigurationError(f"there is no database at {url.database}; start the hub first")
    db = Database(database_url(settings), Vault(*secret_keys(settings)))
    try:
        if not is_current(db):
            raise ConfigurationError("the database is another version's; start this hub once")
        with db.read() as session:
            ids = {row.key: row.id for row in session.scalars(select(Workspace))}
    except SQLAlchemyError as error:
        said = " ".join(str(getattr(error, "orig", None) or error).split())[:300]
        where = url.render_as_string(hide_password=True)
        raise ConfigurationError(
            f"the database at {where} cannot be used: {said}; does it run, and is database_url "
            "right?"
        ) from None
    return Office(db, make_clock(settings), ids)


def with_kept(
    folder: Path, filed: Mapping[str, WorkspaceSettings]
) -> Mapping[str, WorkspaceSettings]:
    """``filed`` with the credentials that the hub of this folder keeps over them; as they are where
    none has begun, or its database is away."""
    try:
        office = open_office(folder)
    except (ConfigurationError, SQLAlchemyError):
        return filed
    try:
        return KeptSettings(office.db, office.db.vault).over(filed, office.workspace_ids)
    finally:
        office.db.close()
