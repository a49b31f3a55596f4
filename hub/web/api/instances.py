"""Routes below ``/api/v1`` for instances: probe one now, or give it new credentials; both put it
back in service."""

from __future__ import annotations

from typing import Any

from flask import g
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from hub.kernel.errors import NotFound
from hub.registry import InstanceKey
from hub.services import probes
from hub.services.credentials.mending import mend
from hub.services.house import House
from hub.web.api.schemas import Strict


class ProbeAnswer(Schema):
    """What a probe found."""

    instance = fields.String()
    ok = fields.Boolean()
    detail = fields.String()


class CredentialsBody(Strict):
    """New values of the sign-in, and names for which the file is to count again."""

    set = fields.Dict(
        keys=fields.String(validate=validate.Length(1, 80)),
        values=fields.String(validate=validate.Length(max=10_000)),
        load_default=dict,
        metadata={"description": "Setting, then its value: secrets and what belongs to them."},
    )
    forget = fields.List(
        fields.String(),
        load_default=list,
        metadata={"description": "Settings whose kept values are taken out of the database."},
    )


class KeptAnswer(Schema):
    """A value that is kept over the file's; never the value itself."""

    name = fields.String()
    since = fields.AwareDateTime()
    by = fields.String()


class CredentialsAnswer(ProbeAnswer):
    """What the other side said to the new values, and for which settings values are kept now."""

    kept = fields.List(fields.Nested(KeptAnswer))


def add_instances(blueprint: Blueprint, house: House) -> None:
    """Add the routes."""
    _credentials(blueprint, house)

    @blueprint.route("/instances/<instance>/probe", methods=["POST"])
    @blueprint.arguments(Strict())
    @blueprint.response(200, ProbeAnswer)
    def probe(_: dict[str, Any], instance: str) -> dict[str, Any]:
        """Reach an instance with its credentials. When that succeeds, one that was paused or
        disabled is back in service, and what waited is due."""
        where = _named(house, instance)
        good, said = probes.probe(house.core, where)
        return {"instance": where.key, "ok": good, "detail": said}


def _credentials(blueprint: Blueprint, house: House) -> None:
    @blueprint.route("/instances/<instance>/credentials", methods=["PATCH"])
    @blueprint.arguments(CredentialsBody())
    @blueprint.response(200, CredentialsAnswer)
    def mend_credentials(body: dict[str, Any], instance: str) -> dict[str, Any]:
        """Give an instance new credentials. They are tried first; where the other side takes them
        they are kept over the file's, and what waited is due. Else nothing changes (422)."""
        where, by = _named(house, instance), f"api:{g.caller.key_id}"
        mended = mend(house.core, where, body["set"], by=by, forget=body["forget"])
        told = {"instance": where.key, "ok": mended.good, "detail": mended.said}
        return {**told, "kept": [vars(one) for one in mended.kept]}


def _named(house: House, instance: str) -> InstanceKey:
    core = house.core
    known = core.registry.instances(core.workspace(g.caller.workspace_id).key)
    where = next((one for one in known if one.key == instance), None)
    if where is None:
        names = ", ".join(one.key for one in known)
        raise NotFound(
            f"there is no instance '{instance[:80]}'; there are: {names}", code="unknown_instance"
        )
    return where
