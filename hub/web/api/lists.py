"""Routes below ``/api/v1`` for role centres: lists of requests and of job lines, and the dashboard
of a provider's account."""

from __future__ import annotations

from typing import Any

from flask import g
from flask_smorest import Blueprint
from marshmallow import fields, validate
from webargs.fields import DelimitedList

from hub.kernel.errors import NotFound, ParaphError, Unsupported
from hub.services import chasing
from hub.services.dashboards import NOT_HOSTED, Dashboards
from hub.services.house import House
from hub.services.lists import ACTIVE, GROUPS, LINE_GROUPS, Lists
from hub.web.api.list_schemas import (
    DashboardAnswer,
    JobLines,
    ListedLines,
    ListedRequests,
    UnopenedRequests,
)
from hub.web.api.problems import problem
from hub.web.api.schemas import ListQuery, one_of

MOST_KINDS = 20


class _Kinds(ListQuery):
    """Which kinds of requests."""

    kind = DelimitedList(
        fields.String(validate=validate.Length(1, 40)),
        load_default=list,
        validate=validate.Length(max=MOST_KINDS),
        metadata={"description": "Kinds of requests as mappings name them, with commas; else all."},
    )


class RequestsQuery(_Kinds):
    """Which requests of which group."""

    group = fields.String(
        load_default=ACTIVE,
        validate=one_of(GROUPS),
        metadata={"description": " ".join(f"{name}: {said}" for name, said in GROUPS.items())},
    )


class SalesQuery(_Kinds):
    """Which job lines of which group."""

    group = fields.String(
        load_default=ACTIVE,
        validate=one_of(LINE_GROUPS),
        metadata={"description": " ".join(f"{name}: {said}" for name, said in LINE_GROUPS.items())},
    )


class UnopenedQuery(ListQuery):
    """Sent how long ago."""

    days = fields.Integer(
        load_default=3,
        validate=validate.Range(0, 365),
        metadata={"description": "Sent this many days ago, or earlier."},
    )


class LinesQuery(ListQuery):
    """Which job lines."""

    step = fields.String(metadata={"description": "The mapping's key of a step, e.g. priced."})
    kind = fields.String(metadata={"description": "The kind of request that offers them."})
    order = fields.String(metadata={"description": "The number of the order upstream."})


def add_lists(blueprint: Blueprint, house: House) -> None:
    """Add the routes."""
    _lists(blueprint, house)
    _dashboard(blueprint, house)


def _lists(blueprint: Blueprint, house: House) -> None:
    @blueprint.route("/lists/requests")
    @blueprint.arguments(RequestsQuery, location="query")
    @blueprint.response(200, ListedRequests)
    def listed_requests(query: dict[str, Any]) -> dict[str, Any]:
        """Requests of a group, one row each, newest first: offers out, declined, signed."""
        given = {"kinds": query.pop("kind"), **query}
        return Lists(house.core, g.caller.workspace_id).requests(**given)

    @blueprint.route("/lists/lines")
    @blueprint.arguments(SalesQuery, location="query")
    @blueprint.response(200, ListedLines)
    def listed_lines(query: dict[str, Any]) -> dict[str, Any]:
        """Job lines that were offered, one row each, newest first: additional sales."""
        given = {"kinds": query.pop("kind"), **query}
        return Lists(house.core, g.caller.workspace_id).sales(**given)

    @blueprint.route("/lists/unopened")
    @blueprint.arguments(UnopenedQuery, location="query")
    @blueprint.response(200, UnopenedRequests)
    def unopened(query: dict[str, Any]) -> dict[str, Any]:
        """Requests that were sent and that nobody has opened, the oldest first, to chase."""
        return chasing.unopened(house.core, g.caller.workspace_id, **query)

    @blueprint.route("/lines")
    @blueprint.arguments(LinesQuery, location="query")
    @blueprint.response(200, JobLines)
    def lines(query: dict[str, Any]) -> dict[str, Any]:
        """Job lines by step, newest first, also those that nobody was asked about yet."""
        return Lists(house.core, g.caller.workspace_id).lines(**query)


def _dashboard(blueprint: Blueprint, house: House) -> None:
    dashboards = Dashboards(house.core)

    @blueprint.route("/instances/<instance>/dashboard")
    @blueprint.response(200, DashboardAnswer)
    @blueprint.alt_response(409, description="No such dashboard, or the instance is paused.")
    @blueprint.alt_response(502, description="The provider does not answer, or refuses.")
    def dashboard(instance: str) -> Any:
        """How many documents stand where at the provider, and what happened there last.

        Kept for a minute, since reading it costs many of the provider's calls.
        """
        try:
            return dashboards.of(g.caller.workspace_id, instance)
        except NotFound as error:
            if error.code == "unknown_instance":
                raise
            return problem(502, error.detail, code=error.code)
        except ParaphError as error:
            if error.code == "paused":
                detail = f"{error.detail}; /health/sync says where to mend it"
                return problem(409, detail, code=error.code)
            ours = error.code == NOT_HOSTED or isinstance(error, Unsupported)
            return problem(409 if ours else 502, error.detail, code=error.code)
