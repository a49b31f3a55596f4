"""The door for calls from outside: ``/hooks/<workspace>/<instance>/<secret>``. Reads the raw
bytes, hands them over, answers what the instance's protocol wants."""

from __future__ import annotations

from flask import Blueprint, Response, request

from hub.contracts.plugin import RawHook
from hub.kernel.errors import HookRejected
from hub.services.house import House
from hub.web.api.problems import problem
from hub.web.proxy import client_ip


def create_hooks(house: House) -> Blueprint:
    """The blueprint ``hooks``."""
    blueprint = Blueprint("hooks", __name__, url_prefix="/hooks")

    @blueprint.route("/<workspace>/<instance>/<secret>", methods=["GET", "POST"])
    def receive(workspace: str, instance: str, secret: str) -> Response:
        """Take a call from an instance's other side; the secret is part of the address."""
        try:
            house.hooks.check(workspace, instance, secret)  # before a byte of the body is read
            request.max_content_length = house.hooks.longest(workspace, instance)
            answer = house.hooks.receive(workspace, instance, secret, _raw(house))
        except HookRejected as error:
            return problem(error.status, error.customer, code=error.code)
        return Response(answer.body, answer.status, dict(answer.headers))

    return blueprint


def _raw(house: House) -> RawHook:
    query = request.query_string.decode("ascii", "replace")
    url = house.core.links.public_url + request.path + (f"?{query}" if query else "")
    return RawHook(
        method=request.method,
        url=url,
        headers={name.lower(): value for name, value in request.headers.items()},
        query=request.args.to_dict(),
        body=request.get_data(),
        remote_ip=client_ip(request),
        received_at=house.core.clock.wall(),
    )
