"""Routes below ``/api/v1`` for answers that the customer gave to a person."""

from __future__ import annotations

from typing import Any

from flask import g
from flask_smorest import Blueprint
from marshmallow import fields

from hub.contracts.decisions import DECISIONS, WAYS
from hub.services.deciding import LONGEST_NAME, LONGEST_REMARK, Noted, decide
from hub.services.house import House
from hub.web.api.papers import told
from hub.web.api.schemas import Strict, one_of


class DecideBody(Strict):
    """What the customer said, who took it and how."""

    decision = fields.String(
        required=True,
        validate=one_of(DECISIONS),
        metadata={"description": "Accepted, all or in part, or declined."},
    )
    by = fields.String(
        required=True,
        metadata={"description": f"Who took the answer; 1 to {LONGEST_NAME} characters."},
    )
    how = fields.String(
        required=True, validate=one_of(WAYS), metadata={"description": "How the answer came."}
    )
    remark = fields.String(
        load_default="",
        metadata={"description": f"What else was said; at most {LONGEST_REMARK} characters."},
    )
    lines = fields.Dict(
        keys=fields.String(),
        values=fields.String(validate=one_of(DECISIONS)),
        load_default=dict,
        metadata={
            "description": "The decision on single lines, by their ids. Where all was accepted, "
            "lines that are not named stay as the customer left them, or else as they were offered."
        },
    )


def add_decisions(blueprint: Blueprint, house: House) -> None:
    """Add the routes."""

    @blueprint.route("/requests/<request_id>/decide", methods=["POST"])
    @blueprint.arguments(DecideBody())
    @blueprint.response(200)
    def decide_by_hand(body: dict[str, Any], request_id: str) -> dict[str, Any]:
        """Note an answer that came by telephone or over the counter.

        The request ends, its link says that it was withdrawn, what is under way at the provider is
        withdrawn, and the steps of `decided` and of its lines follow.
        """
        decide(house.core, g.caller.workspace_id, request_id, Noted(**body), door="api")
        return told(house, request_id)
