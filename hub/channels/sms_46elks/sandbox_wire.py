"""The API of the simulated 46elks account, as its public documents describe it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, request

from hub.channels.sms_46elks.sandbox_state import (
    ANSWERED_500,
    COST_PER_PART,
    DROPPED,
    REFUSED,
    SLOW,
)
from hub.channels.sms_46elks.settings import is_sender
from hub.toolkit.gsm import measure
from hub.toolkit.phone import is_e164

if TYPE_CHECKING:
    from hub.channels.sms_46elks.sandbox import ElksSandbox

SLOW_SECONDS = 35.0
_URL = re.compile(r"https?://\S+")


def wire(sandbox: ElksSandbox) -> Blueprint:
    """``/a1/...`` as the vendor serves it; old documents write the paths in capitals."""
    api = Blueprint("api", "sms_46elks_api", url_prefix="/a1")

    @api.before_request
    def check() -> Response | None:
        return _common_fault(sandbox) or _unauthorised(sandbox)

    @api.post("/sms")
    @api.post("/SMS")
    def send() -> Response:
        with sandbox.switches.call("POST /a1/sms"):
            return _send(sandbox)

    @api.get("/sms")
    @api.get("/SMS")
    def history() -> Response:
        with sandbox.switches.call("GET /a1/sms"):
            return jsonify(sandbox.account.page(request.args))

    @api.get("/me")
    @api.get("/Me")
    def me() -> Response:
        with sandbox.switches.call("GET /a1/me"):
            return jsonify(
                id=sandbox.credentials[0],
                displayname="Sandbox",
                currency="SEK",
                balance=sandbox.account.balance,
            )

    _add_single(api, sandbox)
    return api


def _add_single(api: Blueprint, sandbox: ElksSandbox) -> None:
    """What concerns one message or one number."""

    @api.get("/sms/<reference>")
    def one(reference: str) -> Response:
        sms = sandbox.account.get(reference)
        return jsonify(sms.wire()) if sms else _text("Not found", 404)

    @api.delete("/sms/<reference>")
    def delete(reference: str) -> Response:
        gone = sandbox.account.delete(reference)
        return jsonify(id=gone.id, deleted=True) if gone else _text("Not found", 404)

    @api.post("/numbers/<number>")
    def configure(number: str) -> Response:
        url = request.form.get("sms_url", "")
        if url not in ("", "none") and not _URL.fullmatch(url):
            return _text("Invalid URL in sms_url", 403)
        sandbox.account.sms_urls[number] = "" if url == "none" else url
        return jsonify(id=number, sms_url=url)


def _send(sandbox: ElksSandbox) -> Response:
    form = request.form
    wrong = _complaint(sandbox)
    if wrong:
        return _text(wrong, 403)
    sender, to, text = form["from"], form["to"], form["message"]
    dontlog = form.get("dontlog") == "message"
    if form.get("dryrun") == "yes":
        parts = measure(text).parts
        return jsonify(
            status="created", direction="outgoing", to=to, message=text, parts=parts,
            estimated_cost=parts * COST_PER_PART, **{"from": sender},
        )  # fmt: skip
    sms = sandbox.take(sender, to, text, form.get("whendelivered", ""), dontlog=dontlog)
    # The answer repeats the text even where the history will not hold it.
    return _late_fault(sandbox, to) or jsonify({**sms.wire(), "message": text, "status": "created"})


def _complaint(sandbox: ElksSandbox) -> str | None:
    form = request.form
    for key in ("from", "to", "message"):
        if not form.get(key):
            return f"Missing key {key}"
    if not is_sender(form["from"]):
        return "Invalid from number"
    if not is_e164(form["to"]) or form["to"].endswith(REFUSED):
        return "Invalid to number"
    if form.get("whendelivered") and not _URL.fullmatch(form["whendelivered"]):
        return "Invalid URL in whendelivered"
    if sandbox.account.balance < measure(form["message"]).parts * COST_PER_PART:
        return "Not enough credits"
    return None


def _unauthorised(sandbox: ElksSandbox) -> Response | None:
    given = request.authorization
    if given and (given.username, given.password) == sandbox.credentials:
        return None
    answer = _text("Use HTTP Basic authentication with your API username and password", 401)
    answer.headers["WWW-Authenticate"] = 'Basic realm="46elks API"'
    return answer


def _common_fault(sandbox: ElksSandbox) -> Response | None:
    """Faults that strike before anything is done."""
    switches = sandbox.switches
    if fault := switches.strikes("slow"):
        switches.hold(fault.seconds)
        return _dropped()
    if switches.strikes("drop_before"):
        return _dropped()
    if switches.strikes("error_500"):
        return _text("", 500)
    if switches.strikes("html"):
        return Response("<!doctype html><title>Maintenance</title>", 200, mimetype="text/html")
    if fault := switches.strikes("throttled"):
        return Response("", 429, {"Retry-After": str(int(fault.seconds))})
    return None


def _late_fault(sandbox: ElksSandbox, to: str) -> Response | None:
    """Faults that strike when the message has been taken."""
    if to.endswith(SLOW):
        sandbox.switches.hold(SLOW_SECONDS)
    if sandbox.switches.strikes("drop_after") or to.endswith(DROPPED):
        return _dropped()
    if sandbox.switches.strikes("error_500_after") or to.endswith(ANSWERED_500):
        return _text("", 500)
    return None


def _dropped() -> Response:
    """Breaks the connection without an answer, where the server lends us its socket."""
    connection = request.environ.get("werkzeug.socket")
    if connection is not None:
        connection.shutdown(2)
        return Response("", 500)
    return Response("<!doctype html><title>502 Bad Gateway</title>", 502, mimetype="text/html")


def _text(body: str, status: int) -> Response:
    return Response(body, status, mimetype="text/plain")
