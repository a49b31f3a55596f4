"""What an administrator writes: the hub's own settings and one file per workspace.

``config/paraph.yaml`` is the installation (addresses, database, limits),
``config/workspaces/*.yaml`` the organisations (name, texts, instances, mappings). Every fault
is told with file, line, column and what to do; the hub does not start with one.
"""

from __future__ import annotations

from hub.settings.blocks import BlobSettings, DocumentSettings, PortalSettings
from hub.settings.installation import (
    HubSettings,
    blobs_place,
    data_folder,
    database_url,
    is_sqlite,
    load_hub_settings,
    make_private,
    outgoing_guard,
    redis_url,
    secret_keys,
)
from hub.settings.instances import InstanceSettings, Kept
from hub.settings.seal import SealSettings
from hub.settings.workspace import (
    LANGUAGES,
    WorkspaceSettings,
    load_workspace,
    load_workspaces,
)

__all__ = [
    "LANGUAGES",
    "BlobSettings",
    "DocumentSettings",
    "HubSettings",
    "InstanceSettings",
    "Kept",
    "PortalSettings",
    "SealSettings",
    "WorkspaceSettings",
    "blobs_place",
    "data_folder",
    "database_url",
    "is_sqlite",
    "load_hub_settings",
    "load_workspace",
    "load_workspaces",
    "make_private",
    "outgoing_guard",
    "redis_url",
    "secret_keys",
]
