"""``POST /$batch``: several calls of the API in one, all or nothing when ``Isolation`` says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

import orjson
from flask import Flask, Response, request

from connectors.dynamics_nav.sandbox.errors import HttpError
from connectors.dynamics_nav.sandbox.odata_answers import body_of_request, json_answer
from connectors.dynamics_nav.sandbox.store import Store

MOST = 100


class _Undone(Exception):
    """One call of the batch was refused, so that none has an effect."""


class ApiBatch:
    """``serve`` is called within the batch's own request; ``answer`` does one call by its path."""

    def __init__(self, store: Store, answer: Callable[[str, str], Response]) -> None:
        self._store = store
        self._answer = answer

    def serve(self, app: Flask, version: str) -> Response:
        """Do them one after the other."""
        calls = body_of_request().get("requests")
        if not isinstance(calls, list) or not all(isinstance(call, dict) for call in calls):
            raise HttpError(400, "BadRequest", "A list of requests is expected.")
        if len(calls) > MOST:
            raise HttpError(400, "BadRequest", f"A batch has at most {MOST} requests.")
        together = request.headers.get("Isolation", "").lower() == "snapshot"
        answers: list[dict[str, Any]] = []
        if not together:
            answers = [self._one(app, call, version) for call in calls]
            return json_answer({"responses": answers})
        try:
            with self._store.transaction():
                for call in calls:
                    answers.append(self._one(app, call, version))
                    if answers[-1]["status"] >= 400:
                        raise _Undone
        except _Undone:
            answers = answers[-1:]
        return json_answer({"responses": answers})

    def _one(self, app: Flask, call: Mapping[str, Any], version: str) -> dict[str, Any]:
        path, _, query = str(call.get("url", "")).lstrip("/").partition("?")
        body = call.get("body")
        context = app.test_request_context(
            f"{request.path.removesuffix('$batch')}{path}",
            base_url=request.host_url,
            method=str(call.get("method", "GET")).upper(),
            query_string=query,
            headers={str(k): str(v) for k, v in dict(call.get("headers") or {}).items()},
            data=None if body is None else orjson.dumps(body),
        )
        with context:
            answer = self._answer(unquote(path), version)
        content = answer.get_data()
        shown: dict[str, Any] = {"id": call.get("id"), "status": answer.status_code, "headers": {}}
        if content:
            shown["body"] = orjson.loads(content)
        return shown
