"""What a typeset document of a request is made of: the workspace's letterhead, what the mapping's
rows gave, the request's lines as they are offered."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes
from zoneinfo import ZoneInfo

from hub.contracts.money import offered
from hub.services.amounts import LANGUAGES
from hub.services.core import Core
from hub.services.step_context import first_signer
from hub.services.typeset.sheet import Sender, Sheet, read_values
from hub.settings import WorkspaceSettings
from hub.storage.models import Request

_OTHERWISE = "en"


def sheet(core: Core, request: Request, title: str, values: Mapping[str, Any]) -> Sheet:
    """The sheet of a document with that ``title``. It has no lines to sign on: who signed stands in
    the certificate. Raises ``Unfit`` for values that do not fit."""
    workspace = core.workspace(request.workspace_id)
    lines = tuple(request.plan.get("lines", ()))
    local = request.created_at.astimezone(ZoneInfo(workspace.zone))
    customer = first_signer(request)
    first = customer.contact if customer is not None else {}
    usual = {
        "number": request.plan["number"] or request.source_id,
        "date": local.date(),
        "customer_name": first.get("name") or "",
    }
    return Sheet(
        language=request.language if request.language in LANGUAGES else _OTHERWISE,
        made_at=request.created_at,
        sender=letterhead(workspace),
        title=title,
        lines=lines,
        currency=request.plan.get("currency", ""),
        accepted=offered(lines),
        **_once({**usual, **read_values(values)}, title),
    )


def _once(told: dict[str, Any], title: str) -> dict[str, Any]:
    """The number stands below the title only where that does not hold it."""
    return {**told, "number": ""} if str(told["number"]) in title else told


def letterhead(workspace: WorkspaceSettings) -> Sender:
    """Who sends: as the workspace's file says."""
    return Sender(
        name=workspace.name,
        address=workspace.address,
        phone=workspace.phone,
        email=workspace.email,
        website=workspace.website,
        registration=workspace.registration,
        logo=logo_bytes(workspace.logo),
        accent=workspace.accent or "",
    )


def logo_bytes(logo: str | None) -> bytes:
    """The picture of a ``data:`` address; nothing for one that only pages can show."""
    if not logo or not logo.startswith("data:"):
        return b""
    head, _, body = logo.partition(",")
    if not head.endswith(";base64"):
        return unquote_to_bytes(body)
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        return b""
