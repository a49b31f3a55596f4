"""Routes below ``/api/v1`` for replaying: count, replay, discard; see how far it is, stop it."""

from __future__ import annotations

from typing import Any

from flask import g
from flask_smorest import Blueprint

from hub.services import replays
from hub.services.house import House
from hub.services.overview import Overview
from hub.services.replay_calls import CallReplays
from hub.services.replay_deliveries import DeliveryReplays
from hub.services.replays import VERDICTS, Counted, Order, Replays
from hub.web.api.replay_schemas import (
    CallFilter,
    CallReplayBody,
    CountAnswer,
    DeliveryFilter,
    DeliveryReplayBody,
    DiscardAnswer,
    DiscardBody,
    ReplayAnswer,
    given,
)
from hub.web.api.schemas import ListQuery, Page, Strict


def add_replays(blueprint: Blueprint, house: House) -> None:
    """Add the routes."""
    _deliveries(blueprint, house)
    _discard(blueprint, house)
    _inbound(blueprint, house)
    _replays(blueprint, house)


def _deliveries(blueprint: Blueprint, house: House) -> None:
    @blueprint.route("/deliveries/count", methods=["POST"])
    @blueprint.arguments(DeliveryFilter())
    @blueprint.response(200, CountAnswer)
    def count_deliveries(body: dict[str, Any]) -> dict[str, Any]:
        """How many deliveries a replay would owe again, how many it would leave alone and why."""
        return _counted(_of(house, DeliveryReplays), body)

    @blueprint.route("/deliveries/replay", methods=["POST"])
    @blueprint.arguments(DeliveryReplayBody())
    @blueprint.response(200, ReplayAnswer)
    def replay_deliveries(body: dict[str, Any]) -> dict[str, Any]:
        """Owe again what was given up or discarded, with the same ids and bytes, at most ``rate`` a
        second. Without ``"dry_run": false`` it only counts."""
        return _replayed(_of(house, DeliveryReplays), body)


def _inbound(blueprint: Blueprint, house: House) -> None:
    @blueprint.route("/inbound/count", methods=["POST"])
    @blueprint.arguments(CallFilter())
    @blueprint.response(200, CountAnswer)
    def count_inbound(body: dict[str, Any]) -> dict[str, Any]:
        """How many calls a replay would take again, how many it would leave alone and why."""
        return _counted(_of(house, CallReplays), body)

    @blueprint.route("/inbound/replay", methods=["POST"])
    @blueprint.arguments(CallReplayBody())
    @blueprint.response(200, ReplayAnswer)
    def replay_inbound(body: dict[str, Any]) -> dict[str, Any]:
        """Take calls again that led to no request, at most ``rate`` a second. Without
        ``"dry_run": false`` it only counts."""
        return _replayed(_of(house, CallReplays), body)


def _discard(blueprint: Blueprint, house: House) -> None:
    @blueprint.route("/deliveries/discard", methods=["POST"])
    @blueprint.arguments(DiscardBody())
    @blueprint.response(200, DiscardAnswer)
    def discard_deliveries(body: dict[str, Any]) -> dict[str, Any]:
        """Give up for good what was given up; it can be replayed later. Without ``"dry_run":
        false`` it only counts."""
        dry_run = body.pop("dry_run")
        if body.get("ids") == []:
            return {"count": 0, "dry_run": dry_run}
        service = DeliveryReplays(house.core, g.caller.workspace_id)
        return {"count": service.discard(given(body), dry_run=dry_run), "dry_run": dry_run}


def _replays(blueprint: Blueprint, house: House) -> None:
    @blueprint.route("/replays")
    @blueprint.arguments(ListQuery, location="query")
    @blueprint.response(200, Page)
    def list_replays(query: dict[str, Any]) -> dict[str, Any]:
        """Replays, newest first: who, when, which, how many."""
        return Overview(house.core, g.caller.workspace_id).replays(**query)

    @blueprint.route("/replays/<replay_id>")
    @blueprint.response(200)
    def one_replay(replay_id: str) -> dict[str, Any]:
        """How far one replay is."""
        return replays.progress(house.core, g.caller.workspace_id, replay_id)

    @blueprint.route("/replays/<replay_id>/stop", methods=["POST"])
    @blueprint.arguments(Strict())
    @blueprint.response(200)
    def stop_replay(_: dict[str, Any], replay_id: str) -> dict[str, Any]:
        """Stop a replay: what was not tried yet is what it was before."""
        return replays.stop(house.core, g.caller.workspace_id, replay_id)


def _of(house: House, kind: type[Replays[Any]]) -> Replays[Any]:
    return kind(house.core, g.caller.workspace_id, house.core.wake)


def _counted(service: Replays[Any], body: dict[str, Any]) -> dict[str, Any]:
    if body.get("ids") == []:
        return _told(_nothing())
    return _told(service.count(given(body), _order()))


def _replayed(service: Replays[Any], body: dict[str, Any]) -> dict[str, Any]:
    dry_run = body.pop("dry_run")
    order = _order(rate=body.pop("rate"), force=body.pop("force"))
    if body.get("ids") == []:
        return {**_told(_nothing()), "dry_run": dry_run}
    done = service.count(given(body), order) if dry_run else service.begin(given(body), order)
    return {**_told(done), "dry_run": dry_run, "replay": done.replay_id}


def _order(**how: Any) -> Order:
    return Order(by=f"API key {g.caller.key_id}", **how)


def _nothing() -> Counted:
    """What the empty list of ids means."""
    return Counted(dict.fromkeys(VERDICTS, 0), [], 0.0)


def _told(counted: Counted) -> dict[str, Any]:
    why = {name: number for name, number in counted.verdicts.items() if name != "replay"}
    return {"count": counted.number, **why, "seconds": counted.seconds, "items": counted.items}
