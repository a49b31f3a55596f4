"""The phone on screen: an app in which a person looks at an order, approves it or does not.

Works without scripts. It looks like no real bank's app on purpose.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask, redirect, render_template, request, url_for
from markupsafe import Markup, escape

from providers.bankid.sandbox.control import make_control
from providers.bankid.sandbox.orders import AppRefusal, SandboxOrder
from providers.bankid.sandbox.people import PEOPLE, Person
from providers.bankid.sandbox.rp_api import display_name

if TYPE_CHECKING:
    from providers.bankid.sandbox import BankIdSandbox

_BOLD = re.compile(r"\*([^*\n]+)\*")
_ENDINGS = {"userCancel": "You cancelled.", "certificateErr": "Wrong code. Your BankID is blocked."}


def make_pages(sandbox: BankIdSandbox) -> Flask:
    """The Flask app of one sandbox."""
    app = Flask(__name__)
    app.register_blueprint(make_control(sandbox))
    app.add_template_filter(_rich, "rich")
    _add_home(app, sandbox)
    _add_order(app, sandbox)

    @app.errorhandler(AppRefusal)
    def refused(error: AppRefusal) -> Any:
        return render_template("notice.html", title="That did not work", text=str(error)), 409

    @app.after_request
    def guarded(response: Any) -> Any:
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'"
        )
        response.headers["Cache-Control"] = "no-store"
        return response

    return app


def _add_home(app: Flask, sandbox: BankIdSandbox) -> None:
    @app.get("/")
    def root() -> Any:
        return redirect(url_for("home"))

    @app.get("/app")
    def home() -> Any:
        """The app was opened, perhaps by a start link."""
        token = request.args.get("autostarttoken")
        if token:
            order = sandbox.orders.by_auto_start_token(token)
            back = request.args.get("redirect", "")
            return redirect(url_for("show", reference=order.reference, redirect=back))
        waiting = [order for order in sandbox.orders.all() if order.unseen]
        return render_template(
            "home.html",
            waiting=waiting,
            asks={order.reference: _who_asks(sandbox, order) for order in waiting},
            people=PEOPLE.values(),
            chosen=next((order.named_person for order in waiting), ""),
        )

    @app.post("/app/scan")
    def scan() -> Any:
        """Scan a pasted code, or point the camera at the screen that shows one order's code."""
        content = request.form.get("qr", "")
        if request.form.get("order"):
            content = sandbox.orders.qr_now(sandbox.orders.on_screen(request.form["order"]))
        order = sandbox.orders.by_qr(content)
        sandbox.orders.identify(order, _person(request.form.get("person", "")))
        return redirect(url_for("show", reference=order.reference), 303)


def _add_order(app: Flask, sandbox: BankIdSandbox) -> None:
    @app.get("/app/order/<reference>")
    def show(reference: str) -> Any:
        order = sandbox.orders.find(reference)
        back = request.args.get("redirect", "")
        if order.status != "pending":
            return _end_page(order)
        return render_template(
            "order.html",
            order=order,
            asks=_who_asks(sandbox, order),
            people=PEOPLE.values(),
            back=back,
            markdown=order.body.get("userVisibleDataFormat") == "simpleMarkdownV1",
        )

    @app.post("/app/order/<reference>")
    def act(reference: str) -> Any:
        order = sandbox.orders.find(reference)
        action = request.form.get("action", "")
        if action == "choose":
            sandbox.orders.identify(order, _person(request.form.get("person", "")))
        elif action == "confirm":
            sandbox.orders.confirm(order)
        elif action == "approve":
            sandbox.approve(order)
        elif action == "cancel":
            call = order.hint == "userCallConfirm"
            sandbox.orders.fail(order, "userDeclinedCall" if call else "userCancel")
        elif action == "wrong_code":
            sandbox.orders.fail(order, "certificateErr")
        back = request.form.get("redirect", "")
        if order.status != "pending" and (way := _way_back(order, back)):
            return redirect(way, 303)
        return redirect(url_for("show", reference=reference, redirect=back), 303)


def _end_page(order: SandboxOrder) -> Any:
    if order.status == "complete":
        return render_template(
            "notice.html", title="Signed", text="You can put the phone away.", good=True
        )
    text = _ENDINGS.get(order.hint, f"The order ended: {order.hint}.")
    return render_template("notice.html", title="Not signed", text=text)


def _way_back(order: SandboxOrder, back: str) -> str:
    """Where the app sends a person whose browser is on the same device: the address given at the
    start beats the one in the start link."""
    if not order.same_device:
        return ""
    way = str(order.body.get("returnUrl") or back)
    return way if urlsplit(way).scheme in {"http", "https"} else ""


def _person(number: str) -> Person:
    if number not in PEOPLE:
        raise AppRefusal("Choose a person first.")
    return PEOPLE[number]


def _who_asks(sandbox: BankIdSandbox, order: SandboxOrder) -> str:
    certificate = sandbox.api.certificates.get(order.relying_party)
    return display_name(certificate)[1] if certificate else ""


def _rich(text: str) -> Markup:
    """simpleMarkdownV1 as far as the sandbox shows it: headings, and bold between single stars."""
    lines = []
    for line in str(text).splitlines():
        safe = str(escape(line.lstrip("# ").strip()))
        body = Markup(_BOLD.sub(r"<strong>\1</strong>", safe))  # noqa: S704 - escaped above
        lines.append(Markup("<h2>{}</h2>").format(body) if line.startswith("#") else body + "\n")
    return Markup("").join(lines)
