"""What tests use to look into the simulated 46elks account and to switch things on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, request

from hub.channels.sms_46elks.sandbox_state import MAGIC

if TYPE_CHECKING:
    from hub.channels.sms_46elks.sandbox import ElksSandbox


def control(sandbox: ElksSandbox) -> Blueprint:
    """What tests use to look inside and to switch things on."""
    panel = Blueprint("control", "sms_46elks_control", url_prefix="/_control")

    @panel.route("/<any(faults, calls):resource>", methods=["GET", "POST", "DELETE"])
    def switches(resource: str) -> tuple[Response, int]:
        data = request.get_json(silent=True) or {}
        status, body = sandbox.switches.control(request.method, resource, data)
        return jsonify(body), status

    @panel.get("/messages")
    def messages() -> Response:
        return jsonify([{**sms.wire(), "message": sms.message} for sms in sandbox.account.rows()])

    @panel.get("/numbers")
    def numbers() -> Response:
        return jsonify({f"…{suffix}": about for suffix, (about, _) in MAGIC.items()})

    @panel.post("/reset")
    def reset() -> Response:
        sandbox.reset()
        return jsonify(reset=True)

    _add_changes(panel, sandbox)
    return panel


def _add_changes(panel: Blueprint, sandbox: ElksSandbox) -> None:
    @panel.post("/incoming")
    def incoming() -> tuple[Response, int]:
        data: dict[str, Any] = request.get_json(silent=True) or {}
        missing = [name for name in ("from", "to", "message") if not data.get(name)]
        if missing:
            return jsonify(error=f"missing: {', '.join(missing)}"), 400
        sms = sandbox.receive(
            str(data["from"]), str(data["to"]), str(data["message"]), str(data.get("url", ""))
        )
        return jsonify(sms.wire()), 201

    @panel.post("/balance")
    def balance() -> tuple[Response, int]:
        value = (request.get_json(silent=True) or {}).get("balance")
        if not isinstance(value, int):
            return jsonify(error="balance must be a whole number of 1/10000"), 400
        sandbox.account.balance = value
        return jsonify(balance=value), 200
