"""Routes below ``/api/v1`` for follow-ups: what a mapping does when somebody asks for it."""

from __future__ import annotations

from typing import Any

from flask import g
from flask_smorest import Blueprint
from marshmallow import Schema, fields

from hub.services.follow_ups import follow_up, follow_ups
from hub.services.house import House
from hub.web.api.schemas import Strict


class MadeRecord(Schema):
    """A record that a step made or found."""

    step = fields.String()
    instance = fields.String()
    table = fields.String()
    id = fields.String()
    created = fields.Boolean(metadata={"description": "False: it was there and was matched."})
    url = fields.String(allow_none=True, metadata={"description": "Where a person opens it."})


class FollowUp(Schema):
    """A follow-up of a request."""

    name = fields.String()
    asked_at = fields.String(
        allow_none=True, metadata={"description": "When somebody asked for it; null: nobody has."}
    )
    steps = fields.List(
        fields.Dict(), metadata={"description": "How far each step is, as deliveries tell."}
    )
    records = fields.List(fields.Nested(MadeRecord))


class FollowUps(Schema):
    """All of a request's mapping."""

    items = fields.List(fields.Nested(FollowUp))


class FollowUpAnswer(FollowUp):
    """The follow-up that was asked for."""

    repeated = fields.Boolean(
        metadata={"description": "It was asked for before: nothing more is done."}
    )


def add_follow_ups(blueprint: Blueprint, house: House) -> None:
    """Add the routes."""

    @blueprint.route("/requests/<request_id>/follow-ups")
    @blueprint.response(200, FollowUps)
    def follow_ups_of(request_id: str) -> dict[str, Any]:
        """The follow-ups that the request's mapping has, and how far they are."""
        return {"items": follow_ups(house.core, g.caller.workspace_id, request_id)}

    @blueprint.route("/requests/<request_id>/follow-ups/<name>", methods=["POST"])
    @blueprint.arguments(Strict())
    @blueprint.response(200, FollowUpAnswer)
    def ask_for_follow_up(_: dict[str, Any], request_id: str, name: str) -> dict[str, Any]:
        """Do the steps of a follow-up, once; asking again tells how the first time went."""
        return follow_up(house.core, g.caller.workspace_id, request_id, name, door="api")
