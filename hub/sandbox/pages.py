"""The pages that people look at: start page, phone and mailbox, and the JSON behind them."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from markupsafe import Markup, escape
from werkzeug.wrappers import Response as AnyResponse

from hub.contracts.manifest import PluginKind
from hub.contracts.sandbox import Mail, PhoneMessage
from hub.sandbox.house import SandboxHouse
from hub.sandbox.inbox import Numbered, lines, mails_to, messages_to
from hub.sandbox.mailview import attachments, framed
from hub.sandbox.words import LANGUAGES, WORDS

_LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]")
ANSWERED = ("taken", "refused")
_PORTAL = "portal.service"  # other workspaces may have one, too
_PORTAL_LANGUAGE = "da"  # of the contact who is asked in the story
_LOCAL = "http://127.0.0.1:* http://localhost:*"  # pictures that the hub on this machine serves
_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data: {pictures}; "
    "style-src 'self' {styles}; frame-src 'self'; form-action 'self'; base-uri 'none'"
)


def pages(house: SandboxHouse) -> Blueprint:
    """Everything under ``/`` that is not a simulator."""
    site = Blueprint("pages", "hub.sandbox.pages")
    site.add_app_template_filter(linked)
    site.add_app_template_filter(lambda at: f"{at:%d.%m. %H:%M}", "moment")

    @site.context_processor
    def words() -> dict[str, Any]:
        language = _language()
        return {"t": WORDS[language], "language": language, "languages": LANGUAGES, "here": _here}

    @site.after_request
    def guard(response: Response) -> Response:
        in_mail = request.endpoint == "pages.mailbox"
        response.headers["Content-Security-Policy"] = _POLICY.format(
            pictures=_LOCAL if in_mail else "", styles="'unsafe-inline'" if in_mail else ""
        )
        response.headers["X-Content-Type-Options"] = "nosniff"
        if request.args.get("lang") in LANGUAGES:
            response.set_cookie("lang", request.args["lang"], samesite="Lax")
        return response

    _add_start(site, house)
    _add_phone(site, house)
    _add_mailbox(site, house)
    return site


def linked(text: str) -> Markup:
    """``text`` with its web addresses as links."""
    pieces, position = [], 0
    for match in _LINK.finditer(text):
        url = escape(match.group())
        pieces.append(escape(text[position : match.start()]))
        pieces.append(Markup('<a href="{0}" target="_blank" rel="noopener">{0}</a>').format(url))
        position = match.end()
    return Markup("").join([*pieces, escape(text[position:])])


def _here(**changes: str) -> str:
    """This page's address with some of its query changed."""
    return f"{request.path}?{urlencode({**request.args.to_dict(), **changes})}"


def _language() -> str:
    for choice in (request.args.get("lang"), request.cookies.get("lang")):
        if choice in LANGUAGES:
            return choice
    return request.accept_languages.best_match(list(LANGUAGES), "en")


def _add_start(site: Blueprint, house: SandboxHouse) -> None:
    @site.get("/")
    def start() -> str:
        shown = [
            (house.manifests[key].kind.value, key, simulator, simulator.links())
            for key, simulator in house.simulators.items()
        ]
        return render_template(
            "start.html",
            simulators=shown,
            first={kind.value: _first_link(house, kind) for kind in PluginKind},
            begins={
                link.begins: f"/{key}{link.path}" for _, key, _, links in shown for link in links
            },
            hub_links=house.links,
            portal=_portal(house),
            unread={"phone": len(house.phone.all()), "mailbox": len(house.mailbox.all())},
        )


def _portal(house: SandboxHouse) -> str | None:
    """The portal of the story on the start page, in the language of those who look at it."""
    found = house.links.get(_PORTAL)
    return f"{found}?lang={_PORTAL_LANGUAGE}" if found else None


def _first_link(house: SandboxHouse, kind: PluginKind) -> str | None:
    return next(
        (f"/{key}{link.path}" for key, made in house.of_kind(kind) for link in made.links()), None
    )


def _add_phone(site: Blueprint, house: SandboxHouse) -> None:
    @site.get("/phone")
    def phone() -> str:
        known = lines(house.phone)
        number = request.args.get("to") or (known[0].number if known else "")
        shown = list(messages_to(house.phone, number)) if number else []
        return render_template(
            "phone.html", lines=known, number=number, messages=shown, last=_last(house)
        )

    @site.get("/phone/messages")
    def messages() -> Response:
        found = messages_to(house.phone, request.args.get("to", ""), _after())
        return jsonify(
            messages=[_sms(entry) for entry in found],
            lines=[{**asdict(line), "at": line.at.isoformat()} for line in lines(house.phone)],
            last=_last(house),
        )


def _add_mailbox(site: Blueprint, house: SandboxHouse) -> None:
    @site.get("/mailbox")
    def mailbox() -> str | tuple[str, int] | AnyResponse:
        number = request.args.get("mail", type=int)
        mail = house.mailbox.get(number) if number else None
        view = request.args.get("view") or ("html" if mail and mail.html else "text")
        page = render_template(
            "mailbox.html",
            mails=list(reversed(house.mailbox.all())),
            number=number,
            mail=mail,
            view=view,
            html=framed(mail) if mail and view == "html" else "",
            source=mail.raw.decode("utf-8", "replace") if mail and view == "source" else "",
            files=attachments(mail) if mail else [],
            said=said if (said := request.args.get("said")) in ANSWERED else "",
        )
        return (page, 404) if number and mail is None else page

    @site.post("/mailbox/<int:number>/answer")
    def answer(number: int) -> AnyResponse:
        mail, text = house.mailbox.get(number), request.form.get("text", "").strip()
        if mail is None or mail.answer is None or mail.bounce is None:
            return Response("nobody takes an answer to this mail", 404)
        if not text and "bounce" not in request.form:
            return Response("write something", 400)
        status = mail.bounce() if "bounce" in request.form else mail.answer(text)
        said = ANSWERED[0] if status in range(200, 300) else ANSWERED[1]
        return redirect(url_for("pages.mailbox", mail=number, said=said), 303)

    @site.get("/mailbox/messages")
    def mails() -> Response:
        found = mails_to(house.mailbox, request.args.get("to", ""), _after())
        return jsonify(messages=[_mail(entry) for entry in found])

    @site.post("/empty")
    def empty() -> AnyResponse:
        house.reset()
        return redirect(url_for("pages.start"), 303)


def _after() -> int:
    return request.args.get("after", 0, type=int)


def _last(house: SandboxHouse) -> int:
    known = lines(house.phone)
    return known[0].last if known else 0


def _sms(entry: Numbered[PhoneMessage]) -> dict[str, Any]:
    message = entry.item
    return {
        "number": entry.number,
        "id": message.id,
        "to": message.to,
        "sender": message.sender,
        "text": message.text,
        "at": message.at.isoformat(),
    }


def _mail(entry: Numbered[Mail]) -> dict[str, Any]:
    mail = entry.item
    return {
        "number": entry.number,
        "to": list(mail.to),
        "sender": mail.sender,
        "subject": mail.subject,
        "text": mail.text,
        "html": mail.html,
        "at": mail.at.isoformat(),
    }
