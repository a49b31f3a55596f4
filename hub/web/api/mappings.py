"""Routes below ``/api/v1`` for mappings: versions, rollback, reading the files again."""

from __future__ import annotations

from typing import Any

from flask import Response, g
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from hub.kernel.errors import ConfigurationError, NotFound
from hub.services.house import House
from hub.services.mapping_checks import version_faults
from hub.services.reload import seen_by
from hub.services.versions import Versions
from hub.storage.models import MappingVersion
from hub.web.api.problems import problem
from hub.web.api.schemas import ListQuery, Page, Strict


class RollbackBody(Strict):
    """Which version is to be in force."""

    version = fields.String(
        validate=validate.Length(1, 64),
        metadata={"description": "The beginning of its hash; without it, the one before."},
    )


class RollbackAnswer(Schema):
    """What is in force now."""

    mapping = fields.String()
    version = fields.String()
    before = fields.String()
    held_over = fields.String(
        allow_none=True,
        metadata={"description": "The file's version, which stays out of force until it changes."},
    )


class ReloadAnswer(Schema):
    """What is in force after the files were read."""

    mappings = fields.List(fields.Dict())


def add_mappings(blueprint: Blueprint, house: House) -> None:
    """Add the routes."""
    _reads(blueprint, house)
    _rollback(blueprint, house)
    _reload(blueprint, house)


def _reads(blueprint: Blueprint, house: House) -> None:
    @blueprint.route("/mappings")
    @blueprint.response(200, Page)
    def mappings() -> dict[str, Any]:
        """Every mapping of the workspace with its version in force."""
        return {"items": _in_force(house), "next": None}

    @blueprint.route("/mappings/<mapping>/versions")
    @blueprint.arguments(ListQuery, location="query")
    @blueprint.response(200, Page)
    def mapping_versions(query: dict[str, Any], mapping: str) -> dict[str, Any]:
        """A mapping's versions, newest first: when each was brought into force, how many requests
        use it, how many lines differ from the one before."""
        return _versions(house).versions(mapping, **query)


def _rollback(blueprint: Blueprint, house: House) -> None:
    @blueprint.route("/mappings/<mapping>/rollback", methods=["POST"])
    @blueprint.arguments(RollbackBody())
    @blueprint.response(200, RollbackAnswer)
    def roll_back(body: dict[str, Any], mapping: str) -> Any:
        """Make the version before the one in force, or the named one, active for new requests. It
        is checked first, and stays until the mapping's file gives something else."""
        core = house.core
        workspace = core.workspace(g.caller.workspace_id)
        if core.shelf.active(g.caller.workspace_id, mapping) is None:
            raise NotFound(f"there is no mapping '{mapping[:80]}' here", code="unknown_mapping")

        def faults(row: MappingVersion) -> list[str]:
            return version_faults(
                row, workspace, core.registry, core.shelf.forms, core.shelf.discovered
            )

        try:
            row, before = _versions(house).rollback(
                mapping, body.get("version"), by=f"API key {g.caller.key_id}", faults=faults
            )
        except ConfigurationError as error:
            return _refused(error, "version_unfit", error.problems)
        core.shelf.follow()
        return {
            "mapping": mapping,
            "version": row.sha256,
            "before": before.sha256,
            "held_over": row.held_over,
        }


def _reload(blueprint: Blueprint, house: House) -> None:
    @blueprint.route("/mappings/reload", methods=["POST"])
    @blueprint.arguments(Strict())
    @blueprint.response(200, ReloadAnswer)
    def reload_mappings(_: dict[str, Any]) -> Any:
        """Read workspaces, mappings and forms again, all or nothing; a running hub does so by
        itself when they change. With problems (422) what was in force stays in force."""
        try:
            house.reload()
        except ConfigurationError as error:
            mine = house.core.workspace(g.caller.workspace_id)
            return _refused(error, "files_unfit", seen_by(mine, error.problems))
        return {"mappings": _in_force(house)}


def _refused(error: ConfigurationError, code: str, problems: Any) -> Response:
    detail = f"{error.detail.splitlines()[0]}; nothing was changed."
    return problem(422, detail, code=code, errors={"problems": list(problems)})


def _in_force(house: House) -> list[dict[str, Any]]:
    workspace_id = g.caller.workspace_id
    shown = _versions(house).mappings()
    return [one for one in shown if house.core.shelf.active(workspace_id, one["mapping"])]


def _versions(house: House) -> Versions:
    return Versions(house.core, g.caller.workspace_id)
