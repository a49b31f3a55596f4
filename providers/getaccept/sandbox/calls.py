"""What all calls of the API have in common: gate, token, lock, shape, answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from flask import Response, jsonify, request
from werkzeug.exceptions import HTTPException

from providers.getaccept.sandbox.account import Account
from providers.getaccept.sandbox.refusals import Refusal, error_response
from providers.getaccept.sandbox.tokens import Caller

NOTHING = 204


class Calls:
    """Runs one call after the other through the same door."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def run(
        self,
        operation: str,
        answer: Callable[[Caller], Any],
        *,
        locked: bool = True,
        checked: bool = True,
    ) -> Response:
        """Answer a call that needs a token. ``answer`` gives a response, JSON, or 204."""

        def known() -> Any:
            caller = self.account.tokens.check(request.headers.get("Authorization", ""))
            if checked:
                self.account.checker.query(operation, _path(), request.args.to_dict())
            self.account.settle()
            if not locked:
                return answer(caller)
            with self.account.store.guard:
                return answer(caller)

        return self.open(operation, known)

    def open(self, operation: str, answer: Callable[[], Any]) -> Response:
        """Answer a call that needs none."""

        def judged() -> Response:
            try:
                return _response(answer())
            except Refusal as refusal:
                self.account.checker.note(
                    operation, _path(), refusal.text, refused=True, status=refusal.status
                )
                return error_response(refusal, self.account.modes.error_profile)

        return self.account.gate.run(operation, judged)

    def body(self, operation: str) -> dict[str, Any]:
        """The JSON body, in its published shape. Raises ``Refusal``."""
        raw = request.get_data()
        try:
            found = orjson.loads(raw) if raw.strip() else None
        except orjson.JSONDecodeError as error:
            raise Refusal(400, "The body is not JSON") from error
        return self.checked(operation, found)

    def checked(self, operation: str, body: Any) -> dict[str, Any]:
        """A body that was read already, in its published shape. Raises ``Refusal``."""
        return self.account.checker.body(operation, _path(), body)

    def lost(self, error: HTTPException) -> Response | HTTPException:
        """Answer a call of the API that the simulator does not know, or that is too large."""
        if not request.path.startswith("/v1/"):
            return error
        refusal = Refusal(error.code or 404, f"{error.name}: {request.method} {request.path}")
        self.account.checker.note(
            "unknown", _path(), refusal.text, refused=True, status=refusal.status
        )
        return error_response(refusal, self.account.modes.error_profile)

    def advise(self, operation: str, text: str) -> None:
        """Remember what was unwise of a request that is answered all the same."""
        self.account.checker.note(operation, _path(), text, refused=False, status=200)


def is_yes(name: str) -> bool:
    """Whether a query parameter says so."""
    return request.args.get(name, "").lower() in ("true", "1")


def _path() -> str:
    rule = request.url_rule.rule if request.url_rule else request.path
    return f"{request.method} {rule}"


def _response(found: Any) -> Response:
    if isinstance(found, Response):
        return found
    if found == NOTHING and isinstance(found, int):
        return Response(status=204)
    return jsonify(found)
