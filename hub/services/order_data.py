"""An order at a provider as its row keeps it: what was asked to be signed, byte for byte, and how
far the provider is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.contracts.provider import Order
from hub.contracts.requests import ClientContext, RecipientView, SigningTask
from hub.kernel.crypto import canonical_json, sha256_hex
from hub.storage.models import Request, SigningOrder


def stored_order(order: SigningOrder) -> Order | None:
    """The provider's view of an order; None before the provider has answered."""
    if order.reference is None or order.started_at is None:
        return None
    return Order(order.reference, order.state or {}, order.started_at)


def task_data(
    task: SigningTask,
    answers: dict[str, Any],
    shown: dict[str, Any] | None = None,
    where: Mapping[str, bool] | None = None,
) -> dict[str, Any]:
    """A task as JSON, with the answers that it signs, all that was shown, and ``where`` it was
    begun, as ``Place.told`` says it."""
    data = asdict(task)
    data["hidden_data"] = task.hidden_data.decode("ascii")
    data["requested_at"] = task.requested_at.isoformat() if task.requested_at else None
    return {"task": data, "answers": answers, "shown": shown or {}, **(where or {})}


def task_of(order: SigningOrder) -> SigningTask:
    """The task that an order was begun with, byte for byte."""
    data = dict(order.task["task"])
    requested = data.pop("requested_at")
    return SigningTask(
        **{
            **data,
            "recipient": RecipientView(**data["recipient"]),
            "client": ClientContext(**data["client"]) if data["client"] else None,
            "hidden_data": data["hidden_data"].encode("ascii"),
            "document_sha256": tuple(data["document_sha256"]),
            "requested_at": datetime.fromisoformat(requested) if requested else None,
        }
    )


def begun_where(order: SigningOrder) -> dict[str, bool]:
    """Where it was begun, as ``Place.told`` says it."""
    return {"in_person": True} if order.task.get("in_person") else {}


def signed_answers(order: SigningOrder) -> dict[str, Any]:
    """The answers as they were when the order began: they are what was signed."""
    answers: dict[str, Any] = order.task["answers"]
    return answers


def binding(
    request_id: str, order_id: str, text: str, answers: dict[str, Any], shown: str = ""
) -> bytes:
    """What is signed but not shown: it ties the signature to this request, text and answers, and to
    the hash of all that was ``shown``."""
    parts = {
        "request": request_id,
        "order": order_id,
        "text-sha256": sha256_hex(text.encode()),
        "answers-sha256": sha256_hex(canonical_json(answers)),
        **({"shown-sha256": shown} if shown else {}),
    }
    return ("paraph:v1;" + ";".join(f"{k}={v}" for k, v in parts.items())).encode("ascii")


def cancel_pending(session: Session, request: Request, code: str) -> list[SigningOrder]:
    """Every order of a request that is under way ends: what it would sign is no more."""
    under_way = select(SigningOrder).where(
        SigningOrder.request_id == request.id, SigningOrder.status.in_(("creating", "pending"))
    )
    orders = list(session.scalars(under_way))
    for order in orders:
        order.status, order.code = "cancelled", code
    return orders
