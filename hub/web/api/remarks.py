"""Routes below ``/api/v1/requests/<id>/remarks``: what was written both ways, with its files."""

from __future__ import annotations

from typing import Any

from flask import Response, g
from flask_smorest import Blueprint
from marshmallow import fields, validate

from hub.services import dossier, handed_out, reading, turns
from hub.services.document_views import GivenFile
from hub.services.enclosures import LARGEST, MOST_FILES
from hub.services.house import House
from hub.services.paper_sources import decoded
from hub.services.remarks import LONGEST_REMARK, answer_remark
from hub.web.api.handing import handed
from hub.web.api.schemas import Page, Strict

LONGEST_BODY = MOST_FILES * (LARGEST // 3 * 4 + 1_000) + 100_000  # bytes: files as base64


class FileBody(Strict):
    """A file that goes along."""

    name = fields.String(required=True, validate=validate.Length(1, 200))
    content = fields.String(
        required=True,
        metadata={
            "description": "Base64. PDF, JPEG, PNG, WebP or plain text, told by its bytes, of at "
            f"most {LARGEST // 1_000_000} MB. Images are drawn anew."
        },
    )


class RemarkBody(Strict):
    """An answer to a customer's remarks: text, files, or both."""

    recipient = fields.String(
        validate=validate.Length(1, 40),
        metadata={"description": "A person's key; needed where there are several."},
    )
    text = fields.String(load_default="", validate=validate.Length(0, LONGEST_REMARK))
    files = fields.List(
        fields.Nested(FileBody), load_default=(), validate=validate.Length(0, MOST_FILES)
    )


def add_remarks(blueprint: Blueprint, house: House) -> None:
    """Add the routes."""

    def listed(request_id: str) -> dict[str, Any]:
        with house.core.db.read() as session:
            request = turns.own(session, g.caller.workspace_id, request_id)
            return {"items": dossier.remarks(house.core, session, request), "next": None}

    @blueprint.route("/requests/<request_id>/remarks")
    @blueprint.response(200, Page)
    def remarks(request_id: str) -> dict[str, Any]:
        """What customers wrote on the page and what they were answered, oldest first. Reading it
        here marks nothing as read."""
        return listed(request_id)

    @blueprint.route("/requests/<request_id>/remarks", methods=["POST"])
    @blueprint.arguments(RemarkBody())
    @blueprint.response(201, Page)
    def answer(body: dict[str, Any], request_id: str) -> dict[str, Any]:
        """Answer a customer, who is told by e-mail or SMS. What this one wrote counts as read."""
        where = (house.core, g.caller.workspace_id, request_id)
        files = [GivenFile(one["name"], decoded(one["content"], LARGEST)) for one in body["files"]]
        answer_remark(*where, body.get("recipient"), body["text"], files)
        return listed(request_id)

    @blueprint.route("/requests/<request_id>/remarks/read", methods=["POST"])
    @blueprint.response(200, Page)
    def read_remarks(request_id: str) -> dict[str, Any]:
        """Somebody of the sender's has seen what customers wrote."""
        with house.core.db.write() as session:
            request = turns.own(session, g.caller.workspace_id, request_id)
            reading.read_by_sender(house.core, session, request)
        return listed(request_id)

    @blueprint.route("/requests/<request_id>/remarks/files/<file_id>")
    @blueprint.response(200, content_type="application/octet-stream")
    def remark_file(request_id: str, file_id: str) -> Response:
        """A file that came with a remark, always to be saved."""
        where = (house.core, g.caller.workspace_id, request_id)
        return handed(lambda: handed_out.enclosed(*where, file_id))
