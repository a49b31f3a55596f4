"""Rows of other pages that belong to a record, such as its files: read with it, when it is
fetched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.dynamics_nav.client import NavClient
from connectors.dynamics_nav.ways import Find
from hub.contracts.records import RecordRef


def of_record(client: NavClient, lists: Mapping[str, Find], ref: RecordRef) -> dict[str, Any]:
    """Each list under its name; empty where the record has none of it."""
    words = {"id": ref.id, "number": client.number(ref.table, ref.id)}
    return {name: client.find(find, words) for name, find in lists.items()}
