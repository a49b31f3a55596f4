"""Routes below ``/api/v1/webhooks``: who is told of events. For keys with the role operator."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, g
from flask_smorest import Blueprint
from marshmallow import Schema, ValidationError, fields, validate

from hub.contracts.events import EventKind
from hub.services.house import House
from hub.services.subscriptions import OVERLAP, Subscriptions, Tried
from hub.toolkit.guard import TargetRefused
from hub.web.api.problems import problem
from hub.web.api.schemas import Page, Strict

_KINDS = [kind.value for kind in EventKind]
_MOST_HOURS = 30 * 24


def _check_kind(name: str) -> None:
    if name not in _KINDS:
        raise ValidationError(f"'{name}' is no event kind; there are: {', '.join(_KINDS)}.")


def _check_kinds(kinds: list[str] | None) -> None:
    if kinds is not None and not kinds:
        raise ValidationError("an empty list tells nothing; leave it out, or null, for all kinds.")


def _kinds() -> fields.Field[Any]:
    return fields.List(
        fields.String(validate=_check_kind),
        validate=_check_kinds,
        allow_none=True,
        metadata={"description": "The event kinds to be told of; null is all of them."},
    )


class WebhookBody(Strict):
    """A new subscription."""

    url = fields.String(
        required=True, metadata={"description": "Where to POST; https, and a public address."}
    )
    kinds = _kinds()
    description = fields.String(validate=validate.Length(0, 200))


class WebhookChange(Strict):
    """What is to be different; what is left out stays."""

    url = fields.String()
    kinds = _kinds()
    description = fields.String(validate=validate.Length(0, 200))
    enabled = fields.Boolean()


class RotationBody(Strict):
    """How long former secrets sign beside the new one."""

    overlap_hours = fields.Float(
        validate=validate.Range(0, _MOST_HOURS),
        load_default=OVERLAP / timedelta(hours=1),
        metadata={"description": "0 ends all former secrets at once."},
    )


class WebhookAnswer(Schema):
    """A subscription. ``secret`` only when it was made just now, ``tried`` when its target was."""

    id = fields.String()
    url = fields.String()
    kinds = fields.List(fields.String(), allow_none=True)
    description = fields.String()
    destination = fields.String(metadata={"description": "Its name in deliveries and health."})
    enabled = fields.Boolean()
    disabled = fields.Dict(allow_none=True, metadata={"description": "Since when, and why."})
    created_at = fields.String()
    former_secrets_end = fields.List(fields.String())
    secret = fields.String()
    tried = fields.Dict(metadata={"description": "What the target answered to a test event."})


def add_webhooks(blueprint: Blueprint, house: House) -> None:
    """Add the routes."""
    _lists(blueprint, house)
    _changes(blueprint, house)
    _acts(blueprint, house)

    @blueprint.errorhandler(TargetRefused)
    def target_refused(error: TargetRefused) -> Response:
        errors = {"json": {"url": [error.detail]}}
        return problem(422, f"Correct url: {error.detail}.", code=error.code, errors=errors)


def _lists(blueprint: Blueprint, house: House) -> None:
    @blueprint.route("/webhooks")
    @blueprint.response(200, Page)
    def webhooks() -> dict[str, Any]:
        """Every webhook subscription, without its secrets."""
        return {"items": _mine(house).all(), "next": None}

    @blueprint.route("/webhooks/<webhook_id>")
    @blueprint.response(200, WebhookAnswer)
    def webhook(webhook_id: str) -> dict[str, Any]:
        """One webhook subscription, without its secrets."""
        return _mine(house).one(webhook_id)


def _changes(blueprint: Blueprint, house: House) -> None:
    @blueprint.route("/webhooks", methods=["POST"])
    @blueprint.arguments(WebhookBody())
    @blueprint.response(201, WebhookAnswer)
    def create_webhook(body: dict[str, Any]) -> dict[str, Any]:
        """Be told of events. The answer holds the secret, which is shown only this once."""
        shown, secret, tried = _mine(house).create(**body)
        return {**shown, "secret": secret, "tried": vars(tried)}

    @blueprint.route("/webhooks/<webhook_id>", methods=["PATCH"])
    @blueprint.arguments(WebhookChange())
    @blueprint.response(200, WebhookAnswer)
    def change_webhook(body: dict[str, Any], webhook_id: str) -> dict[str, Any]:
        """Change a webhook subscription; what is left out stays."""
        shown, tried = _mine(house).change(webhook_id, body)
        return {**shown, **_told(tried)}

    @blueprint.route("/webhooks/<webhook_id>", methods=["DELETE"])
    @blueprint.response(204)
    def delete_webhook(webhook_id: str) -> None:
        """End a webhook subscription; what is owed to it is not owed any more."""
        _mine(house).delete(webhook_id)


def _acts(blueprint: Blueprint, house: House) -> None:
    @blueprint.route("/webhooks/<webhook_id>/secret", methods=["POST"])
    @blueprint.arguments(RotationBody())
    @blueprint.response(200, WebhookAnswer)
    def rotate_secret(body: dict[str, Any], webhook_id: str) -> dict[str, Any]:
        """A new secret, shown only this once; former ones sign beside it for a while."""
        mine = _mine(house)
        secret = mine.rotate(webhook_id, timedelta(hours=body["overlap_hours"]))
        return {**mine.one(webhook_id), "secret": secret}

    @blueprint.route("/webhooks/<webhook_id>/test", methods=["POST"])
    @blueprint.arguments(Strict())
    @blueprint.response(202)
    def send_test(_: dict[str, Any], webhook_id: str) -> dict[str, str]:
        """Send a test event. The delivery that is named tells its attempts."""
        return {"delivery_id": _mine(house).test(webhook_id)}


def _mine(house: House) -> Subscriptions:
    return Subscriptions(house.core, g.caller.workspace_id)


def _told(tried: Tried | None) -> dict[str, Any]:
    return {"tried": vars(tried)} if tried else {}
