"""Routes below ``/api/v1``: triggers, requests, deliveries, replay, register."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, g, request
from flask_smorest import Blueprint, abort
from marshmallow import RAISE
from orjson import dumps
from webargs.flaskparser import FlaskParser

from hub.kernel.errors import Refused
from hub.kernel.redact import redacted_headers
from hub.services.access import READ, TRIGGER, Caller
from hub.services.house import House
from hub.services.overview import Overview
from hub.services.replay_filters import check_destination
from hub.services.trigger_rows import Trigger
from hub.services.triggers import accept
from hub.web.api.cases import add_cases
from hub.web.api.decisions import add_decisions
from hub.web.api.follow_ups import add_follow_ups
from hub.web.api.instances import add_instances
from hub.web.api.lean import LeanParser
from hub.web.api.lists import add_lists
from hub.web.api.mappings import add_mappings
from hub.web.api.papers import add_papers, told
from hub.web.api.remarks import LONGEST_BODY, add_remarks
from hub.web.api.replays import add_replays
from hub.web.api.schemas import (
    DeliveryQuery,
    ListQuery,
    Page,
    RequestQuery,
    TriggerAnswer,
    TriggerBody,
)
from hub.web.api.webhooks import add_webhooks
from hub.web.callers import caller_of

_LONGEST_KEY = 100
# What keys of a role may call; whose role is not here may call everything. Links are for operators:
# with one anybody signs.
_MAY: Mapping[str, frozenset[str]] = {
    TRIGGER: frozenset({"api.trigger", "api.check_status"}),
    READ: frozenset(
        f"api.{name}"
        for name in (
            "requests", "one_request", "remarks", "follow_ups_of",
            "listed_requests", "listed_lines", "lines", "dashboard",
            "signed_pdf", "evidence", "document", "attachment", "remark_file",
        )
    ),
}  # fmt: skip

_WITH_FILES = {"api.answer"}


def create_api(house: House) -> Blueprint:
    """The blueprint ``api``."""
    blueprint = Blueprint("api", __name__, url_prefix="/api/v1", description="Paraph")
    blueprint.ARGUMENTS_PARSER = _strict_parser()
    _guard(blueprint, house)
    _triggers(blueprint, house)
    _reads(blueprint, house)
    _register(blueprint, house)
    add_cases(blueprint, house)
    add_decisions(blueprint, house)
    add_follow_ups(blueprint, house)
    add_lists(blueprint, house)
    add_papers(blueprint, house)
    add_remarks(blueprint, house)
    add_webhooks(blueprint, house)
    add_replays(blueprint, house)
    add_instances(blueprint, house)
    add_mappings(blueprint, house)
    return blueprint


def _strict_parser() -> FlaskParser:
    """Unknown keys are errors in a query too."""
    parser = LeanParser()
    parser.DEFAULT_UNKNOWN_BY_LOCATION = {**parser.DEFAULT_UNKNOWN_BY_LOCATION, "query": RAISE}
    return parser


def _guard(blueprint: Blueprint, house: House) -> None:
    @blueprint.before_request
    def check_key() -> None:
        caller = caller_of(request, house.keys)
        if caller is None:
            abort(401)
        elif caller.role in _MAY and request.endpoint not in _MAY[caller.role]:
            abort(403)
        g.caller = caller
        if request.endpoint in _WITH_FILES:
            request.max_content_length = LONGEST_BODY
        sent = request.content_length or request.headers.get("Transfer-Encoding")
        if request.method in ("POST", "PATCH") and sent and request.mimetype != "application/json":
            abort(415)


def _caller() -> Caller:
    caller: Caller = g.caller
    return caller


def _overview(house: House) -> Overview:
    return Overview(house.core, _caller().workspace_id)


def _triggers(blueprint: Blueprint, house: House) -> None:
    @blueprint.route("/triggers/<mapping>", methods=["POST"])
    @blueprint.arguments(TriggerBody())  # made once: making one takes longer than using it
    @blueprint.response(202, TriggerAnswer)
    def trigger(body: dict[str, Any], mapping: str) -> Response:
        """Ask for a request for one record.

        The same record while its request is open, and the same Idempotency-Key, are one request.
        """
        key = _idempotency_key()
        accepted = accept(
            house.core,
            Trigger(
                workspace_id=_caller().workspace_id,
                mapping=mapping,
                record_id=body["id"],
                source="api",
                dedupe=f"api:{_caller().key_id}:{key}" if key else None,
                method=request.method,
                path=request.path,
                headers=redacted_headers(request.headers),
                body=request.get_data(as_text=True),
                record=body.get("record"),
                options=body.get("options"),
            ),
        )
        return Response(dumps(vars(accepted)), 202, content_type="application/json")


def _idempotency_key() -> str:
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > _LONGEST_KEY:
        raise Refused(
            f"the Idempotency-Key has {len(key)} characters; at most {_LONGEST_KEY} are kept apart",
            code="idempotency_key_too_long",
        )
    return key


def _reads(blueprint: Blueprint, house: House) -> None:
    @blueprint.route("/requests")
    @blueprint.arguments(RequestQuery, location="query")
    @blueprint.response(200, Page)
    def requests(query: dict[str, Any]) -> dict[str, Any]:
        """Requests, newest first."""
        return _overview(house).requests(**query)

    @blueprint.route("/requests/<request_id>")
    @blueprint.response(200)
    def one_request(request_id: str) -> dict[str, Any]:
        """One request with its events and deliveries, its documents, people, lines, views, remarks
        and proof."""
        return told(house, request_id)

    @blueprint.route("/deliveries")
    @blueprint.arguments(DeliveryQuery, location="query")
    @blueprint.response(200, Page)
    def deliveries(query: dict[str, Any]) -> dict[str, Any]:
        """What is owed, or was, newest first."""
        with house.core.db.read() as session:
            check_destination(session, _caller().workspace_id, query.get("destination"))
        return _overview(house).deliveries(**query)

    @blueprint.route("/deliveries/<delivery_id>")
    @blueprint.response(200)
    def one_delivery(delivery_id: str) -> dict[str, Any]:
        """One delivery with its attempts."""
        return _overview(house).delivery(delivery_id)


def _register(blueprint: Blueprint, house: House) -> None:
    @blueprint.route("/customers")
    @blueprint.arguments(ListQuery, location="query")
    @blueprint.response(200, Page)
    def customers(query: dict[str, Any]) -> dict[str, Any]:
        """Customers of the hub's own register."""
        return _overview(house).customers(**query)

    @blueprint.route("/repair-cases")
    @blueprint.arguments(ListQuery, location="query")
    @blueprint.response(200, Page)
    def repair_cases(query: dict[str, Any]) -> dict[str, Any]:
        """Repair cases of the hub's own register, with their notes."""
        return _overview(house).repair_cases(**query)
