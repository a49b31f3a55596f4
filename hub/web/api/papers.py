"""Routes below ``/api/v1/requests``: files, clearing, in person, links."""

from __future__ import annotations

from typing import Any

from flask import Response, g
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from hub.services import dossier, following, handed_out, in_person, preparing, turns
from hub.services.clearing import LONGEST_REASON, clear
from hub.services.house import House
from hub.services.overview import Overview
from hub.web.api.handing import handed
from hub.web.api.schemas import Page, Strict

_RECIPIENT = {"description": "A person's key; without it whoever it concerns."}
_KEY = validate.Length(1, 40)


class ClearBody(Strict):
    """Whose acceptance is taken back, and why."""

    reason = fields.String(
        required=True,
        validate=validate.Length(1, LONGEST_REASON),
        metadata={"description": "Kept in the history and in the next proof."},
    )
    recipient = fields.String(validate=_KEY, metadata=_RECIPIENT)


class PersonBody(Strict):
    """Who signs."""

    recipient = fields.String(validate=_KEY, metadata=_RECIPIENT)


class VersionQuery(Strict):
    """Which version of a document."""

    version = fields.Integer(
        validate=validate.Range(1), metadata={"description": "Without it the current one."}
    )


class ProofQuery(Strict):
    """Which completion."""

    number = fields.Integer(
        validate=validate.Range(1),
        metadata={"description": "Counts completions; without it the present one."},
    )


class RefreshBody(Strict):
    """Nothing, or the record."""

    record = fields.Dict(
        keys=fields.String(),
        metadata={"description": "The whole record, where the source is not read by id."},
    )


class UrlAnswer(Schema):
    """An address that is shown this once."""

    url = fields.String()


class RefreshAnswer(Schema):
    """The how many-th reading is owed."""

    number = fields.Integer()


def add_papers(blueprint: Blueprint, house: House) -> None:
    """Add the routes."""
    _files(blueprint, house)
    _clear(blueprint, house)
    _in_person(blueprint, house)
    _refresh(blueprint, house)
    _archive(blueprint, house)
    _links(blueprint, house)


def told(house: House, request_id: str) -> dict[str, Any]:
    """One request with its history, and with its papers, people and signatures."""
    workspace_id = g.caller.workspace_id
    known = Overview(house.core, workspace_id).request(request_id)
    return {**known, **dossier.dossier(house.core, workspace_id, request_id)}


def _files(blueprint: Blueprint, house: House) -> None:
    @blueprint.route("/requests/<request_id>/signed.pdf")
    @blueprint.arguments(ProofQuery, location="query")
    @blueprint.response(200, content_type="application/pdf")
    def signed_pdf(query: dict[str, Any], request_id: str) -> Response:
        """The sealed PDF: documents and certificate."""
        where = (house.core, g.caller.workspace_id, request_id)
        return handed(lambda: handed_out.made(*where, handed_out.SIGNED, **query))

    @blueprint.route("/requests/<request_id>/evidence.zip")
    @blueprint.arguments(ProofQuery, location="query")
    @blueprint.response(200, content_type="application/zip")
    def evidence(query: dict[str, Any], request_id: str) -> Response:
        """The proof that anyone can check with `paraph verify`."""
        where = (house.core, g.caller.workspace_id, request_id)
        return handed(lambda: handed_out.made(*where, handed_out.PROOF, **query))

    @blueprint.route("/requests/<request_id>/documents/<key>")
    @blueprint.arguments(VersionQuery, location="query")
    @blueprint.response(200, content_type="application/pdf")
    def document(query: dict[str, Any], request_id: str, key: str) -> Response:
        """A document as it was sent, in its current or another version."""
        where = (house.core, g.caller.workspace_id, request_id)
        return handed(lambda: handed_out.document(*where, key, **query))

    @blueprint.route("/requests/<request_id>/attachments/<key>")
    @blueprint.response(200, content_type="application/octet-stream")
    def attachment(request_id: str, key: str) -> Response:
        """An attachment as it came, always to be saved; its own media type stands in the answer."""
        where = (house.core, g.caller.workspace_id, request_id)
        return handed(lambda: handed_out.attachment(*where, key))


def _clear(blueprint: Blueprint, house: House) -> None:
    @blueprint.route("/requests/<request_id>/clear", methods=["POST"])
    @blueprint.arguments(ClearBody())
    @blueprint.response(200)
    def clear_acceptance(body: dict[str, Any], request_id: str) -> dict[str, Any]:
        """Take an acceptance back, so that it can be signed again. The history keeps the former
        signature, who took it back and why."""
        by = f"API key {g.caller.key_id}"
        where = (house.core, g.caller.workspace_id, request_id)
        clear(*where, by, body["reason"], body.get("recipient"))
        return told(house, request_id)


def _in_person(blueprint: Blueprint, house: House) -> None:
    @blueprint.route("/requests/<request_id>/in-person", methods=["POST"])
    @blueprint.arguments(PersonBody())
    @blueprint.response(200, UrlAnswer)
    def sign_in_person(body: dict[str, Any], request_id: str) -> dict[str, Any]:
        """A link to open on a tablet of the sender's and to hand over: it shows this request only
        and locks after signing."""
        where = (house.core, g.caller.workspace_id, request_id)
        return {"url": in_person.link(*where, body.get("recipient"))}


def _refresh(blueprint: Blueprint, house: House) -> None:
    @blueprint.route("/requests/<request_id>/documents/refresh", methods=["POST"])
    @blueprint.arguments(RefreshBody())
    @blueprint.response(202, RefreshAnswer)
    def refresh(body: dict[str, Any], request_id: str) -> dict[str, Any]:
        """Read the record again, and with it title, lines, documents and attachments, as long as
        nobody has signed. What differs is a new version; the former one is kept. People, ways of
        signing and deadlines stay."""
        where = (house.core, g.caller.workspace_id, request_id)
        return {"number": preparing.read_again(*where, body.get("record"))}


def _archive(blueprint: Blueprint, house: House) -> None:
    @blueprint.route("/requests/<request_id>/archive", methods=["POST"])
    @blueprint.response(200)
    def archive_request(request_id: str) -> dict[str, Any]:
        """Move a request that is shared in a portal to the archive, where it can still be read. An
        open one ends as withdrawn: of a closed record nothing is left to accept."""
        following.archive(house.core, g.caller.workspace_id, request_id)
        return told(house, request_id)


def _links(blueprint: Blueprint, house: House) -> None:
    @blueprint.route("/requests/<request_id>/links")
    @blueprint.response(200, Page)
    def links(request_id: str) -> dict[str, Any]:
        """Each person's own link, to be opened from the record upstream or put into a mail. Whoever
        has it can act as that person."""
        core = house.core
        with core.db.read() as session:
            request = turns.own(session, g.caller.workspace_id, request_id)
            found = dossier.people(request)
            urls = {one.key: core.links.customer(one.id) for one in request.recipients}
        told = ("key", "name", "role", "state")
        items = [{**{n: one[n] for n in told}, "url": urls[one["key"]]} for one in found]
        return {"items": items, "next": None}
