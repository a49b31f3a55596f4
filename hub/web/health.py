"""``/health/live``, ``/health/ready``, ``/health/sync`` and ``/metrics``.

Live and ready are for whoever starts and balances processes; sync and metrics are for
operations: they tell what is owed and to whom, never about people. In production those two want an
API key, and show its workspace only: customers reach the same address.
"""

from __future__ import annotations

import orjson
from flask import Blueprint, Response, abort, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from prometheus_client import REGISTRY as PROCESS

from hub.services import health
from hub.services.access import TRIGGER
from hub.services.house import House
from hub.web.callers import caller_of

_STATUS_VALUES = {"ok": 0, "unknown": 1, "waiting": 2, "broken": 3}


def create_health(house: House) -> Blueprint:
    """The blueprint ``health``."""
    blueprint = Blueprint("health", __name__)

    @blueprint.route("/health/live")
    def live() -> Response:
        """This process runs."""
        return _json({"status": "live"})

    @blueprint.route("/health/ready")
    def ready() -> Response:
        """This process can serve: the database answers and can be written."""
        good, text = health.ready(house.core)
        return _json({"status": "ready" if good else "not_ready", "detail": text}, good)

    @blueprint.route("/health/sync")
    def sync() -> Response:
        """What waits for a part of the hub itself. Per instance: probe, backlog, age of the oldest
        owed item, breaker, what to mend."""
        return _json({"workspaces": [one.as_json() for one in _shown(house)]})

    @blueprint.route("/metrics")
    def metrics() -> Response:
        """The same as figures, for Prometheus."""
        text = generate_latest(PROCESS) + generate_latest(_gauges(house, _shown(house)))
        return Response(text, content_type=CONTENT_TYPE_LATEST)

    return blueprint


def _json(body: object, good: bool = True) -> Response:
    headers = {"Cache-Control": "no-store"}
    status = 200 if good else 503
    return Response(orjson.dumps(body), status, headers, content_type="application/json")


def _shown(house: House) -> list[health.SyncHealth]:
    """What this caller may see. Aborts with 401 for whom there is nothing."""
    found = health.sync(house.core)
    if house.core.settings.environment != "production":
        return found
    caller = caller_of(request, house.keys)
    if caller is None:
        abort(401)
    if caller.role == TRIGGER:
        abort(403)
    mine = house.core.workspace(caller.workspace_id).key
    return [one for one in found if one.workspace == mine]


def _gauges(house: House, shown: list[health.SyncHealth]) -> CollectorRegistry:
    registry = CollectorRegistry()
    labels = ["workspace", "instance"]
    backlog = Gauge("paraph_backlog", "Deliveries owed", labels, registry=registry)
    oldest = Gauge("paraph_oldest_owed_seconds", "Age of the oldest", labels, registry=registry)
    gave_up = Gauge("paraph_gave_up", "Deliveries given up", labels, registry=registry)
    status = Gauge(
        "paraph_instance_status",
        "0 ok, 1 unknown, 2 waiting, 3 broken",
        labels,
        registry=registry,
    )
    flight = Gauge("paraph_in_flight", "Work under way in this process", registry=registry)
    flight.set(house.engine.in_flight())
    own = Gauge(
        "paraph_own_troubles",
        "Deliveries that wait for a part of the hub itself",
        ["workspace", "code"],
        registry=registry,
    )
    missing = Gauge(
        "paraph_missing_blobs",
        "Files that the object store should have and does not",
        ["workspace"],
        registry=registry,
    )
    for workspace in shown:
        missing.labels(workspace.workspace).set(workspace.missing_blobs)
        for code, number in workspace.own_troubles.items():
            own.labels(workspace.workspace, code).set(number)
        for one in workspace.instances:
            where = (workspace.workspace, one.instance)
            backlog.labels(*where).set(one.backlog)
            oldest.labels(*where).set(one.oldest_owed_seconds or 0)
            gave_up.labels(*where).set(one.gave_up)
            status.labels(*where).set(_STATUS_VALUES[one.status])
    return registry
