"""OData bodies: JSON out and in, etags, errors as the real server words them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response, request

from connectors.dynamics_nav.sandbox.errors import HttpError
from connectors.dynamics_nav.sandbox.gate import Strike
from connectors.dynamics_nav.sandbox.store import Row

_JSON = "application/json; odata.metadata=minimal; charset=utf-8"
_ETAG = 'W/"'
_SPOILT = ("Name", "displayName", "Sell_to_Customer_Name", "customerName", "sellToCustomerName",
           "description", "Description", "text", "Text", "name")  # fmt: skip


def etag(row: Row) -> str:
    """The record's version as OData shows it."""
    return f'{_ETAG}{base64.b64encode(f"20;{row.id};1{row.version};".encode()).decode()}"'


def json_answer(
    body: Mapping[str, Any], strike: Strike | None = None, status: int = 200
) -> Response:
    """A JSON answer; a fault may put a control character into it."""
    content = orjson.dumps(body)
    if strike and (strike.has("illegal") or strike.has("illegal_raw")):
        content = _spoiled(dict(body), strike.has("illegal_raw"))
    return Response(content, status, content_type=_JSON)


def refusal(status: int, code: str, text: str) -> Response:
    """An error body as the real server words it."""
    correlation = "  CorrelationId:  00000000-1111-2222-3333-444444444444."
    return json_answer({"error": {"code": code, "message": f"{text}{correlation}"}}, None, status)


def body_of_request() -> dict[str, Any]:
    """The JSON object that was sent."""
    try:
        body = orjson.loads(request.get_data())
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        raise HttpError(400, "BadRequest", "The request body must be a JSON object.")
    return body


def _spoiled(body: dict[str, Any], raw: bool) -> bytes:
    target = body["value"][0] if isinstance(body.get("value"), list) and body["value"] else body
    for name in _SPOILT:
        if isinstance(target, dict) and target.get(name):
            target[name] = target[name][:1] + "\x1f" + target[name][1:]
            break
    content = orjson.dumps(body)
    return content.replace(b"\\u001f", b"\x1f") if raw else content


def is_etag(text: str) -> bool:
    """Whether it is one of ours at all."""
    if not (text.startswith(_ETAG) and text.endswith('"')):
        return False
    try:
        return base64.b64decode(text[len(_ETAG) : -1], validate=True).startswith(b"20;")
    except (binascii.Error, ValueError):
        return False
