"""Subscriptions to changes, as API v2.0 has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, request

from connectors.dynamics_nav.sandbox.errors import HttpError
from connectors.dynamics_nav.sandbox.odata_answers import body_of_request, json_answer
from connectors.dynamics_nav.sandbox.webhooks import Subscription

if TYPE_CHECKING:
    from connectors.dynamics_nav.sandbox.simulator import DynamicsNavSandbox


class ApiSubscriptions:
    """``/subscriptions``; making and renewing one shakes hands with its address first."""

    def __init__(self, sandbox: DynamicsNavSandbox) -> None:
        self._sandbox = sandbox

    def serve(self, subscription_id: str, version: str) -> Response:
        """One call."""
        hooks = self._sandbox.webhooks
        if not subscription_id:
            if request.method == "GET":
                return json_answer({"value": [self._shown(one) for one in hooks.all()]})
            if request.method != "POST":
                raise HttpError(405, "BadRequest_MethodNotAllowed", "A key is needed.")
            return json_answer(self._shown(hooks.subscribe(body_of_request(), version)), None, 201)
        found = hooks.get(subscription_id)
        if request.method == "GET":
            return json_answer(self._shown(found))
        given = request.headers.get("If-Match", "")
        if not given:
            raise HttpError(400, "BadRequest_RequiredParamNotProvided", "If-Match is required.")
        if given not in ("*", found.etag):
            code = "Request_EntityChanged"
            raise HttpError(self._sandbox.modes.stale_status, code, "Another user has changed it.")
        if request.method == "DELETE":
            hooks.forget(found)
            return Response(b"", 204)
        if request.method != "PATCH":
            raise HttpError(405, "BadRequest_MethodNotAllowed", "It is changed or deleted.")
        return json_answer(self._shown(hooks.renew(found, body_of_request())))

    def _shown(self, one: Subscription) -> dict[str, Any]:
        return {
            "@odata.etag": one.etag,
            "subscriptionId": one.id,
            "notificationUrl": one.url,
            "resource": one.resource,
            "userId": "00000000-0000-0000-0000-000000000001",
            "lastModifiedDateTime": one.changed.isoformat().replace("+00:00", "Z"),
            "clientState": one.client_state,
            "expirationDateTime": one.expires.isoformat().replace("+00:00", "Z"),
        }
