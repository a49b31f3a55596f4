"""What the demo and tests ask of the sandbox: settings that reach it, a fresh start."""

from __future__ import annotations

from typing import TypeGuard

from flask import Blueprint, Response, jsonify, request

from hub.sandbox.house import SandboxHouse

_WANTED = "expected {links: {name: address}, hooks: {key: address}, own: {key: {name: address}}}"


def control(house: SandboxHouse) -> Blueprint:
    """``/health`` and ``/_control/...``."""
    panel = Blueprint("control", "hub.sandbox.control")

    @panel.get("/health")
    def health() -> Response:
        return jsonify(ready=True, simulators=sorted(house.simulators))

    @panel.get("/_control/settings")
    def settings() -> Response:
        return jsonify(house.settings())

    @panel.post("/_control/connect")
    def connect() -> tuple[Response, int]:
        data = request.get_json(silent=True)
        wanted = data if isinstance(data, dict) else {}
        links, hooks, own = wanted.get("links"), wanted.get("hooks", {}), wanted.get("own", {})
        if not _is_texts(links) or not _is_texts(hooks) or not isinstance(own, dict):
            return jsonify(error=_WANTED), 400
        if not all(_is_texts(one) for one in own.values()):
            return jsonify(error=_WANTED), 400
        house.connect(links, hooks, own)
        return jsonify(connected=True), 200

    @panel.post("/_control/reset")
    def reset() -> Response:
        house.reset()
        return jsonify(reset=True)

    return panel


def _is_texts(value: object) -> TypeGuard[dict[str, str]]:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())
