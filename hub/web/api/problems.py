"""One error shape for every API: problem+json (RFC 9457), with a stable ``code``."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, request
from sqlalchemy.exc import OperationalError, TimeoutError
from werkzeug.exceptions import HTTPException

from hub.kernel.errors import (
    AuthenticationFailed,
    HookRejected,
    NotFound,
    ParaphError,
    Permanent,
    Retryable,
    Unfit,
)
from hub.kernel.logging import get_logger

_log = get_logger(__name__)
_CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "body_too_large",
    415: "unsupported_media_type",
    422: "invalid",
    429: "too_many_requests",
}
PROGRAMS = ("/api/", "/hooks/", "/health/", "/metrics")


def problem(
    status: int,
    detail: str,
    *,
    code: str | None = None,
    errors: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """An error answer. ``errors`` names fields."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code or _CODES.get(status, "error"),
        "detail": detail,
    }
    if errors:
        body["errors"] = errors
    # the standard library's: a caller's own words in ``errors`` may be halves of surrogate pairs
    answer = Response(json.dumps(body), status, content_type="application/problem+json")
    for name, value in (headers or {}).items():
        answer.headers[name] = value
    return answer


def register(app: Flask, lost: Callable[[], Any]) -> None:
    """Answer every error below the API's paths in this shape. ``lost`` answers
    people who asked for an address that does not exist."""

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Any:
        if not request.path.startswith(PROGRAMS):
            return lost() if error.code in (404, 405) else error
        status = error.code or 500
        data = getattr(error, "data", None) or {}
        headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
        errors = data.get("messages") or data.get("errors")
        detail = _sentence(status, data.get("messages")) or error.description or ""
        return problem(status, detail, errors=errors, headers=headers)

    @app.errorhandler(ParaphError)
    def paraph_error(error: ParaphError) -> Any:
        status = _status(error)
        headers = {"Retry-After": "30"} if status == 503 else {}
        field = error.values.get("field") if isinstance(error, Unfit) else None
        errors = {"json": {field: [error.detail]}} if field else None
        return problem(status, error.detail, code=error.code, errors=errors, headers=headers)

    @app.errorhandler(OperationalError)
    @app.errorhandler(TimeoutError)
    def no_database(error: Exception) -> Any:
        """Nothing was stored: whoever asked may ask again, nothing is done twice."""
        _log.error("database unavailable", path=request.path, error=type(error).__name__)
        detail = "The database cannot be used at the moment: send it again in a little while."
        return problem(503, detail, code="database_unavailable", headers={"Retry-After": "5"})

    @app.errorhandler(Exception)
    def bug(error: Exception) -> Any:
        _log.error("unexpected error", path=request.path, exc_info=error)
        return problem(500, "An unexpected error. It has been logged; please try again.")


_SENTENCES = {
    400: "The body is not valid JSON (UTF-8): correct it and send it again.",
    401: "Send a valid API key: Authorization: Bearer pk_…",
    403: "This API key may only ask for requests; use one with the role operator.",
    413: "The body is larger than this hub accepts.",
    405: "This address does not take that method: see /api/openapi.json.",
    415: "Send JSON with Content-Type: application/json.",
}


def _sentence(status: int, messages: Any) -> str | None:
    """What was wrong and how to mend it, in one sentence."""
    if status != 422 or not isinstance(messages, Mapping):
        return _SENTENCES.get(status)
    faults = [
        f"{name}: {_first(said)}" if name != "_schema" else _first(said)
        for fields in messages.values()
        for name, said in (
            fields.items() if isinstance(fields, Mapping) else (("_schema", fields),)
        )
    ]
    return f"Correct {'; '.join(faults)} See /api/openapi.json for what is taken."


def _first(said: Any) -> str:
    """The first fault of a field, however deep it lies."""
    while isinstance(said, Mapping | list) and said:
        said = next(iter(said.values())) if isinstance(said, Mapping) else said[0]
    return str(said)


def _status(error: ParaphError) -> int:
    if isinstance(error, HookRejected):
        return error.status
    if isinstance(error, NotFound):
        return 404
    if isinstance(error, Retryable | AuthenticationFailed):
        return 503
    return 422 if isinstance(error, Permanent) else 500
