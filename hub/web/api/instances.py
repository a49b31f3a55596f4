"""Routes below ``/api/v1`` for instances: probe one now, which puts it back in service."""

from __future__ import annotations

from typing import Any

from flask import g
from flask_smorest import Blueprint
from marshmallow import Schema, fields

from hub.kernel.errors import NotFound
from hub.services import probes
from hub.services.house import House
from hub.web.api.schemas import Strict


class ProbeAnswer(Schema):
    """What a probe found."""

    instance = fields.String()
    ok = fields.Boolean()
    detail = fields.String()


def add_instances(blueprint: Blueprint, house: House) -> None:
    """Add the routes."""

    @blueprint.route("/instances/<instance>/probe", methods=["POST"])
    @blueprint.arguments(Strict())
    @blueprint.response(200, ProbeAnswer)
    def probe(_: dict[str, Any], instance: str) -> dict[str, Any]:
        """Reach an instance with its credentials. When that succeeds, one that was paused or
        disabled is back in service, and what waited is due."""
        core = house.core
        known = core.registry.instances(core.workspace(g.caller.workspace_id).key)
        where = next((one for one in known if one.key == instance), None)
        if where is None:
            names = ", ".join(one.key for one in known)
            raise NotFound(
                f"there is no instance '{instance[:80]}'; there are: {names}",
                code="unknown_instance",
            )
        good, said = probes.probe(core, where)
        return {"instance": where.key, "ok": good, "detail": said}
