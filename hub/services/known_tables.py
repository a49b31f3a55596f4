"""Which tables and fields of a workspace's systems are known: what the settings or the connector
declare, else what was read from the upstream once."""

from __future__ import annotations

from collections.abc import Mapping

from hub.kernel.errors import ConfigurationError
from hub.mapping.known import KnownTables
from hub.registry import InstanceKey, Registry
from hub.settings.known_fields import Tables


def known_tables(
    registry: Registry, workspace: str, discovered: Mapping[str, Tables]
) -> dict[str, KnownTables]:
    """By instance. Faulty settings declare nothing, and are told elsewhere."""
    found: dict[str, KnownTables] = {}
    for where in registry.instances(workspace):
        try:
            declared = registry.declared_tables(where)
        except ConfigurationError:
            declared = None
        if declared is not None:
            found[where.key] = KnownTables(dict(declared), complete=True)
        elif f"{where.workspace}.{where.key}" in discovered:
            renew = f"paraph discover {where.key} {{table}}, if it is new upstream"
            names = discovered[f"{where.workspace}.{where.key}"]
            found[where.key] = KnownTables(dict(names), renew=renew)
    return found


def declared_fields(registry: Registry, where: InstanceKey, table: str) -> bool:
    """Whether the settings or the connector itself name the table's fields."""
    declared = registry.declared_tables(where)
    return declared is not None and declared.get(table) is not None
