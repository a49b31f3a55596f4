"""Routes below ``/api/v1`` for looking after cases: calls that came in, and withdrawing."""

from __future__ import annotations

from typing import Any

from flask import g
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from hub.services import chasing
from hub.services.hosted import surveying
from hub.services.house import House
from hub.services.overview import Overview
from hub.services.withdrawals import withdraw
from hub.web.api.papers import told
from hub.web.api.schemas import InboundQuery, Page, Strict


def add_cases(blueprint: Blueprint, house: House) -> None:
    """Add the routes."""
    _inbound(blueprint, house)
    _cancel(blueprint, house)
    _chase(blueprint, house)
    _check(blueprint, house)


def _inbound(blueprint: Blueprint, house: House) -> None:
    @blueprint.route("/inbound")
    @blueprint.arguments(InboundQuery, location="query")
    @blueprint.response(200, Page)
    def inbound(query: dict[str, Any]) -> dict[str, Any]:
        """Calls that came in and what each led to, newest first, without their bodies."""
        return _overview(house).inbound(**query)

    @blueprint.route("/inbound/<inbound_id>")
    @blueprint.response(200)
    def one_inbound(inbound_id: str) -> dict[str, Any]:
        """One call as it was received: masked headers, and the body."""
        return _overview(house).one_inbound(inbound_id)


def _cancel(blueprint: Blueprint, house: House) -> None:
    @blueprint.route("/requests/<request_id>/cancel", methods=["POST"])
    @blueprint.arguments(Strict())
    @blueprint.response(200)
    def cancel(_: dict[str, Any], request_id: str) -> dict[str, Any]:
        """Withdraw an open request. Its link ends, and the record upstream is told."""
        withdraw(house.core, g.caller.workspace_id, request_id, by="api")
        return told(house, request_id)


class ChaseBody(Strict):
    """Whom."""

    recipient = fields.String(
        load_default=None,
        validate=validate.Length(1, 40),
        metadata={"description": "The mapping's key of one of its people; else all at turn."},
    )


class Chased(Schema):
    """How many messages are owed."""

    messages = fields.Integer()


def _chase(blueprint: Blueprint, house: House) -> None:
    @blueprint.route("/requests/<request_id>/chase", methods=["POST"])
    @blueprint.arguments(ChaseBody)
    @blueprint.response(202, Chased)
    def chase(body: dict[str, Any], request_id: str) -> dict[str, Any]:
        """Ask the customer once more, now: whoever is at turn gets a message with the link."""
        whom = body["recipient"]
        return {"messages": chasing.chase(house.core, g.caller.workspace_id, request_id, whom)}


def _check(blueprint: Blueprint, house: House) -> None:
    @blueprint.route("/requests/<request_id>/check-status", methods=["POST"])
    @blueprint.arguments(Strict())
    @blueprint.response(202)
    def check_status(_: dict[str, Any], request_id: str) -> dict[str, Any]:
        """Have it read at once how the request stands at the provider that keeps it. The answer is
        how it stood until now; what is read is seen a moment later."""
        surveying.check_status(house.core, g.caller.workspace_id, request_id)
        return told(house, request_id)


def _overview(house: House) -> Overview:
    return Overview(house.core, g.caller.workspace_id)
