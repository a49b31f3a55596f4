"""Routes below ``/api/v1``: triggers, requests, deliveries, replay, register."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request
from flask_smorest import Blueprint, abort
from marshmallow import RAISE
from orjson import dumps
from webargs.flaskparser import FlaskParser

from hub.engine import replay
from hub.kernel.errors import Refused
from hub.kernel.redact import redacted_headers
from hub.services.access import TRIGGER, Caller
from hub.services.house import House
from hub.services.overview import Overview
from hub.services.triggers import Trigger, accept
from hub.web.api.cases import add_cases
from hub.web.api.lean import LeanParser
from hub.web.api.schemas import (
    DeliveryQuery,
    ListQuery,
    Page,
    ReplayAnswer,
    ReplayBody,
    RequestQuery,
    TriggerAnswer,
    TriggerBody,
)
from hub.web.callers import caller_of

_LONGEST_KEY = 100


def create_api(house: House) -> Blueprint:
    """The blueprint ``api``."""
    blueprint = Blueprint("api", __name__, url_prefix="/api/v1", description="Paraph")
    blueprint.ARGUMENTS_PARSER = _strict_parser()
    _guard(blueprint, house)
    _triggers(blueprint, house)
    _reads(blueprint, house)
    _register(blueprint, house)
    _replay(blueprint, house)
    add_cases(blueprint, house)
    _discard(blueprint, house)
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
        elif caller.role == TRIGGER and request.endpoint != "api.trigger":
            abort(403)
        g.caller = caller
        if request.method == "POST" and request.mimetype != "application/json":
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
        """One request with its events and deliveries."""
        return _overview(house).request(request_id)

    @blueprint.route("/deliveries")
    @blueprint.arguments(DeliveryQuery, location="query")
    @blueprint.response(200, Page)
    def deliveries(query: dict[str, Any]) -> dict[str, Any]:
        """What is owed, or was, newest first."""
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


def _discard(blueprint: Blueprint, house: House) -> None:
    @blueprint.route("/deliveries/discard", methods=["POST"])
    @blueprint.arguments(ReplayBody)
    @blueprint.response(200, ReplayAnswer)
    def discard_deliveries(body: dict[str, Any]) -> dict[str, Any]:
        """Give up for good what was given up; it can be replayed later. Without ``"dry_run":
        false`` it only counts."""
        core = house.core
        dry_run, which = body.pop("dry_run"), _chosen(body)
        if which is None:
            return {"count": 0, "dry_run": dry_run}
        if dry_run:
            with core.db.read() as session:
                return {"count": replay.count(session, which, replay.GIVEN_UP), "dry_run": True}
        with core.db.write() as session:
            count = replay.discard(session, which, core.now(), replay.GIVEN_UP)
        return {"count": count, "dry_run": False}


def _chosen(body: dict[str, Any]) -> replay.WorkFilter | None:
    """The deliveries that a body narrows to; None for the empty list, which is none of them."""
    ids = body.pop("ids")
    if ids is not None and not ids:
        return None
    return replay.WorkFilter(workspace_id=_caller().workspace_id, ids=ids or (), **body)


def _replay(blueprint: Blueprint, house: House) -> None:
    @blueprint.route("/deliveries/replay", methods=["POST"])
    @blueprint.arguments(ReplayBody)
    @blueprint.response(200, ReplayAnswer)
    def replay_deliveries(body: dict[str, Any]) -> dict[str, Any]:
        """Owe again what was given up. Without ``"dry_run": false`` it only counts."""
        core = house.core
        dry_run, which = body.pop("dry_run"), _chosen(body)
        if which is None:
            return {"count": 0, "dry_run": dry_run}
        if dry_run:
            with core.db.read() as session:
                return {"count": replay.count(session, which), "dry_run": True}
        with core.db.write() as session:
            count = replay.replay(session, which, core.clock.wall())
        core.wake()
        return {"count": count, "dry_run": False}
