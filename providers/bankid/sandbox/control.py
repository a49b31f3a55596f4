"""What tests use to look inside and to act as the customer: JSON under ``/_control/``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, jsonify, request

from providers.bankid.sandbox.faults import NAMES
from providers.bankid.sandbox.orders import AppRefusal, SandboxOrder
from providers.bankid.sandbox.people import PEOPLE

if TYPE_CHECKING:
    from providers.bankid.sandbox import BankIdSandbox


def make_control(sandbox: BankIdSandbox) -> Blueprint:
    """The blueprint for one sandbox."""
    control = Blueprint("control", __name__, url_prefix="/_control")
    _add_views(control, sandbox)
    _add_actions(control, sandbox)

    @control.errorhandler(AppRefusal)
    def refused(error: AppRefusal) -> Any:
        return jsonify(error=str(error)), 409

    @control.errorhandler(ValueError)
    def wrong(error: ValueError) -> Any:
        return jsonify(error=str(error)), 400

    return control


def _add_views(control: Blueprint, sandbox: BankIdSandbox) -> None:
    @control.get("/counts")
    def counts() -> Any:
        statuses = [order.status for order in sandbox.orders.all()]
        return jsonify(
            calls=dict(sandbox.api.counts),
            orders={name: statuses.count(name) for name in ("pending", "failed", "complete")},
            too_fast=sandbox.orders.too_fast,
        )

    @control.get("/orders")
    def orders() -> Any:
        return jsonify(orders=[_shown(order) for order in sandbox.orders.all()])

    @control.get("/faults")
    def faults() -> Any:
        return jsonify(names=NAMES, on=sandbox.faults.listed())

    @control.get("/settings")
    def settings() -> Any:
        return jsonify(dict(sandbox.settings()))


def _add_actions(control: Blueprint, sandbox: BankIdSandbox) -> None:
    @control.post("/faults")
    def switch_on() -> Any:
        given = _given()
        sandbox.faults.switch_on(
            str(given.get("name", "")),
            operation=str(given.get("operation", "")),
            times=given.get("times", 1),
            value=str(given.get("value", "")),
        )
        return jsonify(on=sandbox.faults.listed())

    @control.delete("/faults")
    def switch_off() -> Any:
        sandbox.faults.clear()
        return jsonify(on=[])

    @control.post("/reset")
    def reset() -> Any:
        sandbox.reset()
        return jsonify(ok=True)

    @control.post("/conditions")
    def conditions() -> Any:
        """Risk, address of the phone, and whether polling too fast is answered with 429."""
        given = _given()
        sandbox.risk = str(given.get("risk", sandbox.risk))
        sandbox.device_ip = str(given.get("device_ip", sandbox.device_ip))
        sandbox.orders.strict_rate = bool(given.get("strict_rate", sandbox.orders.strict_rate))
        return jsonify(ok=True)

    @control.post("/<action>")
    def act(action: str) -> Any:
        """Be the customer: ``pick_up``, ``approve`` (picks up first where needed), ``cancel``,
        ``wrong_code``, ``confirm``. ``order`` (reference), ``qr`` or ``autostarttoken`` says which
        order, without any of them the newest waiting one; ``person`` a personal number."""
        order = _wanted(sandbox, _given())
        _act(sandbox, action, order, str(_given().get("person", "")))
        return jsonify(_shown(order))


def _act(sandbox: BankIdSandbox, action: str, order: SandboxOrder, number: str) -> None:
    if action not in {"pick_up", "approve", "cancel", "wrong_code", "confirm"}:
        raise ValueError(f"unknown action '{action}'")
    if action in {"pick_up", "approve"} and (order.person is None or number):
        wanted = number or order.named_person or next(iter(PEOPLE))
        if wanted not in PEOPLE:
            raise ValueError("unknown person")
        if order.person is None or order.person.number != wanted:
            sandbox.orders.identify(order, PEOPLE[wanted])
    if action == "approve":
        sandbox.orders.confirm(order)
        sandbox.approve(order)
    elif action == "confirm":
        sandbox.orders.confirm(order)
    elif action in {"cancel", "wrong_code"}:
        call = order.hint == "userCallConfirm"
        ending = "userDeclinedCall" if call else "userCancel"
        sandbox.orders.fail(order, ending if action == "cancel" else "certificateErr")


def _wanted(sandbox: BankIdSandbox, given: dict[str, Any]) -> SandboxOrder:
    if given.get("qr"):
        return sandbox.orders.by_qr(str(given["qr"]))
    if given.get("autostarttoken"):
        return sandbox.orders.by_auto_start_token(str(given["autostarttoken"]))
    if given.get("order"):
        return sandbox.orders.find(str(given["order"]))
    waiting = [order for order in sandbox.orders.all() if order.status == "pending"]
    if not waiting:
        raise AppRefusal("No order is waiting.")
    return waiting[0]


def _given() -> dict[str, Any]:
    body = request.get_json(silent=True)
    return body if isinstance(body, dict) else dict(request.form)


def _shown(order: SandboxOrder) -> dict[str, Any]:
    return {
        "order": order.reference,
        "operation": order.operation,
        "status": order.status,
        "hint": order.hint,
        "person": order.person.number if order.person else "",
        "text": order.visible_text,
        "return_url": order.body.get("returnUrl", ""),
        "created": order.created.isoformat(),
        "collected": order.collected,
    }
