"""Finds an agreement by our external id: before a create is repeated, and before one is withdrawn
whose create got no answer."""

from __future__ import annotations

from typing import Any

from hub.kernel.errors import NotFound
from hub.kernel.logging import get_logger
from providers.getaccept.client import Client
from providers.getaccept.codes import plain
from providers.getaccept.reading import text

_log = get_logger(__name__)
_MOST = 25  # documents that are read; the one that we look for is among the newest
_GONE = frozenset({"recalled", "lost"})


def find(client: Client, external_id: str, instance: str) -> str:
    """The reference of the document that bears the id, the oldest one in force; empty for none."""
    found = find_all(client, external_id)
    alive = [row for row in found if plain(row.get("status")) not in _GONE]
    if len(alive) > 1:
        _log.warning("getaccept_external_id_twice", instance=instance, count=len(alive))
    hits = sorted(alive or found, key=lambda row: text(row.get("created_at")))
    return text(hits[0].get("id")) if hits else ""


def find_all(client: Client, external_id: str) -> list[dict[str, Any]]:
    """Every one that bears it. A list does not show external ids and how exactly it filters is not
    told, so each document is read and compared."""
    found = []
    newest = {"sort_by": "created", "sort_order": "desc"}
    pages = client.documents(1, external_id=external_id, showall="true", **newest)
    for row in next(pages, [])[:_MOST]:
        reference = text(row.get("id"))
        told = row.get("external_id")
        if reference and told is None:
            told = _external_id(client, reference)
        if reference and text(told) == external_id:
            found.append(dict(row))
    return found


def _external_id(client: Client, reference: str) -> Any:
    try:
        return client.document(reference).get("external_id")
    except NotFound:
        return None
